import { expect, test } from 'vitest'
import { otlpEndpoint, signalUrl } from '../../src/export/endpoint.ts'

test('port 4317 without a protocol means gRPC, anything else HTTP with protobuf [ruling 49]', () => {
  const protocols = ['http://otel-collector:4317', 'http://localhost:4318', 'https://c.example', 'localhost:4317'].map(
    (url) => otlpEndpoint(url).protocol,
  )
  expect(protocols).toEqual(['grpc', 'http/protobuf', 'http/protobuf', 'grpc'])
  expect(otlpEndpoint('http://c:4317', 'http/json').protocol).toBe('http/json')
})

test('an endpoint without a scheme is http only to loopback or when asked; https is never made http', () => {
  expect([
    otlpEndpoint('localhost:4318').url,
    otlpEndpoint('127.0.0.1:4318').url,
    otlpEndpoint('collector:4318').url,
    otlpEndpoint('collector:4318', undefined, true).url,
    otlpEndpoint('https://collector:4318', undefined, true).url,
    otlpEndpoint('localhost.evil.example').url,
  ]).toEqual([
    'http://localhost:4318',
    'http://127.0.0.1:4318',
    'https://collector:4318',
    'http://collector:4318',
    'https://collector:4318',
    'https://localhost.evil.example',
  ])
})

test('probable mistakes get a hint that names the way out [ruling 25]', () => {
  const warnings = (url: string, protocol?: 'http/protobuf' | 'grpc'): readonly string[] =>
    otlpEndpoint(url, protocol).warnings
  expect({
    fine: [warnings('http://c:4318'), warnings('http://c:4317'), warnings('https://c/otlp')],
    grpcPort: warnings('http://c:4317', 'http/protobuf'),
    httpPort: warnings('http://c:4318', 'grpc'),
    jaeger: warnings('http://jaeger:14268/api/traces'),
    zipkin: warnings('http://z:9411/api/v2/spans'),
  }).toEqual({
    fine: [[], [], []],
    grpcPort: [
      'http://c:4317: 4317 is the port of OTLP over gRPC; http/protobuf mostly listens on 4318, or write protocol: grpc',
    ],
    httpPort: [
      'http://c:4318: 4318 is the port of OTLP over HTTP; gRPC mostly listens on 4317, or write protocol: http/protobuf',
    ],
    jaeger: [
      "http://jaeger:14268/api/traces: this is Jaeger's Thrift endpoint, which does not take OTLP; write type: jaeger",
    ],
    zipkin: ["http://z:9411/api/v2/spans: this is Zipkin's endpoint, which does not take OTLP; write type: zipkin"],
  })
})

test('a base gets the path of the signal, a full path stays for its signal [ruling 25]', () => {
  const urls = (base: string): string[] => (['traces', 'logs'] as const).map((signal) => signalUrl(base, signal))
  expect(
    [
      'http://c:4318',
      'http://c:4318/',
      'https://c/otlp/',
      'http://c:4318/v1/traces',
      'http://c/otlp/v1/logs?key=1',
    ].map(urls),
  ).toEqual([
    ['http://c:4318/v1/traces', 'http://c:4318/v1/logs'],
    ['http://c:4318/v1/traces', 'http://c:4318/v1/logs'],
    ['https://c/otlp/v1/traces', 'https://c/otlp/v1/logs'],
    ['http://c:4318/v1/traces', 'http://c:4318/v1/logs'],
    ['http://c/otlp/v1/traces?key=1', 'http://c/otlp/v1/logs?key=1'],
  ])
})
