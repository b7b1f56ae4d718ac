// A run of a workflow with one step, of an engine that keeps nothing. Engines that keep something do so beside a database,
// whose cost would hide this.
exports.metric = 'workflow_completed_total'
exports.ours = (door) => door('workflow')

const work = async () => {
  await undefined
}

exports.open = async ({ observe }) => {
  if (observe === undefined) return { one: work, width: 1 }
  const { workflow, step } = observe
  const steps = () => step('pay', work)
  return { one: () => workflow('order', steps), width: 1 }
}
