// Keys of requests: what is observed of them, whose they are, and what is taken out of what they leave.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type http from 'node:http'
import express from 'express'
import { attributesObject } from '../../../src/model/attribute.ts'
import { spanAttributes } from '../../../src/model/span.ts'
import { redactorOf } from '../../../src/redact/policy.ts'
import { type Row, row, type Settings } from './row.ts'
import { get, pause, Recording, type Service } from './service.ts'

const HTTP = 'surfaces.http'
const TRACE = '1'.repeat(32)

/** A request with a trace and baggage, whose handler calls another server: what each of the three saw. */
async function crossing(service: Service): Promise<unknown> {
  const sink = new Recording()
  const telltale = await service.start({ sinks: [sink] })
  let heard: http.IncomingHttpHeaders = {}
  const other = await service.app((request, response) => {
    heard = request.headers
    response.end()
  })
  const url = await service.app(async (_, response) => {
    await fetch(other).then((answer) => answer.text())
    response.end()
  })
  const headers = { traceparent: `00-${TRACE}-${'2'.repeat(16)}-01`, baggage: 'k=v' }
  const answer = await get(`${url}/skip`, headers)
  await pause(10)
  await telltale.flush()
  return {
    spans: sink.spans.length,
    continued: sink.spans.length > 0 && sink.spans.every(({ t0 }) => t0 === 0x11111111),
    answered: 'traceparent' in answer.headers,
    correlated: 'x-correlation-id' in answer.headers,
    baggage: heard.baggage,
  }
}

/** Whether the second request has the prototype of Express before Express sees it; Node 24 needs none, there the key is read. */
async function prototypes(service: Service): Promise<unknown> {
  const { config } = await service.start()
  if (Number.parseInt(process.versions.v8, 10) >= 13) return config.surfaces.http.express_shapes
  const app = express().get('/', (_, response) => void response.end())
  const seen: boolean[] = []
  const look = (message: unknown): void => {
    seen.push(Object.getPrototypeOf((message as { request: object }).request) === app.request)
  }
  subscribe('http.server.request.start', look)
  const url = await service.app(app as unknown as http.RequestListener)
  for (let i = 0; i < 2; i++) await get(`${url}/`, {})
  unsubscribe('http.server.request.start', look)
  return seen[1]
}

/** The server span of the application, its call, and the server span of the other server. */
const CROSSED = { spans: 3, continued: true, answered: true, correlated: true, baggage: undefined }

/** Numbers of the tenants in the request log: 0 is the default tenant, named ones count from 2. */
const tenants = (...requests: readonly [path: string, headers: http.OutgoingHttpHeaders][]) => {
  return async (service: Service): Promise<unknown> => {
    const telltale = await service.start()
    const url = await service.app()
    for (const [path, headers] of requests) await get(url + path, headers)
    await pause(10)
    const { length, tenant } = telltale.traffic.window(Date.now() + 1000, 60)
    return [...tenant.subarray(0, length)]
  }
}

const byHeader = tenants(['/', {}], ['/', { 'x-tenant-id': 'acme' }], ['/', { 'x-org': 'globex' }])
const byPath = tenants(['/acme/orders', {}])
const byBoth = tenants(['/acme/orders', { 'x-tenant-id': 'globex' }], ['/acme/orders', { 'x-tenant-id': 'acme' }])

/** Whether a check of a service on this machine may be made at all. */
async function local(service: Service): Promise<unknown> {
  service.collector.answer = (response) => {
    response.end()
    return true
  }
  const { address } = await service.start()
  const { body } = await get(`${address}/health`)
  return [JSON.parse(body).checks, service.collector.requests]
}

async function redacted(service: Service): Promise<unknown> {
  const sink = new Recording()
  const telltale = await service.start({ sinks: [sink] })
  const fields = { shoe_size: 44, note: 'ask jo@example.com', password: 'sesame' }
  service.product.span('s', { attributes: fields }, () => service.product.log.info(fields, 'l'))
  await telltale.flush()
  const line = JSON.parse(service.out[0]!)
  const { correlation_id: _, ...log } = attributesObject(sink.logs[0]!.attributes)
  return {
    span: attributesObject(spanAttributes(sink.spans[0]!)),
    log,
    line: { shoe_size: line.shoe_size, note: line.note, password: line.password },
  }
}

/** What `telltale redact` says that it replaced, by the name of a pattern. */
async function told(service: Service): Promise<unknown> {
  const { config } = await service.start()
  const found: string[] = []
  redactorOf(config.redact, { onFound: ({ by }) => found.push(by) }).text('ask jo of ORD-1')
  return found
}

