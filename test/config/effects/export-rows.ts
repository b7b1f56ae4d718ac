// Exporters of the three signals. All three are configured alike and one key of one of them is changed: what the other two
// do must stay as it was, so that no setting of one signal is taken from another.
import { type Row, row, type Settings } from './row.ts'
import { pause, type Service, until } from './service.ts'

export const LISTS = {
  traces: 'observability.opentelemetry.tracing.exporters',
  metrics: 'observability.opentelemetry.metrics.exporters',
  logs: 'observability.logging.sinks',
} as const
type Signal = keyof typeof LISTS
export const SIGNALS: readonly Signal[] = Object.keys(LISTS) as Signal[]
const PATHS = SIGNALS.map((signal) => `/v1/${signal}`)
const SOON = { export_delay: '20ms' }

/** Every signal goes to the collector by an exporter like this one. */
function all(exporter: object, pace?: { export_delay: string }): Settings {
  return {
    observability: {
      opentelemetry: {
        tracing: { exporters: [exporter], export_timeout: '1ms', ...pace },
        metrics: { exporters: [exporter], export_timeout: '1ms', ...(pace && { export_interval: pace.export_delay }) },
      },
      logging: { sinks: [exporter], export_timeout: '1ms', ...pace, ...(pace && { self_level: 'debug' }) },
    },
  }
}

const NONE: Settings = {
  observability: {
    opentelemetry: { tracing: { exporters: [] }, metrics: { exporters: [] } },
    logging: { sinks: [] },
  },
}
const HTTP = { type: 'otlp', endpoint: 'http://127.0.0.1:[port]' }
const TLS = { type: 'otlp', endpoint: 'https://127.0.0.1:[port]', certificate: '[folder]/ca.pem' }
const CLIENT = { ...TLS, client_key: '[folder]/key.pem', client_certificate: '[folder]/one.pem' }

/** Records all three and delivers them; a body is long enough to be worth compressing. */
async function deliver(service: Service): Promise<void> {
  const telltale = await service.start()
  service.product.span('s', { attributes: { text: 'x'.repeat(2000) } }, () => {
    service.product.log.info({ text: 'x'.repeat(2000) }, 'l')
  })
  await telltale.flush()
}

function bySignal(read: (path: string) => unknown): Record<Signal, unknown> {
  return { traces: read('/v1/traces'), metrics: read('/v1/metrics'), logs: read('/v1/logs') }
}

/** Where each signal arrived, how often, and with which headers of interest. */
async function posts(service: Service): Promise<unknown> {
  await deliver(service)
  return bySignal((path) =>
    [service.front, service.elsewhere].map(({ receiver }) =>
      receiver.posts
        .filter(({ url }) => url === path)
        .map(({ headers }) => [headers['content-type'], headers['content-encoding'] ?? '', headers['x-key'] ?? '']),
    ),
  )
}

/** Whether each signal came at all, and over what; one that cannot come has been given up. */
async function came(service: Service): Promise<unknown> {
  const { front } = service
  await service.start()
  service.product.span('s', () => service.product.log.info('l'))
  const failed = (path: string) =>
    [...service.out, ...service.err].some(
      (line) => line.includes(`${path} does not take `) || line.includes(`${path}: `),
    )
  await until(() => PATHS.every((path) => front.came[path] !== undefined || failed(path)))
  return bySignal((path) => front.came[path])
}

/** The first request of each signal is never answered: is there a second one? A third makes no difference. */
async function hung(service: Service): Promise<unknown> {
  const { collector } = service
  const counts = new Map<string, number>()
  const held = new Map<string, () => void>()
  collector.answer = (response, _, { url = '' }) => {
    counts.set(url, (counts.get(url) ?? 0) + 1)
    if (counts.get(url) !== 1) return false
    held.set(url, () => response.writeHead(400).end())
    return true
  }
  const telltale = await service.start()
  service.product.span('s', () => service.product.log.info('l'))
  const flushed = telltale.flush(30_000)
  // In the order of a flush: a signal that is tried again is let go, one that waits is refused after a while.
  for (const signal of ['metrics', 'traces', 'logs'] as const) {
    const path = `/v1/${signal}`
    await until(() => (counts.get(path) ?? 0) > 0)
    await service.settled(() => tried(counts.get(path)!), (service.expected as Record<Signal, number>)[signal])
    held.get(path)!()
  }
  await flushed
  return bySignal((path) => tried(counts.get(path)!))
}

const tried = (requests: number): number => Math.min(requests, 2)

/** Lines of the console exporter by signal. */
async function lines(service: Service): Promise<unknown> {
  const telltale = await service.start()
  service.product.span('s', () => service.product.log.info('l'))
  await telltale.flush()
  await pause(0)
  const count = (pattern: RegExp) => service.out.filter((line) => pattern.test(line)).length
  return {
    traces: count(/ span internal s /),
    metrics: count(/ metric process\.cpu\.time /),
    logs: count(/^\S+ info l/),
  }
}

