import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { openApi } from '../../../src/console/telemetry/openapi.ts'
import { telemetryRoutes } from '../../../src/console/telemetry/routes.ts'
import { Store } from '../../../src/store/store.ts'
import { batch, family, span, T0, traceHex } from '../../store/records.ts'
import { ask } from '../ask.ts'
import { serve } from './serve.ts'
import { fillShop } from './shop.ts'

interface Operation {
  operationId: string
  parameters: { name: string; in: string; required?: boolean; schema: object }[]
  responses: Record<string, { content?: Record<string, { schema: { $ref: string } }> }>
}

const document = openApi() as {
  paths: Record<string, { get: Operation }>
  components: { schemas: Record<string, object> }
}

test('docs/reference/openapi.json is this document: `npm run openapi` writes it', async () => {
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot('../../../docs/reference/openapi.json')
})

test('the server answers with the document', async () => {
  const { url } = await serve()
  expect(JSON.parse((await ask(url, '/api/v1/openapi.json')).text)).toEqual(JSON.parse(JSON.stringify(document)))
})

test('each route is in the document, and each path of the document is a route', () => {
  const routes = telemetryRoutes(new Store()).map(
    ({ method, path, tier }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')} ${tier}`,
  )
  const paths = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path} tenant`),
  )
  expect(routes.sort()).toEqual(paths.sort())
  expect(routes).toHaveLength(17)
})

test('each parameter of a path stands in it, and operations have names of their own', () => {
  const operations = Object.entries(document.paths).map(([path, { get }]) => ({ path, get }))
  expect(new Set(operations.map(({ get }) => get.operationId)).size).toBe(operations.length)
  for (const { path, get } of operations) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
    expect(get.parameters.filter((one) => one.in === 'path').map(({ name, required }) => ({ name, required }))).toEqual(
      named.map((name) => ({ name, required: true })),
    )
  }
})

test('each reference leads to something, and nothing is described in vain', () => {
  const text = JSON.stringify(document)
  const asked = new Set([...text.matchAll(/"#\/components\/(\w+)\/(\w+)"/g)].map((match) => `${match[1]}/${match[2]}`))
  const given = Object.entries(document.components).flatMap(([kind, all]) =>
    Object.keys(all).map((name) => `${kind}/${name}`),
  )
  // Events of a stream are named in words.
  expect([...asked].sort()).toEqual(given.sort())
})

const ajv = new Ajv2020({ strict: false, allErrors: true })
ajv.addSchema(document, 'doc')

/** What is wrong with an answer, by the schema that the document gives for its status and type. */
function wrong(path: string, status: number, type: string, body: unknown): string[] {
  const operation = document.paths[path]!.get
  const at = operation.responses[status] as { $ref?: string; content?: Record<string, object> }
  const pointer = at.$ref
    ? at.$ref.slice(1)
    : `/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/get/responses/${status}`
  const check = ajv.getSchema(`doc#${encodeURI(pointer)}/content/${type.replace('/', '~1')}/schema`)
  if (check === undefined) throw new Error(`nothing is said of ${path} ${status} ${type}`)
  check(body)
  return (check.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}

const ASKED: readonly [string, string, number?][] = [
  ['/status', 'status'],
  ['/services', 'services?moments=5'],
  ['/services/{service}/operations', 'services/shop-api/operations?moments=3'],
  ['/traces', 'traces?limit=5'],
  ['/traces', 'traces?service=nobody'],
  ['/traces', 'traces?limit=no', 400],
  ['/traces/{trace_id}', `traces/${traceHex(6)}`],
  ['/traces/{trace_id}', `traces/${'e'.repeat(32)}`, 404],
  ['/logs', 'logs?limit=7'],
  ['/metrics', 'metrics'],
  ['/metrics/{name}', 'metrics/http.server.request.duration'],
  ['/metrics/{name}', 'metrics/http.server.request.duration?as=p99'],
  ['/metrics/{name}', 'metrics/orders_paid_total?as=rate'],
  ['/metrics/{name}', 'metrics/nothing', 404],
  ['/metrics/{name}/chart', 'metrics/http.server.request.duration/chart?by=http.route&by=service.name'],
  ['/metrics/{name}/chart', 'metrics/http.server.request.duration/chart?as=heatmap&moments=5'],
  ['/metrics/{name}/chart', 'metrics/orders_paid_total/chart?as=p95', 400],
  ['/metrics/{name}/chart', 'metrics/nothing/chart', 404],
  ['/red', 'red?by=operation&compare=true&moments=4'],
  ['/red', 'red'],
  ['/traces/scatter', 'traces/scatter'],
  ['/traces/facets', 'traces/facets?service=shop-api'],
  ['/logs/histogram', 'logs/histogram?severity=warn'],
  ['/logs/facets', 'logs/facets'],
  ['/map', 'map'],
  ['/attributes', 'attributes'],
  ['/attributes', 'attributes?signal=logs&values=0'],
  ['/openapi.json', 'openapi.json'],
]

test.each(ASKED)('%s: what %s answers is what the document says', async (path, asked, expected = 200) => {
  const { store, url } = await serve()
  fillShop(store, T0, T0 + 60_000, 30)
  store.accept(
    batch({
      spans: [
        span({
          trace: 900,
          span: 1,
          parent: 2,
          took: undefined,
          attributes: ['big', 2n ** 60n, 'nan', Number.NaN, 'list', [1, null], 'bytes', new Uint8Array(2)],
        }),
      ],
      series: [family('gone', 'gauge', [{ value: Number.NaN }])],
    }),
  )
  const { status, headers, text } = await ask(url, `/api/v1/${asked}`)
  expect(status).toBe(expected)
  expect(wrong(`/api/v1${path}`, status, headers['content-type']!, JSON.parse(text))).toEqual([])
})

test('an answer that is not as described is seen', () => {
  const status = { started_ms: 1, now_ms: 1, traces: -1, series: 0, services: 'two', signals: {} }
  expect(wrong('/api/v1/status', 200, 'application/json', status).length).toBeGreaterThan(3)
})
