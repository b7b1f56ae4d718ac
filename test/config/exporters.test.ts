import { expect, test } from 'vitest'
import type { Config, Exporter } from '../../src/config/config.ts'
import { faults, named, warnings } from './load.ts'

const SIGNALS = ['traces', 'metrics', 'logs'] as const
const at = {
  traces: 'opentelemetry: { tracing: { exporters: %s } }',
  metrics: 'opentelemetry: { metrics: { exporters: %s } }',
  logs: 'logging: { sinks: %s }',
}
const list = (signal: keyof typeof at, exporters: string) =>
  `observability: { ${at[signal].replace('%s', exporters)} }\n`
const urls = (config: Config) => SIGNALS.map((signal) => config[signal].exporters.map((exporter) => exporter.url))
const all = (exporter: string) => `observability:
  opentelemetry: { tracing: { exporters: [${exporter}] }, metrics: { exporters: [${exporter}] } }
  logging: { sinks: [${exporter}] }
`

test('nothing is exported by default, and nothing is faulty about that [H-21]', () => {
  const loaded = named('')
  expect(urls(loaded.config)).toEqual([[], [], []])
  expect(warnings(loaded)).toEqual([])
  expect([loaded.config.metrics.enabled, loaded.config.scrape.enabled, loaded.config.scrape.path]).toEqual([
    true,
    true,
    '/metrics',
  ])
})

test('OTEL_EXPORTER_OTLP_ENDPOINT alone switches on the export of spans, and of spans alone [H-21]', () => {
  const { config } = named('', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' })
  expect(config.traces.exporters).toEqual<Exporter[]>([
    {
      type: 'otlp',
      url: 'http://collector:4318/v1/traces',
      protocol: 'http/protobuf',
      headers: {},
      timeoutMs: 10_000,
      compression: 'gzip',
      tls: undefined,
      origin: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    },
  ])
  expect([config.metrics.exporters, config.logs.exporters]).toEqual([[], []])
  expect(urls(named('', { OTEL_EXPORTER_OTLP_ENDPOINT: '  ' }).config)).toEqual([[], [], []])
})

test('with opentelemetry switched off the variable exports nothing [H-21]', () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }
  expect(urls(named('observability: { opentelemetry: { enabled: false } }\n', env).config)).toEqual([[], [], []])
})

test('generic variables apply to every signal that is exported, not to spans alone [W-36]', () => {
  const { config } = named(all('{ type: otlp, endpoint: "http://filed:4318", headers: { x-team: filed } }'), {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://given:4318/base/',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20t,X-Team=given',
    OTEL_EXPORTER_OTLP_TIMEOUT: '2500',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'none',
    OTEL_EXPORTER_OTLP_CERTIFICATE: 'ca.pem',
    OTEL_EXPORTER_OTLP_CLIENT_KEY: 'key.pem',
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: 'client.pem',
  })
  for (const signal of SIGNALS) {
    expect(config[signal].exporters).toEqual([
      {
        type: 'otlp',
        url: `https://given:4318/base/v1/${signal}`,
        protocol: 'http/json',
        headers: { authorization: 'Bearer t', 'X-Team': 'given' },
        timeoutMs: 2500,
        compression: 'none',
        tls: { ca: 'ca.pem', key: 'key.pem', cert: 'client.pem' },
        origin: expect.stringMatching(/^telltale\.yaml:\d+:\d+$/),
      },
    ])
  }
})

