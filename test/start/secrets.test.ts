// One service with everything on, secrets that are told apart in every place where one can enter, hostile and good
// requests, and every place where something comes out: no secret is in any of them.
import { createHmac } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import * as grpc from '@grpc/grpc-js'
import * as api from '@opentelemetry/api'
import { logs as logsApi } from '@opentelemetry/api-logs'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import winston from 'winston'
import { access, errorHandlers } from '../../src/access.ts'
import { record, runningAudit } from '../../src/audit.ts'
import { OWN_TRAFFIC } from '../../src/base/own.ts'
import { main } from '../../src/cli/main.ts'
import { instrument } from '../../src/function.ts'
import { addEvent, counter, gauge, health, histogram, log, setAttributes, span, start } from '../../src/index.ts'
import { Resource } from '../../src/model/attribute.ts'
import type { Batch } from '../../src/model/batch.ts'
import { Store } from '../../src/store/store.ts'
import { testTelemetry } from '../../src/testing.ts'
import { folder, until } from './kit.ts'

/** Letters and digits that no text has by chance; by the place where each comes in. */
const secrets = new Map<string, string>()
function secret(place: string): string {
  const known = secrets.get(place)
  if (known !== undefined) return known
  const made = `Zq${secrets.size.toString(36)}xW7${Buffer.from(place).toString('hex').slice(0, 12)}kV9`
  secrets.set(place, made)
  return made
}

/** Output by where it came out. */
const outputs = new Map<string, string[]>()
function came(where: string, what: string): void {
  const held = outputs.get(where)
  if (held === undefined) outputs.set(where, [what])
  else held.push(what)
}

/** As it is, and as base64 at each of the three places where it may begin, in hexadecimal and percent-encoded. */
function spellings(text: string): string[] {
  const encoded = ['', 'a', 'ab'].map((before) => {
    const whole = Buffer.from(`${before}${text}`).toString('base64').replace(/=+$/, '')
    return whole.slice(before.length === 0 ? 0 : before.length + 1, -2)
  })
  const hex = Buffer.from(text).toString('hex')
  return [text, ...encoded, hex, hex.replace(/../g, (byte) => `%${byte}`)]
}

const JWT_KEY = `${secret('JWT_SECRET')}-and-enough-bytes-for-a-key`
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
function jwt(claims: object, key = JWT_KEY): string {
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`
}
const soon = Math.floor(Date.now() / 1000) + 600

let undo: (() => unknown)[] = []
const later = (work: () => unknown) => void undo.push(work)
let cwd: string
let env: NodeJS.ProcessEnv
const tokens: string[] = []

/** Whatever is sent to it, kept as text. */
async function sink(where: string): Promise<string> {
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
    came(`${where} ${request.url}`, plain.toString('latin1'))
    // What the other side says about a refusal is told by notices.
    if (request.url === '/refusing/v1/traces')
      response.writeHead(400).end(`no: Bearer ${secret('refusal')} password=${secret('refusal of a password')}`)
    else response.writeHead(200).end()
  })
  Object.assign(server, { [OWN_TRAFFIC]: true })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  later(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function grpcSink(): Promise<string> {
  const server = new grpc.Server()
  const same = (bytes: Buffer): Buffer => bytes
  const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
  const streams = { requestStream: false, responseStream: false }
  const coding = {
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  }
  const answer: grpc.handleUnaryCall<Buffer, Buffer> = (call, done) => {
    came('grpc', call.request.toString('latin1'))
    done(null, Buffer.alloc(0))
  }
  server.addService({ traces: { path, ...streams, ...coding } }, { traces: answer })
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  )
  later(() => server.forceShutdown())
  return `http://127.0.0.1:${port}`
}

function capture(): () => void {
  const before = [process.stdout.write, process.stderr.write] as const
  const taking = (where: string) =>
    ((chunk: string | Uint8Array) => {
      came(where, Buffer.from(chunk as string).toString('latin1'))
      return true
    }) as typeof process.stdout.write
  process.stdout.write = taking('stdout')
  process.stderr.write = taking('stderr')
  return () => {
    process.stdout.write = before[0]
    process.stderr.write = before[1]
  }
}

