// Variables of the environment, end to end: each does what its key does, over what the file says. What must be seen is
// taken from the key's own row.
import { expect, test } from 'vitest'
import { parseDuration } from '../../../src/config/duration.ts'
import { SIMPLE } from '../../../src/config/environment.ts'
import { isActive } from '../../../src/config/inactive.ts'
import { LISTS, SIGNALS } from './export-rows.ts'
import type { Row, Settings } from './row.ts'
import { ROWS } from './rows.ts'
import { Service } from './service.ts'

/** The row of one key alone. */
function rowOf(key: string): Row {
  return ROWS.find(({ keys }) => keys.length === 1 && keys[0] === key)!
}

function valueAt(settings: Settings, key: string): unknown {
  const steps = key
    .replace(/\(\w+\)/g, '')
    .replaceAll('[]', '.0')
    .split('.')
  return steps.reduce<unknown>((here, step) => (here as Record<string, unknown> | undefined)?.[step], settings)
}

function milliseconds(written: unknown): string {
  return String(parseDuration(written as string))
}

async function proves(row: Row, env: NodeJS.ProcessEnv, expected: unknown, settings = row.from): Promise<void> {
  expect(await Service.run(settings, { ...row, env: { ...row.env, ...env } }, expected)).toEqual(expected)
}

const single = SIMPLE.filter(({ path }) => isActive(path)).map(({ name, path, unit }) => [name, path, unit] as const)

test.each(single)('%s does what %s does [W-36] [H-61]', async (name, path, unit) => {
  const row = rowOf(path)
  const [first, second] = [valueAt(row.from, path), valueAt(row.to, path)]
  if (unit !== 'ms') await proves(row, { [name]: String(second) }, row.sees[1])
  // The shorter of two delays is seen sooner.
  else if (first === undefined) await proves(row, { [name]: milliseconds(second) }, row.sees[1])
  else await proves(row, { [name]: milliseconds(first) }, row.sees[0], row.to)
})

test.each([
  ['OTEL_PROPAGATORS', 'baggage', 'observability.opentelemetry.propagators'],
  ['OTEL_RESOURCE_ATTRIBUTES', 'team=checkout', 'observability.opentelemetry.resource.attributes'],
  ['OTEL_SDK_DISABLED', 'true', 'observability.opentelemetry.enabled'],
  ['METRICS_TOKEN', 'secret', 'observability.prometheus.authentication.enabled'],
])('%s=%s does what %s does [W-36]', async (name, value, key) => {
  const row = rowOf(key)
  await proves(row, { [name]: value }, row.sees[1])
})

test('TELLTALE_CONFIG names the file [H-61]', async () => {
  const row = rowOf('name')
  const files = { 'other/cart.yaml': JSON.stringify({ name: 'cart', server: { port: 0 } }) }
  await proves({ ...row, files }, { TELLTALE_CONFIG: 'other/cart.yaml' }, row.sees[1])
})

/** By the end of the variable's name: the key, and the value when it is not the row's own. */
const OTLP = [
  ['ENDPOINT', 'endpoint', 'http://127.0.0.1:[other]'],
  ['PROTOCOL', 'protocol', undefined],
  ['HEADERS', 'headers', 'x-key=k'],
  ['TIMEOUT', 'timeout', '50'],
  ['COMPRESSION', 'compression', undefined],
  ['INSECURE', 'insecure', undefined],
  ['CLIENT_CERTIFICATE', 'client_certificate', undefined],
] as const

type BySignal = Record<(typeof SIGNALS)[number], unknown>

test.each(OTLP)(
  'OTEL_EXPORTER_OTLP_%s does for every signal what the key %s does [W-36]',
  async (suffix, key, value) => {
    const rows = SIGNALS.map((signal) => [signal, rowOf(`${LISTS[signal]}[](otlp).${key}`)] as const)
    const changed = rows.map(([signal, row]) => [signal, (row.sees[1] as BySignal)[signal]])
    const [, row] = rows[0]!
    const text = value ?? String(valueAt(row.to, row.keys[0]!))
    await proves(row, { [`OTEL_EXPORTER_OTLP_${suffix}`]: text }, Object.fromEntries(changed))
  },
)

const own = OTLP.flatMap(([suffix, key, value]) =>
  SIGNALS.map((signal) => {
    const path = suffix === 'ENDPOINT' ? `/v1/${signal}` : ''
    const row = rowOf(`${LISTS[signal]}[](otlp).${key}`)
    const text = `${value ?? valueAt(row.to, row.keys[0]!)}${path}`
    return [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${suffix}`, text, row] as const
  }),
)

test.each(own)('%s=%s does it for its signal alone [W-36]', async (name, text, row) => {
  await proves(row, { [name]: text }, row.sees[1])
})

const parts = ['', ...SIGNALS.map((signal) => `${signal.toUpperCase()}_`)]

// The other way round, since what cannot be delivered takes its time: the file is wrong and the variable is right.
test.each(
  parts.flatMap((part) => [
    [`OTEL_EXPORTER_OTLP_${part}CERTIFICATE`, 'certificate', '[folder]/ca.pem'] as const,
    [`OTEL_EXPORTER_OTLP_${part}CLIENT_KEY`, 'client_key', '[folder]/key.pem'] as const,
  ]),
)('%s is used where %s of the file would not do [W-36]', async (name, key, value) => {
  const signal = SIGNALS.find((one) => name.includes(`_${one.toUpperCase()}_`)) ?? 'logs'
  const row = rowOf(`${LISTS[signal]}[](otlp).${key}`)
  await proves(row, { [name]: value }, row.sees[0], row.to)
})

test.each([
  ['ZIPKIN', 'ENDPOINT', 'endpoint', 'http://127.0.0.1:[other]'],
  ['ZIPKIN', 'TIMEOUT', 'timeout', '50'],
  ['JAEGER', 'ENDPOINT', 'endpoint', 'http://127.0.0.1:[other]'],
  ['JAEGER', 'TIMEOUT', 'timeout', '50'],
])('OTEL_EXPORTER_%s_%s does what the key %s does [W-36] [R-05]', async (type, suffix, key, value) => {
  const row = rowOf(`${LISTS.traces}[](${type.toLowerCase()}).${key}`)
  await proves(row, { [`OTEL_EXPORTER_${type}_${suffix}`]: value }, row.sees[1])
})
