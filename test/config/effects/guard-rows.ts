// Keys of the scrape guard: who is let in, by what, and how often.
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../house/source.ts'
import { type Row, row, type Settings } from './row.ts'
import { get, type Service } from './service.ts'

const OWN = 'observability.prometheus.authentication'
const EXPORTER = 'observability.opentelemetry.metrics.exporters[](prometheus).authentication'
const TOKEN = { METRICS_TOKEN: 'secret' }
/** That there is a token makes a guard possible; nobody has its text. */
const STORE = { '.telltale/tokens.json': '{"tokens":[{}]}' }

async function asked(service: Service, ...requests: Record<string, string>[]): Promise<number[]> {
  const { address } = await service.start()
  const seen: number[] = []
  for (const headers of requests) seen.push((await get(`${address}/metrics`, headers)).status)
  return seen
}

const BEARER = { authorization: 'Bearer secret' }

const open = (service: Service) => asked(service, {})
const byHeader = (service: Service) => asked(service, {}, BEARER, { 'x-api-key': 'secret' }, { 'x-mine': 'secret' })
const byToken = (service: Service) => asked(service, BEARER, { authorization: 'Bearer wrong' })
const twice = (service: Service) => asked(service, BEARER, BEARER)
const oneAfterAnother = (service: Service) =>
  asked(service, ...['192.0.2.1', '192.0.2.2'].map((address) => ({ ...BEARER, 'x-forwarded-for': address })))

/** What is said of a shared store that cannot be reached: its name and the port that was tried. */
async function unreachable(service: Service): Promise<unknown> {
  // Drivers are looked for where the application is.
  symlinkSync(join(ROOT, 'node_modules'), join(service.folder, 'node_modules'))
  await service.start()
  const said = () => service.err.find((line) => line.includes('the shared limit'))
  return service.settled(() => /in (\w+) cannot be asked \(.*:(\d+)\)/.exec(said() ?? '')?.slice(1) ?? null)
}

const limits = (perMinute: number, burst: number): Settings => ({
  observability: {
    prometheus: { authentication: { rate_limit: { requests_per_minute: perMinute, burst_size: burst } } },
  },
})

/** The keys that an exporter may carry too. */
function both(section: string, base: Settings): Row[] {
  const on = row(`${section}.enabled`, [undefined, true], open, [[200], [401]], { base, files: STORE })
  return [
    on,
    row(`${section}.method`, [undefined, 'none'], open, [[401], [200]], { base: on.to, files: STORE }),
    row(`${section}.token_env`, [undefined, 'SCRAPE'], open, [[200], [401]], { base, env: { SCRAPE: 'secret' } }),
    row(
      `${section}.token_header`,
      [undefined, 'X-Mine'],
      byHeader,
      [
        [401, 200, 401, 401],
        [401, 401, 401, 200],
      ],
      { base, env: TOKEN },
    ),
  ]
}

export const GUARD: readonly Row[] = [
  ...both(OWN, {}),
  ...both(EXPORTER, { observability: { opentelemetry: { metrics: { exporters: [{ type: 'prometheus' }] } } } }),
  row(
    `${OWN}.methods`,
    [undefined, ['api_key']],
    byHeader,
    [
      [401, 200, 401, 401],
      [401, 401, 200, 401],
    ],
    { env: TOKEN },
  ),
  row(
    `${OWN}.required_scopes`,
    [undefined, ['other']],
    byToken,
    [
      [200, 401],
      [403, 401],
    ],
    { env: TOKEN },
  ),
  row(
    `${OWN}.invalid_token_status`,
    [undefined, 403],
    byToken,
    [
      [200, 401],
      [200, 403],
    ],
    { env: TOKEN },
  ),
  row(
    `${OWN}.allowed_addresses`,
    [undefined, ['192.0.2.0/24']],
    byToken,
    [
      [200, 401],
      [403, 403],
    ],
    { env: TOKEN },
  ),
  row(
    `${OWN}.rate_limit.burst_size`,
    [1, 2],
    twice,
    [
      [200, 429],
      [200, 200],
    ],
    { base: limits(1, 1), env: TOKEN },
  ),
  row(
    `${OWN}.rate_limit.requests_per_minute`,
    [1, 6_000_000],
    twice,
    [
      [200, 429],
      [200, 200],
    ],
    { base: limits(1, 1), env: TOKEN },
  ),
  row(`${OWN}.rate_limit.shared`, [undefined, 'redis'], unreachable, [null, ['redis', '1']], {
    env: { ...TOKEN, REDIS_URL: 'redis://127.0.0.1:1' },
  }),
  row(
    `${OWN}.rate_limit.url_env`,
    [undefined, 'OTHER'],
    unreachable,
    [
      ['redis', '1'],
      ['redis', '2'],
    ],
    {
      base: { observability: { prometheus: { authentication: { rate_limit: { shared: 'redis' } } } } },
      env: { ...TOKEN, REDIS_URL: 'redis://127.0.0.1:1', OTHER: 'redis://127.0.0.1:2' },
    },
  ),
  row(
    'access.trusted_proxies',
    [undefined, ['127.0.0.1']],
    oneAfterAnother,
    [
      [200, 429],
      [200, 200],
    ],
    { base: limits(1, 1), env: TOKEN },
  ),
  row(
    'access.max_clients',
    [1, 2],
    oneAfterAnother,
    [
      [200, 429],
      [200, 200],
    ],
    { base: { ...limits(1, 1), access: { trusted_proxies: ['127.0.0.1'] } }, env: TOKEN },
  ),
]