async function cli(argv: readonly string[], at = cwd): Promise<string> {
  let out = ''
  const io = {
    out: (text: string) => void (out += text),
    err: (text: string) => came(`cli ${argv.join(' ')}`, text),
    cwd: at,
    env,
    code: 0,
  }
  await main(argv, io)
  return out
}

/** Secrets in every shape that a value can have, under keys that tell them and in texts that do not. */
function shapes(api: string): Record<string, unknown> {
  const at = (place: string) => secret(`${api} ${place}`)
  return {
    password: at('password'),
    'http.request.header.authorization': `Basic ${Buffer.from(`bob:${at('basic')}`).toString('base64')}`,
    userAccessToken: at('camel'),
    'X-Api-Key': at('kebab'),
    SSH_PRIVATE_KEY: at('shouted'),
    'url.full': `https://bob:${at('user info')}@shop.test/a?token=${at('query')}&q=1#access_token=${at('fragment')}`,
    'url.query': `a=1&api_key=${at('bare query')}`,
    note: `failed with Bearer ${at('bearer')}.abc and password=${at('pair')}, {"client_secret":"${at('json')}"}`,
    key: `-----BEGIN PRIVATE KEY-----\n${at('pem')}\n-----END PRIVATE KEY-----`,
    command: `mysqldump --password=${at('flag')} --token ${at('flag with a blank')} shop`,
    'db.query.text': `alter user bob password = '${at('statement')}'`,
    token_text: jwt({ sub: at('jwt claim') }),
    list: [`Cookie: sid=${at('cookie')}; theme=dark`, `redis://:${at('redis')}@cache:6379/0`],
  }
}

const nested = (place: string) => ({
  user: { credentials: { value: secret(`${place} nested`) }, tags: ['a'] },
  headers: [['authorization', secret(`${place} pair`)]],
  error: Object.assign(new Error(`password=${secret(`${place} error`)}`), {
    config: { token: secret(`${place} config`) },
  }),
})

const cards = ['4111 1111 1111 1111', '5555-5555-5555-4444']