test.each(SIGNALS)(
  "a signal's own variables win over the generic ones for %s alone, and its endpoint is used as it is [W-36]",
  (signal) => {
    const NAME = signal.toUpperCase()
    const { config } = named('', {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://generic:4318',
      [`OTEL_EXPORTER_OTLP_${NAME}_ENDPOINT`]: 'http://own:4318/custom',
      OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
      [`OTEL_EXPORTER_OTLP_${NAME}_TIMEOUT`]: '2000',
      OTEL_EXPORTER_OTLP_HEADERS: 'a=1',
      [`OTEL_EXPORTER_OTLP_${NAME}_HEADERS`]: 'b=2',
      [`OTEL_EXPORTER_OTLP_${NAME}_PROTOCOL`]: 'http',
      [`OTEL_EXPORTER_OTLP_${NAME}_COMPRESSION`]: 'gzip',
    })
    const { url, timeoutMs, headers, protocol, compression } = config[signal].exporters[0]!
    expect({ url, timeoutMs, headers, protocol, compression }).toEqual({
      url: 'http://own:4318/custom',
      timeoutMs: 2000,
      headers: { b: '2' },
      protocol: 'http/protobuf',
      compression: 'gzip',
    })
    const others = SIGNALS.filter((other) => other !== signal && other === 'traces')
    for (const other of others) expect(config[other].exporters[0]!.url).toBe('http://generic:4318/v1/traces')
    const bare = named('', { [`OTEL_EXPORTER_OTLP_${NAME}_ENDPOINT`]: 'http://own:4318' }).config
    expect(bare[signal].exporters[0]!.url).toBe('http://own:4318/')
  },
)

test('OTEL_*_EXPORTER chooses the kinds of exporters; kinds that stay keep their settings [W-36]', () => {
  const file = list('traces', '[{ type: otlp, endpoint: "http://a:4318" }, { type: console }]')
  const types = (value: string) =>
    named(file, { OTEL_TRACES_EXPORTER: value }).config.traces.exporters.map((e) => `${e.type} ${e.url}`)
  expect(types('none')).toEqual([])
  expect(types('console')).toEqual(['console '])
  expect(types('otlp')).toEqual(['otlp http://a:4318/v1/traces'])
  expect(types('zipkin,otlp')).toEqual(['otlp http://a:4318/v1/traces', 'zipkin http://localhost:9411/api/v2/spans'])
  const metrics = named('', { OTEL_METRICS_EXPORTER: 'otlp', OTEL_LOGS_EXPORTER: 'otlp,console' }).config
  expect(urls(metrics)).toEqual([[], ['http://localhost:4318/v1/metrics'], ['http://localhost:4318/v1/logs', '']])
  const both = named('', { OTEL_METRICS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }).config
  expect(urls(both)).toEqual([['http://c:4318/v1/traces'], ['http://c:4318/v1/metrics'], []])
})

test('an endpoint does not bring back an exporter that OTEL_TRACES_EXPORTER left out [W-36]', () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_TRACES_EXPORTER: 'none' }
  expect(named('', env).config.traces.exporters).toEqual([])
})

test('an unknown kind of exporter is ignored with a warning; prometheus switches the scrape on, none leaves it alone [W-36]', () => {
  const loaded = named('', { OTEL_TRACES_EXPORTER: 'xyz' })
  expect(warnings(loaded)).toEqual(['ENV_IGNORED OTEL_TRACES_EXPORTER: "xyz" is not known and is ignored.'])
  const file = 'observability: { prometheus: { enabled: false } }\n'
  expect(named(file, { OTEL_METRICS_EXPORTER: 'prometheus' }).config.scrape.enabled).toBe(true)
  expect(named(file, { OTEL_METRICS_EXPORTER: 'none' }).config.scrape.enabled).toBe(false)
  expect(named('', { OTEL_METRICS_EXPORTER: 'none' }).config.scrape.enabled).toBe(true)
})

test.each(['thrift', 'http/xml', 'GRPC+'])('OTEL_EXPORTER_OTLP_PROTOCOL=%s is a fault at start [W-36]', (value) => {
  const found = faults('name: shop\n', {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318',
    OTEL_EXPORTER_OTLP_PROTOCOL: value,
  })
  expect(found).toHaveLength(1)
  expect(found[0]).toMatch(/^ENV_VALUE OTEL_EXPORTER_OTLP_PROTOCOL: .*allowed: http\/protobuf, http\/json, grpc\./)
})

