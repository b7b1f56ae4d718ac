import { expect, test } from 'vitest'
import { guardOf } from '../../src/access/guard.ts'
import { Tenants } from '../../src/access/tenants.ts'
import { loadConfig } from '../../src/config/load.ts'
import { panelRoutes } from '../../src/console/panel/panel.ts'
import type { AnyRoute } from '../../src/console/route.ts'
import { telemetryRoutes } from '../../src/console/telemetry/routes.ts'
import { Health } from '../../src/health/checks.ts'
import { Lifecycle } from '../../src/lifecycle/lifecycle.ts'
import { Registry } from '../../src/metrics/registry.ts'
import { serviceRoutes } from '../../src/start/endpoints.ts'
import { Store } from '../../src/store/store.ts'
import { TrafficRing } from '../../src/traffic/ring.ts'

const service = serviceRoutes(
  {
    config: loadConfig({ text: 'name: shop\nops: { outbox: { table: outbox } }\n', env: {} }).config,
    resource: { attributes: [], schemaUrl: '', bytes: null },
    registry: new Registry(),
    health: new Health(),
    lifecycle: new Lifecycle(),
    tenants: new Tenants({ mode: 'header_only', strict: false, defaultTenant: 'default' }),
    traffic: new TrafficRing(1),
    objectives: { load: () => Promise.reject(new Error('not asked')) },
    inside: () => {
      throw new Error('not asked')
    },
  },
  { guard: guardOf(), heard: () => {} },
)
const hub = [...telemetryRoutes(new Store()), ...panelRoutes(null)]

const rows = (routes: readonly AnyRoute[]) =>
  routes.map(({ method, path, tier }) => `| ${method} | \`${path}\` | ${tier} |`)

const PAGE = `# Addresses

Every URL that Telltale answers, with its tier. Written from the tables of routes; a test compares the two
(\`npx vitest run test/console/routes.test.ts -u\` writes it anew). Paths are exact: \`/metricsX\`, \`/metrics/anything\` and other letter case
are not ours, and nothing is guarded anywhere else than by its tier.

| tier | who may |
| --- | --- |
| public | everybody |
| scrape | whoever passes the scrape guard; everybody where none is configured |
| tenant | callers with a token, of their own tenant; everybody where \`access.jwt\` is off |
| system | callers with a \`system/*\` scope that reads, or an administrator; everybody where \`access.jwt\` is off |
| admin | administrators; nobody where \`access.jwt\` is off, unless \`dev: true\` |

## A service

On the admin listener (\`127.0.0.1:9464\`), or on the application's own server with \`telltale.mount(server)\`. \`/metrics\` and \`/health\` are
where the configuration puts them, and the addresses of messages are there where \`ops.outbox\` is configured.

| method | path | tier |
| --- | --- | --- |
${rows(service).join('\n')}

## The hub

On \`127.0.0.1:4319\`. It takes requests that name this machine alone, so that no page of elsewhere can read it.

| method | path | tier |
| --- | --- | --- |
${rows(hub).join('\n')}
`

test('docs/reference/routes.md is the tables of routes: every address once, with its tier (ruling 47)', async () => {
  for (const routes of [service, hub]) {
    const addresses = routes.map(({ method, path }) => `${method} ${path}`)
    expect(new Set(addresses).size).toBe(addresses.length)
  }
  await expect(PAGE).toMatchFileSnapshot('../../docs/reference/routes.md')
})
