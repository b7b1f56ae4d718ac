// A service whose workflows are DBOS's, as the test of DBOS runs and kills it. Told what to do by lines on standard input,
// answers with lines of JSON; spans go to the test's collector.
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

const { DIST, DATABASE, OBSERVE = '1', DBOS_TRACING } = process.env
const door = (name) => import(pathToFileURL(`${DIST}/esm/${name}.js`).href)
const { start, span } = await door('index')
const { observeDBOS } = await door('workflow')
const { DBOS } = await import('@dbos-inc/dbos-sdk')

const telltale = await start()
if (OBSERVE === '1') observeDBOS(DBOS)

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`)
let failures = 0
let release = () => {}

const reserve = DBOS.registerStep(async (order) => `reserved ${order}`, { name: 'reserve' })
const charge = DBOS.registerStep(
  async (order) => {
    if (failures > 0 && failures-- > 0) throw new Error(`no answer for ${order}`)
    return `charged ${order}`
  },
  { name: 'charge', retriesAllowed: true, intervalSeconds: 0.01, maxAttempts: 3 },
)
/** Says that it is there and goes on when told; a process that was killed here never was told. */
const wait = DBOS.registerStep(
  async () => {
    const released = new Promise((resolve) => (release = resolve))
    say({ waiting: DBOS.workflowID })
    await released
    return 'waited'
  },
  { name: 'wait' },
)

const checkout = DBOS.registerWorkflow(
  async (order) => {
    await reserve(order)
    return await charge(order)
  },
  { name: 'checkout' },
)
const fulfil = DBOS.registerWorkflow(
  async function fulfil(order) {
    await reserve(order)
    await wait()
    const paid = await charge(order)
    return await DBOS.runStep(async () => `${paid}, shipped`, { name: 'ship' })
  },
  { name: 'fulfil' },
)
const family = DBOS.registerWorkflow(async (order) => await checkout(order), { name: 'family' })

class Shop extends (await import('@dbos-inc/dbos-sdk')).ConfiguredInstance {
  async greet(name) {
    return `${this.name} greets ${name}`
  }
}
const decorated = { value: Shop.prototype.greet, writable: true, configurable: true }
Object.defineProperty(Shop.prototype, 'greet', DBOS.workflow()(Shop.prototype, 'greet', decorated))
const shop = new Shop('berlin')

DBOS.setConfig({
  name: 'dbos-app',
  systemDatabaseUrl: DATABASE,
  runAdminServer: false,
  logLevel: 'error',
  executorID: 'one',
  ...(DBOS_TRACING === '1' && { tracingEnabled: true }),
})

const outcome = async (promise) => {
  try {
    return { result: await promise }
  } catch (error) {
    return { error: error.constructor.name, message: error.message }
  }
}
const COMMANDS = {
  launch: () =>
    span('launch', async () => void (await DBOS.launch())).then(async () => {
      await DBOS.registerQueue('orders')
      return { version: DBOS.applicationVersion }
    }),
  call: ({ order, fail = 0 }) => {
    failures = fail
    return span('request', () => outcome(checkout(order)))
  },
  root: ({ order }) => {
    failures = 0
    return outcome(checkout(order))
  },
  family: ({ order }) => span('request', () => outcome(family(order))),
  greet: ({ order }) => span('request', async () => outcome((await DBOS.startWorkflow(shop).greet(order)).getResult())),
  begin: ({ id, queue, named = 'fulfil' }) =>
    span('request', async () => {
      const workflow = named === 'fulfil' ? fulfil : checkout
      const handle = await DBOS.startWorkflow(workflow, { workflowID: id, queueName: queue })('o')
      return { id: handle.workflowID }
    }),
  hold: ({ id }) => span('request', () => DBOS.withNextWorkflowID(id, () => outcome(fulfil('o')))),
  cancel: async ({ id }) => void (await DBOS.cancelWorkflow(id)),
  release: () => void release(),
  result: ({ id }) => outcome(DBOS.retrieveWorkflow(id).getResult()),
  attributes: async ({ id }) => (await DBOS.listWorkflows({ workflowIDs: [id] }))[0].attributes ?? null,
  steps: async ({ id }) => (await DBOS.listWorkflowSteps(id)).map(({ functionID, name }) => `${functionID} ${name}`),
  counts: () => {
    const counts = {}
    for (const family of telltale.registry.exposition()) {
      if (!/^workflow_|^errors_total/.test(family.short)) continue
      for (const { attributes, buckets, count, value } of family.series) {
        const labels = attributes.filter((_, i) => i % 2 === 1 && attributes[i] !== '').join(' ')
        counts[`${family.short} ${labels}`.trim()] = buckets === null ? value : count
      }
    }
    return counts
  },
  stop: async () => {
    await DBOS.shutdown()
    await telltale.stop()
  },
}

for await (const line of createInterface(process.stdin)) {
  const { call, ...about } = JSON.parse(line)
  // Not awaited: a workflow that waits is released by a later line.
  void Promise.resolve()
    .then(() => COMMANDS[call](about))
    .then(
      (answer) => say({ call, answer: answer ?? null }),
      (error) => say({ call, failed: String(error.stack) }),
    )
    .then(() => call === 'stop' && process.exit(0))
}