function recordEverything(): void {
  const broken = Object.assign(new Error(`connect postgres://app:${secret('exception url')}@db/shop refused`), {
    name: 'ConnectError',
  })
  span(`login token=${secret('span name')}`, { attributes: shapes('span') as never }, () => {
    setAttributes(shapes('setAttributes') as never)
    addEvent(`password=${secret('event name')}`, { ...(shapes('event') as object), card: cards[0]! } as never)
    log.info({ ...shapes('log'), ...nested('log') }, `log with Bearer ${secret('log message')}.abc`)
    log.error(broken, `refused: pin=${secret('log error message')}`)
  })
  try {
    span('fails', () => {
      throw broken
    })
  } catch {}
  const tracer = api.trace.getTracer('shop')
  const linked = tracer.startSpan('linked')
  const context = linked.spanContext()
  linked.end()
  const traceState = api.createTraceState(`vendor=${jwt({ sub: secret('trace state') })}`)
  const made = tracer.startSpan(`api secret: ${secret('api span name')}`, {
    attributes: shapes('api attributes') as never,
    links: [{ context: { ...context, traceState }, attributes: shapes('api link') as never }],
  })
  made.setAttribute(`key Bearer ${secret('attribute key')}.abc`, 1)
  made.addEvent('event', shapes('api event') as never)
  made.recordException(broken)
  made.setStatus({ code: api.SpanStatusCode.ERROR, message: `secret=${secret('status message')}` })
  api.context.with(
    api.propagation.setBaggage(
      api.trace.setSpan(api.context.active(), made),
      api.propagation.createBaggage({ 'user.token': { value: secret('baggage') } }),
    ),
    () => log.info('with baggage'),
  )
  made.end()
  const meter = api.metrics.getMeter('shop')
  meter
    .createCounter('api_calls')
    .add(1, { password: secret('api label'), note: `Bearer ${secret('api label text')}.abc` })
  meter.createHistogram('api_sizes').record(1, { token: secret('api histogram label') })
  counter('logins_total', { labels: ['email', 'note'] }).add(1, {
    email: `${secret('label email')}@shop.test`,
    note: `https://bob:${secret('label url')}@shop.test/`,
  })
  gauge('sessions', { labels: ['sessionId'] }).set(1, { sessionId: secret('gauge label') })
  histogram('took_seconds', { labels: ['jwt'] }).observe(1, { jwt: jwt({ sub: secret('histogram label') }) })
  logsApi.getLogger('shop', '1', { attributes: { password: secret('scope attribute') } }).emit({
    body: { message: `token: ${secret('api log body')}`, password: secret('api log key') } as never,
    attributes: { ...(shapes('api log') as object), ...(nested('api log') as object) } as never,
    eventName: `password=${secret('event of a log')}`,
  })
  const written: string[] = []
  const quiet = { write: (line: string) => void written.push(line) }
  pino({}, quiet).info({ ...shapes('pino'), ...nested('pino') }, `pino token=${secret('pino message')}`)
  const transport = new winston.transports.Stream({
    stream: new Writable({ write: (_c: unknown, _e: unknown, done: () => void) => done() }),
  })
  winston
    .createLogger({ transports: [transport] })
    .info(`winston token=${secret('winston message')}`, shapes('winston'))
  const settings = {
    id: 'charge',
    high: { 'card.token': secret('function key'), note: `Bearer ${secret('function text')}.abc` },
    options: { password: secret('function option') },
  }
  try {
    instrument((): void => {
      throw broken
    }, settings)()
  } catch {}
  health.check('database', () => {
    throw new Error(`postgres://app:${secret('health url')}@db/shop password=${secret('health password')}`)
  })
}

async function ask(base: string, path: string, headers: Record<string, string> = {}): Promise<void> {
  const response = await fetch(base + path, { headers, redirect: 'manual' }).catch(() => null)
  if (response === null) return
  const head = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n')
  came(
    `answers of ${base === appUrl ? 'the application' : 'ours'}`,
    `${response.status}\n${head}\n\n${await response.text()}`,
  )
}

/** A request that no client library would send. */
function raw(url: string, text: string): Promise<void> {
  const { port, hostname } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.end(text))
    socket.on('data', (chunk) => came('answers to raw requests', chunk.toString('latin1')))
    socket.on('close', () => resolve()).on('error', () => resolve())
    socket.setTimeout(20_000, () => socket.destroy())
  })
}

const JAEGER = 'collector /api/traces?format=jaeger.thrift'
let appUrl = ''