test('an endpoint of the environment that is no address is a fault that names the variable [W-36]', () => {
  for (const value of ['ftp://c', 'http://', 'http://c:99999', 'not an address']) {
    const found = faults('name: shop\n', { OTEL_EXPORTER_OTLP_ENDPOINT: value })
    expect(found).toEqual([expect.stringMatching(/^ENV_VALUE OTEL_EXPORTER_OTLP_ENDPOINT: /)])
  }
})

test('https is never downgraded, whatever INSECURE says, for any signal [W-36]', () => {
  for (const insecure of ['true', 'false']) {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c:4318',
      OTEL_EXPORTER_OTLP_INSECURE: insecure,
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'otlp',
    }
    expect(
      urls(named('', env).config)
        .flat()
        .map((url) => new URL(url).protocol),
    ).toEqual(['https:', 'https:', 'https:'])
    const grpc = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c:4317', OTEL_EXPORTER_OTLP_INSECURE: insecure }
    expect(urls(named('', grpc).config)[0]).toEqual(['https://c:4317'])
  }
  const filed = named(list('traces', '[{ type: otlp, endpoint: "https://c:4318", insecure: true }]')).config
  expect(urls(filed)[0]).toEqual(['https://c:4318/v1/traces'])
})

test('an address without a scheme is http, and https when insecure is false [W-36]', () => {
  const url = (env: NodeJS.ProcessEnv) => urls(named('', { OTEL_EXPORTER_OTLP_ENDPOINT: 'c:4318', ...env }).config)[0]
  expect(url({})).toEqual(['http://c:4318/v1/traces'])
  expect(url({ OTEL_EXPORTER_OTLP_INSECURE: 'true' })).toEqual(['http://c:4318/v1/traces'])
  expect(url({ OTEL_EXPORTER_OTLP_INSECURE: 'false' })).toEqual(['https://c:4318/v1/traces'])
})

test.each([
  ['http://c:4318', 'http://c:4318/v1/traces'],
  ['http://c:4318/', 'http://c:4318/v1/traces'],
  ['http://c:4318/otlp/', 'http://c:4318/otlp/v1/traces'],
  ['http://c:4318/v1/traces', 'http://c:4318/v1/traces'],
  ['http://c:4318/otlp/v1/traces', 'http://c:4318/otlp/v1/traces'],
  ['http://[::1]:4318', 'http://[::1]:4318/v1/traces'],
  ['https://c', 'https://c/v1/traces'],
  ['https://c/?key=1', 'https://c/v1/traces?key=1'],
])('in a file the endpoint %s becomes %s, without a warning [R-05]', (endpoint, url) => {
  const loaded = named(list('traces', `[{ type: otlp, endpoint: "${endpoint}" }]`))
  expect(urls(loaded.config)[0]).toEqual([url])
  expect(warnings(loaded)).toEqual([])
})

test('an OTLP exporter that points at Jaeger, at Zipkin or at another path is used as it is, with a warning [R-05]', () => {
  const say = (endpoint: string) => {
    const loaded = named(list('traces', `[{ type: otlp, endpoint: "${endpoint}" }]`))
    return [urls(loaded.config)[0], warnings(loaded)]
  }
  const place = 'telltale.yaml:2:82 EXPORTER_PATH observability.opentelemetry.tracing.exporters[0].endpoint:'
  expect(say('http://jaeger:14268/api/traces')).toEqual([
    ['http://jaeger:14268/api/traces'],
    [
      `${place} This is the address of a Jaeger collector, which does not speak OTLP there; write \`type: jaeger\`, or port 4318.`,
    ],
  ])
  expect(say('http://z:9411/api/v2/spans')[1]).toEqual([
    `${place} This is the address of Zipkin; write \`type: zipkin\`.`,
  ])
  expect(say('http://c:4318/otlp')).toEqual([
    ['http://c:4318/otlp'],
    [`${place} The path /otlp is used as it is; end it with / to have v1/traces added.`],
  ])
})

