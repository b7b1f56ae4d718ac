import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { shownConfig } from '../../src/config/shown.ts'

const FILE = `name: shop
observability:
  opentelemetry:
    tracing:
      exporters:
        - { type: otlp, endpoint: http://127.0.0.1:4318, headers: { x-team: canary-header } }
  prometheus:
    authentication: { enabled: true, rate_limit: { shared: redis } }
access: { jwt: { enabled: true }, tokens: { store: postgresql } }
audit: { enabled: true, store: postgresql }
scaling: { service_discovery: { consul: { address: http://127.0.0.1:8500, token: canary-consul } } }
`
const env = {
  METRICS_TOKEN: 'canary-scrape',
  JWT_SECRET: 'canary-secret-of-more-than-32-bytes',
  REDIS_URL: 'redis://shop:canary-redis@127.0.0.1:6379',
  DATABASE_URL: 'postgresql://shop:canary-database@127.0.0.1/shop',
}

test('a configuration that is printed shows what was set, and no secret', () => {
  const { config } = loadConfig({ text: FILE, env })
  expect(inspect(config, { depth: 20 }).match(/canary-\w+/g)).not.toBeNull()
  const shown = shownConfig(config)
  expect(`${JSON.stringify(shown)}${inspect(shown, { depth: 20 })}`).not.toMatch(/canary/)
  expect(shown.traces.exporters[0]).toMatchObject({ headers: { 'x-team': '[REDACTED]' } })
  expect(shown.tokens).toMatchObject({ url: 'postgresql://[REDACTED]@127.0.0.1/shop' })
  expect(shown.access.jwt).toEqual(config.access.jwt)
})

test('but for secrets it is the configuration', () => {
  const { config } = loadConfig({ text: 'name: shop\n', env: {} })
  expect(shownConfig(config)).toEqual(config)
})
