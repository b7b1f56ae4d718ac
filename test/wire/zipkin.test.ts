import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api'
import { ZipkinExporter } from '@opentelemetry/exporter-zipkin'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Resource, type Value } from '../../src/model/attribute.ts'
import { KIND_CLIENT, KIND_PRODUCER, KIND_SERVER, SpanRare, type SpanRecord, STATUS_OK } from '../../src/model/span.ts'
import { speakerOf, zipkinSpan } from '../../src/wire/zipkin/span.ts'
import { bare, full, SHOP } from './spans.ts'

interface Zipkin {
  tags: Record<string, string>
  [key: string]: unknown
}

const read = (span: SpanRecord, resource = SHOP) => JSON.parse(zipkinSpan(span, speakerOf(resource))) as Zipkin

test('spans are the golden JSON, which was written by hand from the specifications [R-05]', () => {
  const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'golden/zipkin.json'), 'utf8')) as Zipkin[]
  expect([read(full()), read(bare())]).toEqual(golden)
  // Byte for byte, in the order of the golden file.
  expect(JSON.stringify([read(full()), read(bare())])).toBe(JSON.stringify(golden))
})

function with_(attributes: Value[], change: (span: SpanRecord) => void = () => {}): Zipkin {
  const span = bare()
  span.kind = KIND_CLIENT
  span.attributes = attributes
  change(span)
  return read(span)
}

const REMOTE: [attributes: Value[], endpoint: object | undefined][] = [
  [['peer.service', 'db', 'server.address', 'h'], { serviceName: 'db' }],
  [['server.port', 80, 'server.address', 'h', 'net.peer.name', 'n'], { serviceName: 'h', port: 80 }],
  [['net.peer.name', 'n', 'network.peer.address', '1.2.3.4'], { serviceName: 'n' }],
  [['network.peer.address', '1.2.3.4', 'network.peer.port', 9], { serviceName: '1.2.3.4', ipv4: '1.2.3.4', port: 9 }],
  [['network.peer.address', '::1'], { serviceName: '::1', ipv6: '::1' }],
  [['net.sock.peer.name', 's', 'peer.address', 'a'], { serviceName: 's' }],
  [['peer.hostname', 'p', 'db.name', 'd'], { serviceName: 'p' }],
  [['db.name', 'd'], { serviceName: 'd' }],
  [['server.address', '', 'db.name', 'd'], { serviceName: 'd' }],
  [['server.address', 'h', 'server.port', 70_000], { serviceName: 'h' }],
  [['server.address', 7], undefined],
  [['server.address', 'h', 'server.port', 0], { serviceName: 'h' }],
  [[], undefined],
]

test.each(REMOTE)('the remote endpoint of %j is %j, by rank [R-05]', (attributes, endpoint) => {
  expect(with_(attributes)['remoteEndpoint']).toEqual(endpoint)
})

test('only who calls has a remote endpoint; kinds are words and internal is none [R-05]', () => {
  const of = (kind: number) => {
    const { kind: word, remoteEndpoint } = with_(['peer.service', 'x'], (span) => void (span.kind = kind))
    return [word, remoteEndpoint !== undefined]
  }
  expect([1, 2, 3, 4, 5].map(of)).toEqual([
    [undefined, false],
    ['SERVER', false],
    ['CLIENT', true],
    ['PRODUCER', true],
    ['CONSUMER', false],
  ])
})

test('an error tag stands only on a failed span [R-05]', () => {
  const tags = (status: number, message: string | null) =>
    with_(['error', 'false'], (span) => {
      span.status = status
      span.rare = new SpanRare()
      span.rare.statusMessage = message
    }).tags
  const own = { 'service.version': '1.2.3', 'process.pid': '7' }
  expect([tags(0, null), tags(STATUS_OK, 'fine'), tags(2, null), tags(2, 'why')]).toEqual([
    own,
    { ...own, 'otel.status_code': 'OK' },
    { ...own, 'otel.status_code': 'ERROR', error: '' },
    { ...own, 'otel.status_code': 'ERROR', error: 'why' },
  ])
})

test('a resource without a name is unknown_service, an unfinished span has no duration [R-05]', () => {
  const span = bare()
  span.endTime = Number.NaN
  const { localEndpoint, duration, tags } = read(span, new Resource([]))
  expect([localEndpoint, duration, tags]).toEqual([{ serviceName: 'unknown_service' }, undefined, {}])
})

test('whatever attributes hold, the text is JSON and every tag a string, keys like __proto__ included [R-05]', () => {
  const value: fc.Arbitrary<Value> = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.bigInt(),
    fc.boolean(),
    fc.uint8Array(),
    fc.constant(null),
    fc.array(fc.double()),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.oneof(fc.string(), fc.constant('__proto__')), value)), (pairs) => {
      const attributes: Value[] = []
      for (const [key, one] of pairs) attributes.push(key, one)
      const { tags } = with_(attributes)
      const keys = new Set([...pairs.map(([key]) => key), 'service.version', 'process.pid'])
      keys.delete('error')
      expect(new Set(Object.keys(tags))).toEqual(keys)
      expect(Object.values(tags).every((tag) => typeof tag === 'string')).toBe(true)
    }),
  )
})

test("OpenTelemetry's own exporter writes the same span, and the service's name once more [R-05]", async () => {
  const sent = await theirs()
  expect(sent.tags['service.name']).toBe('shop')
  delete sent.tags['service.name']
  const span = bare()
  Object.assign(span, { kind: KIND_SERVER, p0: 1, p1: 2, status: 2, endTime: span.startTime + 1.5 })
  span.attributes = ['http.route', '/x', 'n', 5, 'flag', true]
  span.rare = new SpanRare()
  span.rare.statusMessage = 'why'
  span.rare.events = [{ name: 'retry', time: span.startTime + 1, attributes: null, dropped: 0 }]
  expect(read(span)).toEqual(sent)
  expect(read(Object.assign(span, { kind: KIND_PRODUCER }))).toEqual({ ...sent, kind: 'PRODUCER' })
})

/** The same span through `@opentelemetry/exporter-zipkin`, as it was posted. */
async function theirs(): Promise<Zipkin> {
  const { createServer } = await import('node:http')
  const bodies: string[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      bodies.push(text)
      response.writeHead(202).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const exporter = new ZipkinExporter({ url: `http://127.0.0.1:${port}/api/v2/spans` })
  const start: [number, number] = [1_764_000_000, 0]
  const span = {
    name: 'tick',
    kind: SpanKind.SERVER,
    spanContext: () => ({
      traceId: '00000000000000000000000000000001',
      spanId: '0000000000000002',
      traceFlags: TraceFlags.SAMPLED,
    }),
    parentSpanContext: { traceId: '0'.repeat(31) + 1, spanId: '0000000100000002', traceFlags: 1 },
    startTime: start,
    endTime: [1_764_000_000, 1_500_000],
    duration: [0, 1_500_000],
    status: { code: SpanStatusCode.ERROR, message: 'why' },
    attributes: { 'http.route': '/x', n: 5, flag: true },
    links: [],
    events: [{ name: 'retry', time: [1_764_000_000, 1_000_000], attributes: {} }],
    ended: true,
    resource: { attributes: { 'service.name': 'shop', 'service.version': '1.2.3', 'process.pid': 7 } },
    instrumentationScope: { name: '' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
  await new Promise<void>((resolve) => exporter.export([span as never], () => resolve()))
  await exporter.shutdown()
  server.close()
  return (JSON.parse(bodies[0]!) as Zipkin[])[0]!
}