async function requests(ours: string): Promise<void> {
  const wrong = (place: string) => secret(`request ${place}`)
  const good = jwt({ sub: 'alice', exp: soon, iss: 'https://login.test', aud: 'shop', tenant_id: 'acme' })
  const bad = jwt(
    { sub: wrong('claim'), exp: soon, iss: 'https://login.test', aud: 'shop' },
    'another key of 32 bytes and some more',
  )
  const headers: Record<string, string>[] = [
    { authorization: `Bearer ${env['METRICS_TOKEN']}` },
    { authorization: `Bearer ${tokens[0]}` },
    { 'x-api-key': tokens[0]! },
    { authorization: `Bearer ${wrong('bearer')}` },
    { authorization: `Basic ${Buffer.from(`bob:${wrong('basic')}`).toString('base64')}` },
    { authorization: wrong('no scheme') },
    { 'x-api-key': wrong('api key') },
    { cookie: `session=${wrong('cookie')}`, 'x-csrf-token': wrong('csrf') },
    { authorization: `Bearer ${good}` },
    { authorization: `Bearer ${good}`, 'x-tenant-id': wrong('tenant that is not theirs') },
    { authorization: `Bearer ${bad}` },
    { authorization: `Bearer ${good.slice(0, -3)}` },
    { 'x-tenant-id': wrong('tenant without a token') },
    { baggage: `user.token=${wrong('baggage')}`, tracestate: `v=${jwt({ sub: wrong('trace state') })}` },
    {
      'user-agent': `Bearer ${wrong('user agent')}.abc`,
      referer: `https://bob:${wrong('referer')}@h/?token=${wrong('referer query')}`,
    },
    { 'x-correlation-id': `password=${wrong('correlation id')}`, 'x-forwarded-for': `token=${wrong('forwarded')}` },
  ]
  const paths = ['/metrics', '/health', '/readyz', '/metrics/x', '/nowhere', `/metrics?token=${wrong('query')}`]
  for (const path of paths) for (const each of headers) await ask(ours, path, each)
  const pages = [
    '/orders/1',
    '/fails',
    '/calls',
    `/orders/2?token=${wrong('query of the application')}&password=${wrong('query password')}`,
  ]
  for (const path of [...pages, `/reset/${jwt({ sub: wrong('path') })}`])
    for (const each of headers) await ask(appUrl, path, each)
  await raw(
    ours,
    `GET /metrics HTTP/1.1\r\nHost: bob:${wrong('host')}@h\r\nAuthorization: Bearer ${wrong('raw')}\r\n\r\n`,
  )
  await raw(
    appUrl,
    `GET http://bob:${wrong('absolute')}@h/orders/3?token=${wrong('absolute query')} HTTP/1.1\r\nHost: h\r\n\r\n`,
  )
  await raw(appUrl, `BREW\0 ${wrong('broken')}\r\n\r\n`)
}

async function application(): Promise<void> {
  const { express } = await import('./secrets-app.ts')
  const server = express(access(), errorHandlers(), (place) => secret(`handler ${place}`))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  appUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  later(() => {
    server.closeAllConnections()
    server.close()
  })
}

function files(path: string): string[] {
  return readdirSync(path).flatMap((name) => {
    if (name === 'node_modules') return []
    const whole = join(path, name)
    return statSync(whole).isDirectory() ? files(whole) : [whole]
  })
}