/** What all three show, with one of them changed. */
function but<T>(
  common: T,
  signal: Signal,
  changed: unknown,
): readonly [Record<Signal, unknown>, Record<Signal, unknown>] {
  const before = { traces: common, metrics: common, logs: common }
  return [before, { ...before, [signal]: changed }]
}

const once = (type = 'application/x-protobuf', encoding = '', key = '') => [[type, encoding, key]]

function ofSignal(signal: Signal): Row[] {
  const list = LISTS[signal]
  const key = (name: string) => `${list}[](otlp).${name}`
  const plain = { base: all(HTTP) }
  return [
    {
      keys: [key('endpoint'), key('type')],
      from: all(HTTP),
      to: row(list, [[HTTP], []], posts, [0, 0], plain).to,
      look: posts,
      sees: but([once(), []], signal, [[], []]),
    },
    row(
      key('endpoint'),
      [HTTP.endpoint, 'http://127.0.0.1:[other]'],
      posts,
      but([once(), []], signal, [[], once()]),
      plain,
    ),
    row(
      key('protocol'),
      [undefined, 'http/json'],
      posts,
      but([once(), []], signal, [once('application/json'), []]),
      plain,
    ),
    row(
      key('headers'),
      [undefined, { 'x-key': 'k' }],
      posts,
      but([once(), []], signal, [once(undefined, '', 'k'), []]),
      plain,
    ),
    row(
      key('compression'),
      [undefined, 'gzip'],
      posts,
      but([once(), []], signal, [once(undefined, 'gzip'), []]),
      plain,
    ),
    row(key('enabled_in_dev'), [undefined, true], posts, but([once(), []], signal, [[], []]), plain),
    row(key('timeout'), [undefined, '50ms'], hung, but(1, signal, 2), plain),
    row(key('insecure'), [undefined, false], came, but('plain', signal, 'tls'), {
      base: all({ ...TLS, endpoint: '127.0.0.1:[port]' }, SOON),
    }),
    row(key('certificate'), [TLS.certificate, undefined], came, but('tls', signal, undefined), {
      base: all(TLS, SOON),
    }),
    row(key('client_key'), [CLIENT.client_key, '[folder]/other-key.pem'], came, but('one', signal, undefined), {
      base: all(CLIENT, SOON),
    }),
    row(key('client_certificate'), [CLIENT.client_certificate, '[folder]/two.pem'], came, but('one', signal, 'two'), {
      base: all(CLIENT, SOON),
    }),
    row(`${list}[](console).type`, [[], [{ type: 'console' }]], lines, but(0, signal, 1), { base: NONE, at: list }),
    row(`${list}[](console).enabled_in_dev`, [undefined, true], lines, but(1, signal, 0), {
      base: all({ type: 'console' }),
    }),
  ]
}

/** Zipkin and Jaeger: where requests came, and with which header of interest. */
async function others(service: Service): Promise<unknown> {
  const telltale = await service.start()
  service.product.span('s', () => {})
  await telltale.flush()
  return [service.front, service.elsewhere].map(({ receiver }) =>
    receiver.others.map(({ url, headers }) => [url, headers['x-key'] ?? '']),
  )
}

/** Whether there is a second request while the first one is never answered. */
async function again(service: Service): Promise<unknown> {
  let held = () => {}
  service.collector.answer = (response, n) => {
    if (n === 1) held = () => response.writeHead(400).end()
    return n === 1
  }
  const telltale = await service.start()
  service.product.span('s', () => {})
  const flushed = telltale.flush(30_000)
  await until(() => service.collector.requests > 0)
  await service.settled(() => tried(service.collector.requests))
  held()
  await flushed
  return tried(service.collector.requests)
}

function ofType(type: 'zipkin' | 'jaeger', url: string): Row[] {
  const key = (name: string) => `${LISTS.traces}[](${type}).${name}`
  const exporter = { type, endpoint: 'http://127.0.0.1:[port]' }
  const base = (exporters: object[]): Settings => ({
    observability: { opentelemetry: { tracing: { exporters, export_timeout: '1ms' } } },
  })
  const plain = { base: base([exporter]) }
  const one = [[url, '']]
  return [
    {
      keys: [key('endpoint'), key('type')],
      from: base([]),
      to: base([exporter]),
      look: others,
      sees: [
        [[], []],
        [one, []],
      ],
    },
    row(
      key('endpoint'),
      [exporter.endpoint, 'http://127.0.0.1:[other]'],
      others,
      [
        [one, []],
        [[], one],
      ],
      plain,
    ),
    row(
      key('headers'),
      [undefined, { 'x-key': 'k' }],
      others,
      [
        [one, []],
        [[[url, 'k']], []],
      ],
      plain,
    ),
    row(
      key('enabled_in_dev'),
      [undefined, true],
      others,
      [
        [one, []],
        [[], []],
      ],
      plain,
    ),
    row(key('timeout'), [undefined, '50ms'], again, [1, 2], plain),
  ]
}

export const EXPORT: readonly Row[] = [
  ...SIGNALS.flatMap(ofSignal),
  ...ofType('zipkin', '/api/v2/spans'),
  ...ofType('jaeger', '/api/traces?format=jaeger.thrift'),
]
