// Keys of metrics: what is recorded, how it is pushed, and what the scrape shows.
import { metrics } from '@opentelemetry/api'
import { type Row, row, type Settings } from './row.ts'
import { get, pause, type Service, until } from './service.ts'

const OTEL = 'observability.opentelemetry.metrics'
const OWN = 'observability.metrics'
const PROMETHEUS = 'observability.prometheus'

/** Families by what they are about: one request, one metric of the application, one of a driver. */
async function families(service: Service): Promise<unknown> {
  await service.start()
  const url = await service.app()
  await get(`${url}/`)
  service.product.counter('orders_total').add(1)
  metrics.getMeter('pg').createHistogram('db.client.operation.duration', { unit: 's' }).record(0.1)
  await pause(10)
  const lines = await service.scrape(/^# TYPE /)
  const names = lines.map((line) => line.split(' ')[2]!)
  const about = (pattern: RegExp) => names.filter((name) => pattern.test(name))
  return {
    http: about(/^http_/),
    database: about(/^db_/),
    custom: about(/^orders/),
    runtime: about(/^(process|nodejs)_/).length > 10,
    service: about(/^(app_info|uptime)/),
  }
}

const FAMILIES = {
  http: ['http_requests_total', 'http_request_duration_seconds', 'http_connections_active', 'http_requests_in_flight'],
  database: ['db_client_operation_duration_seconds'],
  custom: ['orders_total'],
  runtime: true,
  service: ['app_info', 'uptime_seconds'],
}

async function status(service: Service): Promise<unknown> {
  const { address } = await service.start()
  return Promise.all(['/metrics', '/m'].map(async (path) => (await get(`${address}${path}`)).status))
}

async function pushed(service: Service): Promise<unknown> {
  await service.start()
  return service.settled(() => service.collector.posts.length > 0)
}

/** The sum of a counter in each of two pushes. */
async function sums(service: Service): Promise<unknown> {
  const telltale = await service.start()
  const jobs = service.product.counter('jobs_total')
  for (let i = 0; i < 2; i++) {
    jobs.add(1)
    await telltale.flush()
  }
  return service.collector.posts.flatMap(({ batches }) =>
    batches.flatMap(({ series }) =>
      series.filter(({ name }) => name === 'jobs_total').flatMap((family) => family.series.map(({ value }) => value)),
    ),
  )
}

async function account(service: Service): Promise<unknown> {
  const { collector } = service
  collector.answer = (response) => {
    response.writeHead(503).end()
    return true
  }
  await service.start()
  await until(() => collector.requests > 0)
  const seen = await service.settled(async () => {
    const lines = await service.scrape(/^otel_sdk_exporter_metric_data_point_exported_total/)
    return lines.some((line) => line.includes('undelivered'))
  })
  collector.answer = () => false
  return seen
}

function otlp(more: object = {}): Settings {
  const exporters = [{ type: 'otlp', endpoint: 'http://127.0.0.1:[port]' }]
  return { observability: { opentelemetry: { metrics: { exporters, ...more } } } }
}

/** The exposition of two metrics of the application, to the letter. */
async function text(service: Service): Promise<unknown> {
  await service.start()
  const { counter, histogram } = service.product
  const shipped = counter('shipped_total', { labels: ['place', 'carrier'], help: 'Parcels.' })
  shipped.add(1, { place: 'berlin', carrier: 'a' })
  shipped.add(1, { place: 'bern', carrier: 'a' })
  histogram('weight', { buckets: [1, 2] }).observe(1.5)
  const lines = await service.scrape(/^(shipped|parcels|second|weight|otel_)/)
  return lines
    .filter((line) => !/_(sum|count)\{|otel_sdk/.test(line))
    .map((line) => line.replace(',service="shop"', ''))
}

const SHIPPED = ['shipped_total{place="berlin",carrier="a"} 1', 'shipped_total{place="bern",carrier="a"} 1']
const WEIGHT = ['1', '2', '+Inf'].map((le, i) => `weight_bucket{service="shop",le="${le}"} ${Math.min(i, 1)}`)
const TEXT = [...SHIPPED, ...WEIGHT]
const PARCELS = SHIPPED.map((line) => line.replace('shipped', 'parcels'))
const OVERFLOW = 'shipped_total{otel_metric_overflow="true"} 1'

/** A counter added to three times, and how often its label was read for that. */
async function reads(service: Service): Promise<unknown> {
  await service.start()
  let count = 0
  const moved = service.product.counter('moved_total', { labels: ['place'] })
  moved.add(0, { place: 'bern' })
  for (let i = 0; i < 3; i++) {
    moved.add(1, {
      get place() {
        count++
        return 'berlin'
      },
    })
  }
  return [...(await service.scrape(/^moved_total.*berlin/)), count]
}

/** Names of the families that have a namespace, or two spellings. */
async function spelled(service: Service): Promise<unknown> {
  await service.start()
  const url = await service.app()
  await get(`${url}/`)
  await pause(10)
  const lines = await service.scrape(/^# TYPE (\w*http\w*(active|in_flight|duration)|\w*app_info|uptime_)/)
  return lines.map((line) => line.split(' ')[2])
}

const SPELLED = [
  'app_info',
  'uptime_seconds',
  'http_request_duration_seconds',
  'http_connections_active',
  'http_requests_in_flight',
]

/** Labels and bounds of the request histogram, and whether the span carries the same. */
async function request(service: Service): Promise<unknown> {
  await service.start()
  const url = await service.app()
  await get(`${url}/`, { 'user-agent': 'probe/1' })
  await pause(10)
  const lines = await service.scrape(/^http_request_duration_seconds_bucket/)
  const labels = new Set(lines.flatMap((line) => line.match(/\w+(?==")/g) ?? []))
  return { labels: [...labels], bounds: lines.map((line) => /le="([^"]+)"/.exec(line)![1]) }
}

const LABELS = ['method', 'route', 'status', 'service', 'le']
const BOUNDS = ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '5', '10', '+Inf']

export const METRICS: readonly Row[] = [
  row(`${OTEL}.enabled`, [undefined, false], status, [
    [200, 404],
    [503, 404],
  ]),
  row(`${OTEL}.export_interval`, ['20ms', '1h'], pushed, [true, false], { base: otlp() }),
  row(`${OTEL}.export_timeout`, [undefined, '1ms'], account, [false, true], {
    base: otlp({ export_interval: '20ms' }),
  }),
  row(
    `${OTEL}.temporality`,
    [undefined, 'delta'],
    sums,
    [
      [1, 2],
      [1, 1],
    ],
    { base: otlp({ export_interval: '1h' }) },
  ),
  row(`${OTEL}.http_metrics`, [undefined, false], families, [FAMILIES, { ...FAMILIES, http: [] }]),
  row(`${OTEL}.database_metrics`, [undefined, false], families, [FAMILIES, { ...FAMILIES, database: [] }]),
  row(`${OTEL}.system_metrics`, [undefined, false], families, [FAMILIES, { ...FAMILIES, runtime: false }]),
  row(`${OTEL}.custom_metrics`, [undefined, false], families, [FAMILIES, { ...FAMILIES, custom: [] }]),
  {
    keys: [`${OTEL}.exporters[](prometheus).endpoint`, `${OTEL}.exporters[](prometheus).type`],
    from: {},
    to: { observability: { opentelemetry: { metrics: { exporters: [{ type: 'prometheus', endpoint: '/m' }] } } } },
    look: status,
    sees: [
      [200, 404],
      [404, 200],
    ],
  },
  row(`${OWN}.namespace`, [undefined, 'shop'], spelled, [
    SPELLED,
    SPELLED.map((name) => (name === 'uptime_seconds' ? name : `shop_${name}`)),
  ]),
  row(`${OWN}.views[].name`, ['other_total', 'shipped_total'], text, [TEXT, [...PARCELS, ...WEIGHT]], {
    base: { observability: { metrics: { views: [{ name: '', rename: 'parcels_total' }] } } },
  }),
  row(
    `${OWN}.views[].rename`,
    [undefined, 'parcels_total'],
    text,
    [TEXT, [...PARCELS, ...WEIGHT]],
    view('shipped_total'),
  ),
  row(
    `${OWN}.views[].alias`,
    [undefined, 'second_total'],
    text,
    [TEXT, [...SHIPPED.map((line) => line.replace('shipped', 'second')), ...TEXT]],
    view('shipped_total'),
  ),
  row(
    `${OWN}.views[].drop_labels`,
    [undefined, ['place']],
    text,
    [TEXT, ['shipped_total{carrier="a"} 2', ...WEIGHT]],
    view('shipped_total'),
  ),
  row(`${OWN}.views[].buckets`, [undefined, [2]], text, [TEXT, [...SHIPPED, ...WEIGHT.slice(1)]], view('weight')),
  row(`${OWN}.limits.series`, [undefined, 1], text, [TEXT, [SHIPPED[0], OVERFLOW, ...WEIGHT]]),
  // Beyond the limit of nodes nothing is merged: a look-up that finds no path reads the labels again to build their key.
  row(`${OWN}.limits.nodes`, [undefined, 1], reads, [
    ['moved_total{place="berlin",service="shop"} 3', 6],
    ['moved_total{place="berlin",service="shop"} 3', 9],
  ]),
  row(`${OWN}.limits.value_length`, [undefined, 3], text, [
    TEXT,
    ['shipped_total{place="ber",carrier="a"} 2', ...WEIGHT],
  ]),
  row(`${PROMETHEUS}.enabled`, [undefined, false], status, [
    [200, 404],
    [404, 404],
  ]),
  row(`${PROMETHEUS}.endpoint`, [undefined, '/m'], status, [
    [200, 404],
    [404, 200],
  ]),
  row(`${PROMETHEUS}.naming`, [undefined, 'semconv'], spelled, [
    SPELLED,
    ['http_server_request_duration_seconds', 'http_server_active_requests'],
  ]),
  row(`${PROMETHEUS}.metrics.http.enabled`, [undefined, false], families, [FAMILIES, { ...FAMILIES, http: [] }]),
  row(`${PROMETHEUS}.metrics.database.enabled`, [undefined, false], families, [
    FAMILIES,
    { ...FAMILIES, database: [] },
  ]),
  row(`${PROMETHEUS}.metrics.business.enabled`, [undefined, false], families, [FAMILIES, { ...FAMILIES, custom: [] }]),
  row(`${PROMETHEUS}.metrics.http.track_user_agents`, [undefined, true], request, [
    { labels: LABELS, bounds: BOUNDS },
    { labels: [...LABELS.slice(0, 3), 'user_agent', 'service', 'le'], bounds: BOUNDS },
  ]),
  row(`${PROMETHEUS}.metrics.http.track_ip_addresses`, [undefined, true], request, [
    { labels: LABELS, bounds: BOUNDS },
    { labels: [...LABELS.slice(0, 3), 'client_address', 'service', 'le'], bounds: BOUNDS },
  ]),
  row(`${PROMETHEUS}.metrics.http.histogram_buckets`, [undefined, [1, 2]], request, [
    { labels: LABELS, bounds: BOUNDS },
    { labels: LABELS, bounds: ['1', '2', '+Inf'] },
  ]),
]

function view(name: string) {
  return { base: { observability: { metrics: { views: [{ name }] } } } }
}