test.each(SIGNALS)(
  'port 4317 without a protocol means gRPC, for %s; a protocol that is written stands [R-05]',
  (signal) => {
    const one = (exporter: string) => {
      const { protocol, url } = named(list(signal, `[${exporter}]`)).config[signal].exporters[0]!
      return [protocol, url]
    }
    expect(one('{ type: otlp, endpoint: "http://c:4317" }')).toEqual(['grpc', 'http://c:4317'])
    expect(one('{ type: otlp, endpoint: "https://c:4317/ignored" }')).toEqual(['grpc', 'https://c:4317'])
    expect(one('{ type: otlp, endpoint: "http://c:4317", protocol: http/protobuf }')).toEqual([
      'http/protobuf',
      `http://c:4317/v1/${signal}`,
    ])
    expect(one('{ type: otlp, endpoint: "http://c:4318", protocol: grpc }')).toEqual(['grpc', 'http://c:4318'])
    expect(one('{ type: otlp, protocol: grpc }')).toEqual(['grpc', 'http://localhost:4317'])
    expect(one('{ type: otlp }')).toEqual(['http/protobuf', `http://localhost:4318/v1/${signal}`])
  },
)

test('several exporters stand beside each other, each with its type and default address [R-05]', () => {
  const { config } = named(list('traces', '[{ type: otlp }, { type: jaeger }, { type: zipkin }, { type: console }]'))
  expect(config.traces.exporters.map(({ type, url }) => [type, url])).toEqual([
    ['otlp', 'http://localhost:4318/v1/traces'],
    ['jaeger', 'http://localhost:14268/api/traces'],
    ['zipkin', 'http://localhost:9411/api/v2/spans'],
    ['console', ''],
  ])
})

test('enabled_in_dev keeps an exporter to development, or out of it [R-05]', () => {
  const file = list(
    'traces',
    '[{ type: console, enabled_in_dev: true }, { type: otlp, enabled_in_dev: false }, { type: jaeger }]',
  )
  const types = (env: NodeJS.ProcessEnv) => named(file, env).config.traces.exporters.map((exporter) => exporter.type)
  expect(types({})).toEqual(['otlp', 'jaeger'])
  expect(types({ NODE_ENV: 'development' })).toEqual(['console', 'jaeger'])
})

test('bodies are compressed, but not to this machine unless asked for [R-05]', () => {
  const compression = (exporter: string) =>
    named(list('traces', `[${exporter}]`)).config.traces.exporters[0]!.compression
  expect(compression('{ type: otlp, endpoint: "http://c:4318" }')).toBe('gzip')
  for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '[::1]']) {
    expect(compression(`{ type: otlp, endpoint: "http://${host}:4318" }`)).toBe('none')
  }
  expect(compression('{ type: otlp, compression: gzip }')).toBe('gzip')
})

test('a header with a line break or a bad name is a fault, also when it comes from the environment', () => {
  const fault = /^ENV_VALUE OTEL_EXPORTER_OTLP_HEADERS: .*found \(hidden\)/
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }
  expect(faults('name: shop\n', { ...env, OTEL_EXPORTER_OTLP_HEADERS: 'a=x%0d%0ay' })).toEqual([
    expect.stringMatching(fault),
  ])
  expect(faults('name: shop\n', { ...env, OTEL_EXPORTER_OTLP_HEADERS: 'a%20b=1' })).toEqual([
    expect.stringMatching(/^ENV_VALUE OTEL_EXPORTER_OTLP_HEADERS: .*RFC 9110/),
  ])
  expect(faults(`name: shop\n${list('traces', '[{ type: otlp, headers: { "a b": x } }]')}`)).toEqual([
    expect.stringMatching(/CONFIG_VALUE .*RFC 9110/),
  ])
})

