// One place that telemetry is sent to: the same keys for spans, metrics and logs.
import { choice, duration, type Fields, flag, headers, text } from './kind.ts'

const enabled_in_dev = flag('`true`: only in development. `false`: only outside development. Left out: always.')

export const otlp: Fields = {
  endpoint: text(
    'Where to send. A bare address gets the path of its signal, such as `/v1/traces`; so does a path that ends with `/`; any other path is used as it is. Default: `http://localhost:4318`, or `http://localhost:4317` with gRPC.',
    { as: 'url' },
  ),
  protocol: choice('Encoding and transport. Default: `http/protobuf`, or `grpc` on port 4317.', [
    'http/protobuf',
    'http/json',
    'grpc',
  ]),
  headers: headers('Headers of every request.'),
  timeout: duration('How long one request may take.', { default: '10s' }),
  compression: choice('Compression of the body. Default: `gzip`, but `none` to this machine.', ['none', 'gzip']),
  insecure: flag('Address without a scheme: `true` means http, `false` https. An https address always stays https.'),
  certificate: text('File with the certificates of trusted authorities (PEM).', { as: 'word' }),
  client_key: text('File with the client key (PEM).', { as: 'word' }),
  client_certificate: text('File with the client certificate (PEM).', { as: 'word' }),
  enabled_in_dev,
}

export const jaeger: Fields = {
  endpoint: text('Jaeger collector, Thrift over HTTP.', { as: 'url', default: 'http://localhost:14268/api/traces' }),
  headers: otlp['headers']!,
  timeout: otlp['timeout']!,
  enabled_in_dev,
}

export const zipkin: Fields = {
  endpoint: text('Zipkin v2 address.', { as: 'url', default: 'http://localhost:9411/api/v2/spans' }),
  headers: otlp['headers']!,
  timeout: otlp['timeout']!,
  enabled_in_dev,
}

export const stdout: Fields = { enabled_in_dev }