beforeAll(async () => {
  const collector = await sink('collector')
  const overGrpc = await grpcSink()
  const header = (name: string) => `headers: { Authorization: "Bearer ${secret(`header to ${name}`)}" }`
  const yaml = `name: shop
server: { port: 0 }
strict: false
access:
  jwt: { enabled: true, issuer: "https://login.test", audience: shop }
  tokens: { path: .telltale/tokens.json, refresh: 100ms }
audit: { enabled: true }
redact: { patterns: [{ name: staff, pattern: 'EMP-[0-9]{6}' }] }
observability:
  opentelemetry:
    resource: { attributes: { deployment.password: "${secret('resource')}", note: "Bearer ${secret('resource text')}.abc" } }
    tracing:
      export_delay: 50ms
      exporters:
        - { type: otlp, endpoint: "${collector}", ${header('otlp')} }
        - { type: otlp, endpoint: "${collector}/json/", protocol: http/json, ${header('json')} }
        - { type: otlp, endpoint: "${collector}/refusing/", ${header('refusing')} }
        - { type: otlp, endpoint: "${overGrpc}", protocol: grpc, ${header('grpc')} }
        - { type: zipkin, endpoint: "${collector}/api/v2/spans", ${header('zipkin')} }
        - { type: jaeger, endpoint: "${collector}/api/traces", ${header('jaeger')} }
        - { type: console }
    metrics: { export_interval: 100ms, exporters: [{ type: otlp, endpoint: "${collector}" }, { type: console }] }
  logging:
    export_delay: 50ms
    self_level: debug
    sinks: [{ type: otlp, endpoint: "${collector}" }, { type: otlp, endpoint: "${collector}/json/", protocol: http/json }, { type: console }]
    bridges: { console: false }
  prometheus:
    metrics: { http: { track_user_agents: true, track_ip_addresses: true } }
    authentication: { enabled: true, methods: [bearer_token, api_key, jwt], rate_limit: { burst_size: 100000 } }
  health:
    checks:
      - { type: http, name: shop, url: "http://127.0.0.1:1/?token=${secret('url of a check')}" }
      - { type: custom, name: database, handler: database }
`
  cwd = mkdtempSync(join(tmpdir(), 'telltale-secrets-'))
  later(() => rmSync(cwd, { recursive: true, force: true }))
  writeFileSync(join(cwd, 'telltale.yaml'), yaml)
  // Peers are looked for where the service is.
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(cwd, 'node_modules'))
  env = { METRICS_TOKEN: `${secret('METRICS_TOKEN')}-and-more`, JWT_SECRET: JWT_KEY, HOME: cwd }
  for (const scopes of ['metrics:read', 'scaling:read']) {
    const made = JSON.parse(await cli(['metrics', 'generate-token', '--scopes', scopes, '--json'])) as { token: string }
    tokens.push(made.token)
    secrets.set(`token ${scopes}`, made.token)
    secrets.set(`secret of the token ${scopes}`, made.token.split('_')[2]!)
  }
  const release = capture()
  const store = new Store()
  const held: Batch[] = []
  const keep = { name: 'store', accept: (batch: Batch) => void [store.accept(batch), held.push(batch)] }
  const telltale = await start({ cwd, env, sinks: [keep as never] })
  try {
    await application()
    recordEverything()
    await requests(telltale.address!)
    await record({
      actor_role: 'user',
      action: 'order.cancel',
      target_type: 'order',
      target_id: `1 password=${secret('audit target')}`,
      result: 'success',
      user_agent: `Bearer ${secret('audit user agent')}.abc`,
      metadata: { reason: `token: ${secret('audit reason')}`, old_value: shapes('audit'), new_value: nested('audit') },
    })
    await record({
      ...{ actor_role: 'user', action: 'a.b', target_type: 'c', target_id: 1, result: 'success' },
      metadata: { [`password=${secret('audit key')}`]: 1 },
    } as never).catch((error: Error) => came('refused audit row', error.message))
    const trail = await runningAudit()
    for (const row of await trail!.rows()) came('audit rows', JSON.stringify(row))
    await telltale.flush(30_000)
    await until('every sink has something', () => outputs.has('grpc') && outputs.has(JAEGER))
    came('traffic', JSON.stringify([...telltale.traffic.window(Date.now() + 1000, 3600).tenant]))
  } finally {
    await telltale.stop()
    release()
  }
  for (const batch of held)
    came(
      'embedded store',
      JSON.stringify([batch, new Resource([])], (_key, value) => (typeof value === 'bigint' ? String(value) : value)),
    )
  for (const path of files(cwd))
    if (!path.endsWith('telltale.yaml')) came(`file ${path.slice(cwd.length)}`, readFileSync(path, 'latin1'))
  for (const argv of [
    ['check'],
    ['check', '--json'],
    ['config', 'explain'],
    ['config', 'explain', '--json'],
    ['metrics', 'list-tokens'],
    ['metrics', 'list-tokens', '--json'],
  ])
    came(`cli ${argv.join(' ')}`, await cli(argv))
}, 300_000)

afterAll(async () => {
  for (const work of undo.reverse()) await work()
  undo = []
})