async function nested(service: Service): Promise<unknown> {
  const sink = new Recording()
  const telltale = await service.start({ sinks: [sink] })
  service.product.log.info({ tree: { leaf: { deep: 1 } } }, 'l')
  await telltale.flush()
  return [attributesObject(sink.logs[0]!.attributes), JSON.parse(service.out[0]!).tree]
}

const everywhere = (fields: object) => ({ span: fields, log: fields, line: fields })
const PLAIN = { shoe_size: 44, note: 'ask jo@example.com', password: '[REDACTED]' }
const check: Settings = {
  observability: { health: { checks: [{ type: 'http', name: 'near', url: 'http://127.0.0.1:[port]/' }] } },
}
const both: Settings = { access: { tenants: { routing_mode: 'both' } } }

export const REQUESTS: readonly Row[] = [
  row(`${HTTP}.extract_headers`, [undefined, false], crossing, [CROSSED, { ...CROSSED, continued: false }]),
  row(`${HTTP}.inject_headers`, [undefined, false], crossing, [CROSSED, { ...CROSSED, answered: false }]),
  row(`${HTTP}.correlation_header`, [undefined, false], crossing, [CROSSED, { ...CROSSED, correlated: false }]),
  row(`${HTTP}.express_shapes`, [undefined, false], prototypes, [true, false]),
  row(`${HTTP}.ignore`, [undefined, ['/skip']], crossing, [
    CROSSED,
    // What is left is the span of the other server, which was told of no trace.
    { spans: 1, continued: false, answered: false, correlated: true, baggage: undefined },
  ]),
  row(`${HTTP}.baggage_hosts`, [undefined, ['127.0.0.1']], crossing, [CROSSED, { ...CROSSED, baggage: 'k=v' }]),
  row('access.tenants.default', [undefined, 'acme'], byHeader, [
    [0, 2, 0],
    [0, 0, 0],
  ]),
  row('access.tenants.header', [undefined, 'X-Org'], byHeader, [
    [0, 2, 0],
    [0, 0, 2],
  ]),
  row('access.tenants.routing_mode', [undefined, 'url_path'], byPath, [[0], [2]]),
  row(
    'access.tenants.strict_validation',
    [undefined, true],
    byBoth,
    [
      [2, 2],
      [0, 2],
    ],
    { base: both },
  ),
  row(
    'access.jwt.enabled',
    [undefined, true],
    byHeader,
    [
      [0, 2, 0],
      [0, 0, 0],
    ],
    { env: { JWT_SECRET: 'x'.repeat(32) } },
  ),
  row('console.resources[].type', ['Order', 'Acme'], byPath, [[2], [0]], {
    base: { access: { tenants: { routing_mode: 'url_path' } }, console: { resources: [{ table: 'orders' }] } },
  }),
  row(
    'access.endpoint_policy',
    [undefined, 'strict'],
    local,
    [
      [{ near: 'ok' }, 1],
      [{ near: 'fail' }, 0],
    ],
    { base: check },
  ),
  row('redact.keys', [undefined, ['shoe_size']], redacted, [
    everywhere(PLAIN),
    everywhere({ ...PLAIN, shoe_size: '[REDACTED]' }),
  ]),
  row('redact.allow', [undefined, ['password']], redacted, [
    everywhere(PLAIN),
    everywhere({ ...PLAIN, password: 'sesame' }),
  ]),
  row(
    'redact.patterns[].pattern',
    ['ORD-[0-9]+', 'ask jo'],
    redacted,
    [everywhere(PLAIN), everywhere({ ...PLAIN, note: '[REDACTED]@example.com' })],
    { base: { redact: { patterns: [{ name: 'own' }] } } },
  ),
  row('redact.patterns[].name', ['order', 'number'], told, [['order'], ['number']], {
    base: { redact: { patterns: [{ pattern: 'ORD-[0-9]+' }] } },
  }),
  row('redact.max_depth', [undefined, 1], nested, [
    [{ tree: { leaf: { deep: 1 } } }, { leaf: { deep: 1 } }],
    [{ tree: { leaf: '[DEPTH]' } }, { leaf: '[DEPTH]' }],
  ]),
  row('redact.emails', [undefined, true], redacted, [
    everywhere(PLAIN),
    everywhere({ ...PLAIN, note: 'ask [REDACTED]' }),
  ]),
]
