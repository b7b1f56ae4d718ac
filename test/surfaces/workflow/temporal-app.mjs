// The real packages of Temporal with everything between a client and an activity but the server: what a client's interceptor
// hands over is put into the workflow's first activation, what the workflow then asks for is handed to an activity.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const { DIST, FOLDER, WORKFLOWS, PART } = process.env
const require = createRequire(join(FOLDER, 'package.json'))
const door = (name) => import(pathToFileURL(`${DIST}/esm/${name}.js`).href)
const { start, span } = await door('index')
const { temporal } = await door('workflow')
const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`)

const shown = (registry) => {
  const found = {}
  for (const { name, short, unit, type, series } of registry.exposition()) {
    if (!/temporal|^custom|^orders/.test(short || name)) continue
    for (const { attributes, value, count } of series) {
      const labels = attributes.join(' ')
      found[`${type} ${short || name} [${unit}] ${labels}`.trim()] = type === 'histogram' ? [count, value] : value
    }
  }
  return found
}

const PARTS = {
  /** Client, sandbox, activity. */
  async traces(telltale) {
    const telemetry = temporal({ from: FOLDER, metrics: 'none' })
    const plugins = telemetry.plugins
    const { bundleWorkflowCode } = require('@temporalio/worker')
    const { parseWorkflowCode } = require('@temporalio/worker/lib/worker.js')
    const { MockActivityEnvironment } = require('@temporalio/testing')
    const { ReusableVMWorkflowCreator } = require('@temporalio/worker/lib/workflow/reusable-vm.js')
    const { TypedSearchAttributes, defaultPayloadConverter: payloads, toPayloads } = require('@temporalio/common')
    const { coresdk } = require('@temporalio/proto')
    const Long = require('long')

    const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error: console.error }
    const bundle = await bundleWorkflowCode({ workflowsPath: WORKFLOWS, plugins, logger: quiet })
    const client = plugins.reduce((options, plugin) => plugin.configureClient?.(options) ?? options, {})
    const worker = plugins.reduce((options, plugin) => plugin.configureWorker?.(options) ?? options, {
      workflowsPath: WORKFLOWS,
    })

    let headers
    const [interceptor] = client.interceptors.workflow
    const starting = {
      workflowType: 'checkout',
      headers: {},
      options: { workflowId: 'w', taskQueue: 'q', args: ['o'] },
    }
    await span('request', () =>
      interceptor.start(starting, async (input) => {
        headers = input.headers
        return 'run'
      }),
    )

    const creator = await ReusableVMWorkflowCreator.create(parseWorkflowCode(bundle.code), 5000, new Set(['charge']))
    const at = Date.now()
    const info = {
      workflowId: 'w',
      runId: 'run',
      workflowType: 'checkout',
      searchAttributes: {},
      typedSearchAttributes: new TypedSearchAttributes(),
      taskQueue: 'q',
      namespace: 'default',
      firstExecutionRunId: 'run',
      startTime: new Date(at),
      runStartTime: new Date(at),
      taskTimeoutMs: 10_000,
      attempt: 1,
      historyLength: 3,
      historySize: 300,
      continueAsNewSuggested: false,
      memo: { secret: 'of the application' },
      unsafe: { now: () => Date.now(), isReplaying: false, isReplayingHistoryEvents: false },
    }
    const randomnessSeed = new Uint8Array(8)
    const workflow = await creator.createWorkflow({ info, randomnessSeed, now: at, showStackTraceSources: false })
    const activate = async (jobs) => {
      const activation = {
        runId: 'run',
        timestamp: { seconds: Math.floor(at / 1000), nanos: 0 },
        jobs,
        historyLength: 3,
      }
      const fixed = coresdk.workflow_activation.WorkflowActivation.fromObject(activation)
      const completion = await workflow.activate(fixed)
      for (const { ifaceName, fnName, args } of await workflow.getAndResetSinkCalls()) {
        worker.sinks[ifaceName]?.[fnName].fn(info, ...args)
      }
      if (completion.failed) throw new Error(JSON.stringify(completion.failed))
      return completion.successful.commands
    }
    const initializeWorkflow = {
      workflowType: 'checkout',
      workflowId: 'w',
      arguments: toPayloads(payloads, 'o'),
      headers,
      randomnessSeed: Long.fromNumber(1),
      attempt: 1,
    }
    const [command] = await activate([{ initializeWorkflow }])
    const asked = command.scheduleActivity

    const environment = new MockActivityEnvironment(
      { activityType: asked.activityType, activityId: 'a', workflowExecution: { workflowId: 'w', runId: 'run' } },
      {
        logger: quiet,
        interceptors: [
          // Stands for the server, which delivers what the workflow sent.
          () => ({ inbound: { execute: (input, next) => next({ ...input, headers: asked.headers }) } }),
          ...telemetry.activityInterceptors,
        ],
      },
    )
    const charged = await environment.run(async (order) => span('charge the card', () => `charged ${order}`), 'o')
    const result = payloads.toPayload(charged)
    const [done] = await activate([{ resolveActivity: { seq: asked.seq, result: { completed: { result } } } }])
    say({
      plugins: plugins.map(({ name }) => name),
      carried: Object.keys(payloads.fromPayload(asked.headers['_tracer-data'])).sort(),
      result: payloads.fromPayload(done.completeWorkflowExecution.result),
    })
    await telltale.flush()
  },

  /** An activity's own metrics, and what goes through Temporal's native core. */
  async metrics(telltale) {
    const telemetry = temporal({ from: FOLDER })
    const { MockActivityEnvironment } = require('@temporalio/testing')
    const { metricMeter } = require('@temporalio/activity')
    const { Runtime } = require('@temporalio/worker')
    const { metricMeter: meter } = telemetry
    const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error: console.error }
    const environment = new MockActivityEnvironment(
      { activityType: 'charge' },
      { logger: quiet, metricMeter: meter.withTags({ service: 'shop', tier: 'outer' }) },
    )
    await environment.run(async () => {
      const counter = metricMeter.createCounter('custom_charges', 'charges', 'Charges.')
      counter.add(2)
      counter.withTags({ tier: 'inner' }).withTags({ card: 'visa' }).add(1, { card: 'amex' })
      metricMeter.createGauge('custom_open', 'int').set(7)
      metricMeter.createHistogram('custom_latency', 'int', 'ms').record(250)
      metricMeter.createHistogram('custom_size', 'int', 'By').record(250)
    })
    const runtime = Runtime.install(telemetry.runtime)
    const core = runtime.metricMeter.withTags({ tier: 'outer' })
    core.createCounter('temporal_polls', 'polls').add(3, { tier: 'inner' })
    core.createGauge('temporal_slots', 'int').set(5)
    core.createHistogram('temporal_poll_latency', 'float', 's').record(0.5)
    core.createHistogram('temporal_task_latency', 'int', 'ms').record(1500)
    const native = shown(telltale.registry)
    core.createCounter('temporal_polls', 'polls').add(4, { tier: 'inner' })
    await runtime.shutdown()
    telemetry.stop()
    say({ native, after: shown(telltale.registry) })
  },

  /** Core's own exporters, as we set them up. */
  async exporters() {
    const { Runtime } = require('@temporalio/worker')
    const { PORT, OTLP } = process.env
    const told = {}
    for (const metrics of [{ prometheus: `127.0.0.1:${PORT}` }, { otlp: `${OTLP}/v1/metrics` }]) {
      const runtime = Runtime.install(temporal({ from: FOLDER, metrics }).runtime)
      runtime.metricMeter.createHistogram('temporal_poll_latency', 'float', 's').record(0.5)
      runtime.metricMeter.createCounter('temporal_polls').add(3)
      if (metrics.prometheus) {
        const text = await (await fetch(`http://127.0.0.1:${PORT}/metrics`)).text()
        told.prometheus = text
          .split('\n')
          .filter((line) => /temporal_poll/.test(line) && !/^#|bucket/.test(line))
          .sort()
      } else await new Promise((resolve) => setTimeout(resolve, 2500))
      await runtime.shutdown()
    }
    say(told)
  },

  async setup() {
    try {
      const { plugins, runtime, activityInterceptors } = temporal({ from: process.env.FROM ?? FOLDER })
      say({
        plugins: plugins.map(({ name }) => name),
        runtime: Object.keys(runtime),
        activities: activityInterceptors.length,
      })
    } catch (error) {
      say({ code: error.code, message: error.message })
    }
  },
}

let telltale
try {
  telltale = await start({ cwd: FOLDER, config: process.env.CONFIG })
} catch (error) {
  say({ start: error.message })
  process.exit(0)
}
await PARTS[PART](telltale)
await telltale.stop()
process.exit(0)