test('headers that travel unencrypted to another machine, and everything sent twice, are said', () => {
  const loaded = named(
    list(
      'traces',
      '[{ type: otlp, endpoint: "http://c:4318", headers: { a: b } }, { type: otlp, endpoint: "http://c:4318" }]',
    ),
  )
  expect(loaded.warnings.map(({ code }) => code)).toEqual(['EXPORTER_PLAINTEXT', 'EXPORTER_DUPLICATE'])
  expect(
    named(list('traces', '[{ type: otlp, endpoint: "http://127.0.0.1:4318", headers: { a: b } }]')).warnings,
  ).toEqual([])
})

test('a bare address of zipkin or jaeger gets its path, any other path stays, and a wrong port is named [R-05]', () => {
  const say = (type: string, endpoint: string) => {
    const { config, warnings } = named(list('traces', `[{ type: ${type}, endpoint: "${endpoint}" }]`))
    return [config.traces.exporters[0]!.url, ...warnings.map(({ text }) => text)]
  }
  expect([
    say('zipkin', 'http://z:9411'),
    say('zipkin', 'z:9411/'),
    say('zipkin', 'http://z/own'),
    say('jaeger', 'http://j:14268'),
    say('jaeger', 'http://j:14268/api/traces?format=jaeger.thrift'),
    say('jaeger', 'http://j:4318'),
    say('zipkin', 'http://z:4317'),
    say('jaeger', 'http://j:6831'),
    say('jaeger', 'http://j:14250'),
    say('jaeger', 'http://j:16686'),
  ]).toEqual([
    ['http://z:9411/api/v2/spans'],
    ['http://z:9411/api/v2/spans'],
    ['http://z/own'],
    ['http://j:14268/api/traces'],
    ['http://j:14268/api/traces?format=jaeger.thrift'],
    ['http://j:4318/api/traces', 'Port 4318 speaks OTLP over HTTP; write `type: otlp`.'],
    ['http://z:4317/api/v2/spans', 'Port 4317 speaks OTLP over gRPC; write `type: otlp`.'],
    [
      'http://j:6831/api/traces',
      'Port 6831 is the UDP port of a Jaeger agent; the collector takes Thrift over HTTP on port 14268.',
    ],
    ['http://j:14250/api/traces', 'Port 14250 speaks gRPC; the collector takes Thrift over HTTP on port 14268.'],
    [
      'http://j:16686/api/traces',
      'Port 16686 is the page of Jaeger; the collector takes Thrift over HTTP on port 14268.',
    ],
  ])
})

test('the variables of zipkin and jaeger change what is there, make nothing, and say what they ignore [W-36]', () => {
  const variables = {
    OTEL_EXPORTER_ZIPKIN_ENDPOINT: 'http://z:1/p',
    OTEL_EXPORTER_ZIPKIN_TIMEOUT: '250',
    OTEL_EXPORTER_JAEGER_ENDPOINT: 'http://j:2/q',
    OTEL_EXPORTER_JAEGER_TIMEOUT: 'soon',
    OTEL_EXPORTER_JAEGER_PROTOCOL: 'grpc',
    OTEL_EXPORTER_JAEGER_USER: 'u',
    OTEL_EXPORTER_JAEGER_PASSWORD: 'p',
  }
  expect(named(list('traces', '[]'), variables).config.traces.exporters).toEqual([])
  const yaml = list('traces', '[{ type: zipkin }, { type: jaeger, headers: { Authorization: x, a: b } }]')
  const { config, warnings } = named(yaml, variables)
  expect(config.traces.exporters.map(({ url, timeoutMs, headers }) => [url, timeoutMs, headers])).toEqual([
    ['http://z:1/p', 250, {}],
    ['http://j:2/q', 10_000, { a: 'b', authorization: 'Basic dTpw' }],
  ])
  expect(warnings.map(({ subject, text }) => `${subject} ${text}`)).toContain(
    'OTEL_EXPORTER_JAEGER_PROTOCOL Only http/thrift.binary is spoken to Jaeger.',
  )
  expect(warnings.map(({ subject, text }) => `${subject} ${text}`)).toContain(
    'OTEL_EXPORTER_JAEGER_TIMEOUT It is not a number of milliseconds and is ignored.',
  )
})
