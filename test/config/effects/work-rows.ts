// Keys of queues, of processes that the service starts, and of workflows.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type * as captures from '../../../src/cdc.ts'
import type * as queues from '../../../src/queue.ts'
import type * as workflows from '../../../src/workflow.ts'
import { type Row, row } from './row.ts'
import { pause, Recording, type Service } from './service.ts'

const QUEUE = 'surfaces.queue'
const CDC = 'surfaces.cdc'
const PROCESS = 'surfaces.process'
const WORKFLOW = 'surfaces.workflow'

/** A message and a batch of two on their way through a queue. */
async function delivered(service: Service): Promise<unknown> {
  const sink = new Recording()
  const telltale = await service.start({ sinks: [sink] })
  const { publish, consume } = service.door<typeof queues>('queue')
  const headers = publish('q', (given) => given)
  consume({ queue: 'q', headers }, () => {})
  consume({ queue: 'q', batch: [{ headers }, { headers }] }, () => {})
  await telltale.flush()
  const [sent, ...taken] = sink.spans
  return {
    children: taken.map(({ p0, p1 }) => p0 === sent!.s0 && p1 === sent!.s1),
    links: taken.map(({ rare }) => rare?.links?.length ?? 0),
    metrics: (await service.scrape(/^queue_messages_total\{/)).length,
  }
}

/** A child that was started and has ended. */
async function started(service: Service): Promise<unknown> {
  const sink = new Recording()
  const telltale = await service.start({ sinks: [sink] })
  await once(spawn(process.execPath, ['-e', ''], { stdio: 'ignore' }), 'exit')
  await pause(10)
  await telltale.flush()
  const names = sink.spans.map(({ name }) => name)
  return { names, metrics: (await service.scrape(/^process_(started|terminated)_total\{/)).length }
}

/** Rows that a consumer of a slot read before it began. */
async function captured(service: Service): Promise<unknown> {
  await service.start()
  service.door<typeof captures>('cdc').snapshotRows('orders', 2)
  return service.scrape(/^cdc_/)
}

/** A workflow of one step. */
async function worked(service: Service): Promise<unknown> {
  const sink = new Recording()
  const telltale = await service.start({ sinks: [sink] })
  const { step, workflow } = service.door<typeof workflows>('workflow')
  workflow('w', () => step('s', () => {}))
  await telltale.flush()
  const names = sink.spans.map(({ name }) => name)
  return { names, metrics: (await service.scrape(/^workflow_(started|steps)_total\{/)).length }
}

/** What is given to Temporal's workers; the plugin is one of ours that stands for theirs. */
async function given(service: Service): Promise<unknown> {
  await service.start()
  const { temporal } = service.door<typeof workflows>('workflow')
  return temporal({ from: service.folder, metrics: 'none' }).plugins.map(({ name }) => name)
}

const PLUGIN = 'node_modules/@temporalio/interceptors-opentelemetry'
const TEMPORAL = {
  [`${PLUGIN}/package.json`]: '{ "name": "@temporalio/interceptors-opentelemetry", "main": "index.js" }',
  [`${PLUGIN}/index.js`]: 'exports.OpenTelemetryPlugin = class { name = "theirs"; configureWorker(o) { return o } }',
}
const WORKED = { names: ['step s', 'workflow w'], metrics: 2 }
const DELIVERED = { children: [true, false], links: [0, 2], metrics: 1 }
const STARTED = { names: ['child.started', 'child.terminated'], metrics: 2 }

export const WORK: readonly Row[] = [
  row(`${QUEUE}.enabled`, [undefined, false], delivered, [DELIVERED, { children: [], links: [], metrics: 0 }]),
  row(`${QUEUE}.message`, [undefined, 'link'], delivered, [
    DELIVERED,
    { ...DELIVERED, children: [false, false], links: [1, 2] },
  ]),
  row(`${QUEUE}.batch`, [undefined, 'parent'], delivered, [
    DELIVERED,
    { ...DELIVERED, children: [true, true], links: [0, 1] },
  ]),
  row(`${CDC}.enabled`, [undefined, false], captured, [
    ['cdc_changes_total{slot="orders",op="snapshot",service="shop"} 2'],
    [],
  ]),
  row(`${PROCESS}.enabled`, [undefined, false], started, [STARTED, { names: [], metrics: 0 }]),
  row(`${PROCESS}.trace_lifecycle`, [undefined, false], started, [STARTED, { ...STARTED, names: [] }]),
  row(`${WORKFLOW}.enabled`, [undefined, false], worked, [WORKED, { names: [], metrics: 0 }]),
  row(`${WORKFLOW}.steps`, [undefined, false], worked, [WORKED, { ...WORKED, names: ['workflow w'] }]),
  row(`${WORKFLOW}.temporal.enabled`, [undefined, true], given, [[], ['theirs']], { files: TEMPORAL }),
]