test('everything that can come out has come out: no scan of nothing', () => {
  const seen = [...outputs.keys()].sort()
  for (const where of [
    ...['collector /v1/traces', 'collector /v1/metrics', 'collector /v1/logs', 'collector /json/v1/traces'],
    ...['collector /json/v1/logs', 'collector /api/v2/spans', JAEGER, 'grpc', 'stdout'],
    ...['embedded store', 'audit rows', 'answers of ours', 'answers of the application', 'file /.telltale/tokens.json'],
    ...['refused audit row', 'cli check', 'cli config explain --json', 'cli metrics list-tokens --json'],
  ])
    expect(seen, where).toContain(where)
  const all = [...outputs.values()].flat().join('\n')
  // Of each way in, something has come through.
  for (const name of [
    'log with Bearer',
    'winston token=',
    'pino token=',
    'login token=',
    'api secret:',
    'with baggage',
    'order.cancel',
    'logins_total',
  ])
    expect(all, name).toContain(name)
  expect(all.split('[REDACTED]').length).toBeGreaterThan(300)
})

test('no secret is in any log, trace, metric, answer, row, file or line of the command [G-12] [G-13] [G-14] [S-23]', () => {
  const found: string[] = []
  for (const [where, texts] of outputs) {
    for (const [place, value] of secrets) {
      const spelled = spellings(value).find((spelling) => texts.some((text) => text.includes(spelling)))
      if (spelled !== undefined) found.push(`${place} in ${where}`)
    }
    for (const card of cards) if (texts.some((text) => text.includes(card))) found.push(`card in ${where}`)
  }
  expect(found).toEqual([])
})

test('the file of tokens is its owner’s alone, and holds hashes [R-24]', () => {
  const path = join(cwd, '.telltale/tokens.json')
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('what is wrong with a configuration is said without what is secret in it [S-32]', async () => {
  const wrong = (endpoint: string, more = '') =>
    `name: shop\nobservability: { opentelemetry: { tracing: { exporters: [{ type: otlp, endpoint: ${JSON.stringify(endpoint)} ${more} }] } } }\n`
  const files = [
    wrong('http://bob:hunter2canary@h/'),
    wrong('http://bob:hunter/2canary@h/'),
    wrong('http://bob:hunter 2canary@h/'),
    wrong('ftp://bob:hunter2canary@h/'),
    wrong('http://169.254.169.254/?token=hunter2canary'),
    wrong('http://h/', ', headers: { Authorization: "hunter2canary\\r\\nx: y" }'),
    wrong('http://h/', ', headers: { "hunter2canary\\r\\n": x }'.replace('hunter2canary', 'x')),
    wrong('http://h:4317', ', protocol: grpc, headers: { a: "hunter2canary\\u00e9" }'),
    `name: shop\nredact: { patterns: [{ name: a, pattern: '(hunter2canary+)+' }] }\n`,
  ]
  let all = ''
  for (const text of files) {
    const at = folder({ 'telltale.yaml': text })
    const release = capture()
    for (const argv of [['check'], ['config', 'explain']]) all += await cli(argv, at)
    for (const variables of [{}, { OTEL_EXPORTER_OTLP_HEADERS: 'a=hunter2canary%0d%0ab: c' }])
      await start({ cwd: at, env: variables }).then(
        (telltale) => telltale.stop(),
        (error: Error) => {
          all += `${error.message}\n`
        },
      )
    release()
  }
  all += [...outputs.values()].flat().join('\n')
  expect(all).toContain('ENDPOINT_INVALID')
  expect(all).not.toMatch(/hunter.?2canary/)
})

test('the testing door shows what production would [G-14]', () => {
  const telemetry = testTelemetry()
  telemetry.span(`x token=${secret('testing name')}`, (one) => {
    for (const [key, value] of Object.entries(shapes('testing'))) one.set(key, value as never)
  })
  telemetry.log('info', `pin=${secret('testing log')}`, { ...shapes('testing log'), ...nested('testing log') })
  telemetry.registry.counter('a_total', { labels: ['password'] }).add(1, { password: secret('testing label') })
  const shown = JSON.stringify([
    telemetry.spans.all,
    telemetry.logs,
    telemetry.registry.families().map(({ series }) => series),
  ])
  expect([...secrets].filter(([place, value]) => place.startsWith('testing') && shown.includes(value))).toEqual([])
  telemetry.close()
})
