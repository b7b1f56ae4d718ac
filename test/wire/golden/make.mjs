// Regenerates the golden OTLP bodies with OpenTelemetry's own transformer. It is not a dependency of ours:
//   mkdir /tmp/oracle && cd /tmp/oracle && npm init -y && npm i @opentelemetry/otlp-transformer@0.223
//   node <repository>/test/wire/golden/make.mjs /tmp/oracle
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(`${process.argv[2]}/package.json`)
const {
  ProtobufTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  JsonTraceSerializer,
} = require('@opentelemetry/otlp-transformer')

const resource = { attributes: { 'service.name': 'shop', 'process.pid': 4711 }, schemaUrl: 'https://schemas.test/1' }
const instrumentationScope = { name: 'shop.http', version: '1.2.3', schemaUrl: 'https://schemas.test/2' }
const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanContext = { traceId, spanId: 'b7ad6b7169203331', traceFlags: 1 }
const span = {
  name: 'GET /users/:id',
  kind: 1,
  spanContext: () => ({ ...spanContext, traceState: { serialize: () => 'vendor=value' } }),
  parentSpanContext: { traceId, spanId: '00f067aa0ba902b7', traceFlags: 1, isRemote: true },
  startTime: [1_764_000_000, 125_000_000],
  endTime: [1_764_000_000, 250_500_000],
  status: { code: 2, message: 'broken' },
  attributes: {
    'http.request.method': 'GET',
    'http.response.status_code': 500,
    ratio: 0.5,
    negative: -7,
    ok: true,
    umlaut: 'Grüße 🌍',
    list: ['a', 'b'],
    numbers: [1, 2.5],
  },
  events: [
    {
      name: 'exception',
      time: [1_764_000_000, 200_000_000],
      attributes: { 'exception.type': 'Error' },
      droppedAttributesCount: 1,
    },
  ],
  links: [
    {
      context: { traceId, spanId: '00f067aa0ba902b8', traceFlags: 0 },
      attributes: { via: 'queue' },
      droppedAttributesCount: 2,
    },
  ],
  duration: [0, 125_500_000],
  ended: true,
  resource,
  instrumentationScope,
  droppedAttributesCount: 3,
  droppedEventsCount: 4,
  droppedLinksCount: 5,
}
const root = {
  ...span,
  name: 'root',
  kind: 0,
  spanContext: () => ({ traceId, spanId: '00f067aa0ba902b7', traceFlags: 0 }),
  parentSpanContext: undefined,
  status: { code: 0 },
  attributes: {},
  events: [],
  links: [],
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
}
const log = {
  hrTime: [1_764_000_001, 1_000_000],
  hrTimeObserved: [1_764_000_001, 2_000_000],
  severityNumber: 17,
  severityText: 'ERROR',
  body: { message: 'broken', parts: [1, 'two', { three: true }] },
  attributes: { 'logger.name': 'shop' },
  spanContext,
  resource,
  instrumentationScope,
  droppedAttributesCount: 0,
  eventName: 'shop.broken',
}
const start = [1_764_000_000, 0]
const end = [1_764_000_010, 0]
const point = (attributes, value) => ({ attributes, startTime: start, endTime: end, value })
const metric = (name, unit, rest) => ({
  descriptor: { name, description: `${name} in short`, unit, valueType: 1, advice: {} },
  aggregationTemporality: 1,
  ...rest,
})
const metrics = {
  resource,
  scopeMetrics: [
    {
      scope: instrumentationScope,
      metrics: [
        metric('orders', '{order}', {
          dataPointType: 3,
          isMonotonic: true,
          dataPoints: [point({ plan: 'pro' }, 3), point({}, 0)],
        }),
        metric('in.flight', '{request}', {
          dataPointType: 3,
          isMonotonic: false,
          aggregationTemporality: 0,
          dataPoints: [point({}, -2)],
        }),
        metric('temperature', 'Cel', { dataPointType: 2, dataPoints: [point({ room: 'a' }, 21.5)] }),
        metric('duration', 's', {
          dataPointType: 0,
          dataPoints: [
            point({ status: 200 }, { count: 6, sum: 1.5, buckets: { boundaries: [0.1, 1], counts: [1, 2, 3] } }),
          ],
        }),
        metric('size', 'By', {
          dataPointType: 1,
          dataPoints: [
            point(
              { kind: 'x' },
              {
                count: 10,
                sum: 100,
                scale: -1,
                zeroCount: 1,
                positive: { offset: 2, bucketCounts: [3, 0, 300] },
                negative: { offset: -3, bucketCounts: [4] },
                min: -5,
                max: 50,
              },
            ),
          ],
        }),
      ],
    },
  ],
}

const write = (name, bytes) => writeFileSync(new URL(name, import.meta.url), bytes)
write('traces.bin', ProtobufTraceSerializer.serializeRequest([span, root]))
write('logs.bin', ProtobufLogsSerializer.serializeRequest([log]))
write('metrics.bin', ProtobufMetricsSerializer.serializeRequest(metrics))
write('traces.json', JsonTraceSerializer.serializeRequest([span, root]))
