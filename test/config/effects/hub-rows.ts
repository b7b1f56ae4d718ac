// Keys of `telltale hub --config FILE`: where it listens, and what of the same telemetry it keeps.
import http from 'node:http'
import { OWN_TRAFFIC } from '../../../src/base/own.ts'
import { hubCommand } from '../../../src/cli/hub.ts'
import { type Row, row, type Settings } from './row.ts'
import { get, type Service, until } from './service.ts'

interface Addresses {
  readonly endpoint: string
  readonly ui: string
}

/** Runs the command until the work is done, which ends it as a signal would. */
async function hub(service: Service, work: (addresses: Addresses) => Promise<unknown>): Promise<unknown> {
  const before = process.listeners('SIGTERM')
  let written = ''
  const io = { out: (text: string) => void (written += text), err: () => {}, cwd: service.folder, env: {}, code: 0 }
  const ended = hubCommand(io).parseAsync(['node', 'hub', '--config', 'telltale.yaml', '--json'])
  const failed = ended.then(
    () => undefined,
    (error: { code: string }) => error.code,
  )
  let over = false
  void failed.then(() => {
    over = true
  })
  await until(() => over || (written !== '' && process.listenerCount('SIGTERM') > before.length))
  if (over) return failed
  const seen = await work(JSON.parse(written) as Addresses)
  for (const end of process.listeners('SIGTERM')) if (!before.includes(end)) end('SIGTERM')
  await ended
  return seen
}

const opened = (service: Service) => hub(service, async () => 'open')
const hosts = (service: Service) =>
  hub(service, async ({ endpoint, ui }) => [endpoint, ui].map((url) => new URL(url).hostname))

function post(url: string, body: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const agent = Object.assign(new http.Agent(), { [OWN_TRAFFIC]: true })
    const request = http.request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json' } })
    request.on('response', (response) => response.resume().on('end', resolve)).on('error', reject)
    request.end(JSON.stringify(body))
  })
}

const SCOPE = { name: 'test' }
const at = (ms: number) => String((Date.now() - 10_000 + ms) * 1_000_000)

/** Two spans of one trace and one of another, three log records, three points of one series and one of another. */
async function sent(service: Service): Promise<unknown> {
  return hub(service, async ({ endpoint, ui }) => {
    for (const [i, trace] of ['a', 'a', 'b'].entries()) {
      const span = {
        traceId: trace.repeat(32),
        spanId: String(i + 1).repeat(16),
        name: `s${i}`,
        kind: 1,
        startTimeUnixNano: at(i),
        endTimeUnixNano: at(i + 1),
      }
      await post(`${endpoint}/v1/traces`, { resourceSpans: [{ scopeSpans: [{ scope: SCOPE, spans: [span] }] }] })
      const record = { timeUnixNano: at(i), severityNumber: 9, body: { stringValue: `l${i}` } }
      await post(`${endpoint}/v1/logs`, { resourceLogs: [{ scopeLogs: [{ scope: SCOPE, logRecords: [record] }] }] })
    }
    for (const [i, key] of ['x', 'x', 'x', 'y'].entries()) {
      const dataPoints = [
        {
          attributes: [{ key: 'key', value: { stringValue: key } }],
          timeUnixNano: at(1000 * i),
          asDouble: i,
        },
      ]
      const metric = { name: 'level', gauge: { dataPoints } }
      const resourceMetrics = [{ scopeMetrics: [{ scope: SCOPE, metrics: [metric] }] }]
      await post(`${endpoint}/v1/metrics`, { resourceMetrics })
    }
    const { body } = await get(`${ui}/api/v1/status`)
    const { signals } = JSON.parse(body) as { signals: Record<string, Record<string, number>> }
    const account = ({ held, dropped, evicted }: Record<string, number>) => [held, dropped, evicted]
    return Object.fromEntries(Object.entries(signals).map(([signal, counts]) => [signal, account(counts)]))
  })
}

const base: Settings = { hub: { port: 0, ui_port: 0 } }
const limits = 'hub.limits'

/** Held, dropped, evicted. */
const KEPT = { spans: [3, 0, 0], logs: [3, 0, 0], points: [4, 0, 0] }

export const HUB: readonly Row[] = [
  row(
    'hub.host',
    [undefined, '0.0.0.0'],
    hosts,
    [
      ['127.0.0.1', '127.0.0.1'],
      ['0.0.0.0', '0.0.0.0'],
    ],
    { base },
  ),
  row('hub.port', [0, '[port]'], opened, ['open', 'HUB_PORT_TAKEN'], { base }),
  row('hub.ui_port', [0, '[port]'], opened, ['open', 'HUB_PORT_TAKEN'], { base }),
  row(`${limits}.spans`, [undefined, 1], sent, [KEPT, { ...KEPT, spans: [1, 1, 1] }], { base }),
  row(`${limits}.span_bytes`, [undefined, 1], sent, [KEPT, { ...KEPT, spans: [0, 3, 0] }], { base }),
  row(`${limits}.spans_per_trace`, [undefined, 1], sent, [KEPT, { ...KEPT, spans: [2, 1, 0] }], { base }),
  row(`${limits}.logs`, [undefined, 1], sent, [KEPT, { ...KEPT, logs: [1, 0, 2] }], { base }),
  row(`${limits}.log_bytes`, [undefined, 1], sent, [KEPT, { ...KEPT, logs: [0, 3, 0] }], { base }),
  row(`${limits}.series`, [undefined, 1], sent, [KEPT, { ...KEPT, points: [1, 0, 3] }], { base }),
  row(`${limits}.points_per_series`, [undefined, 1], sent, [KEPT, { ...KEPT, points: [2, 0, 2] }], { base }),
  row(`${limits}.point_bytes`, [undefined, 1], sent, [KEPT, { ...KEPT, points: [0, 0, 4] }], { base }),
]
