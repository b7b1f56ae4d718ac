// Workflow code, as Temporal bundles it for its sandbox.
const { proxyActivities, workflowInfo } = require('@temporalio/workflow')

const { charge } = proxyActivities({ startToCloseTimeout: '1 minute' })

exports.checkout = async function checkout(order) {
  return `${workflowInfo().workflowId}: ${await charge(order)}`
}
