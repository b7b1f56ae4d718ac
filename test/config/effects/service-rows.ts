// Keys of the service as a whole: who it is, what it records at all, where it listens.
import { execFile } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { dist, run } from '../../house/dist.ts'
import { ROOT } from '../../house/source.ts'
import { type Row, row } from './row.ts'
import { get, pause, Recording, type Service } from './service.ts'

const OTEL = 'observability.opentelemetry'

/** Names of the spans of one request to the application, with a span and a call inside. */
async function spans(service: Service): Promise<unknown> {
  const sink = new Recording()
  const telltale = await service.start({ sinks: [sink] })
  service.product.span('s', () => {})
  await telltale.flush()
  return sink.spans.map(({ name }) => name)
}

async function who(service: Service): Promise<unknown> {
  const telltale = await service.start()
  const { body } = await get(`${telltale.address}/health`)
  const { service: name, version } = JSON.parse(body)
  return [name, version, ...(await service.scrape(/^app_info/))]
}

const known = (name: string, version: string) => [name, version, `app_info{version="${version}",service="${name}"} 1`]

async function recorded(service: Service): Promise<unknown> {
  const sink = new Recording()
  const telltale = await service.start({ sinks: [sink] })
  const url = await service.app()
  await get(`${url}/`)
  await fetch(`${url}/`).then((response) => response.text())
  service.product.span('s', () => {})
  await pause(20)
  await telltale.flush()
  const kinds = sink.spans.map(({ name, kind }) => `${name} ${kind}`).sort()
  return { listens: telltale.address !== undefined, requests: telltale.traffic.total, kinds }
}

async function invalid(service: Service): Promise<unknown> {
  const { outputFiles } = buildSync({
    entryPoints: [join(import.meta.dirname, '../../../src/register.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    external: ['@opentelemetry/*', '@grpc/*'],
    target: 'node20.19',
  })
  writeFileSync(join(service.folder, 'register.cjs'), outputFiles[0]!.text)
  const program = 'setTimeout(() => console.log("served"), 50)'
  return new Promise((resolve) => {
    const options = { cwd: service.folder, env: { PATH: process.env['PATH'] } }
    execFile(process.execPath, ['--require', './register.cjs', '-e', program], options, (error, stdout) => {
      resolve([error?.code ?? 0, stdout.trim()])
    })
  })
}

/** What a process delivers that ends in the turn in which it recorded it. */
async function parted(service: Service): Promise<unknown> {
  await dist()
  const modules = join(service.folder, 'node_modules')
  mkdirSync(modules)
  symlinkSync(ROOT, join(modules, 'telltale'))
  const program = "const { span, start } = require('telltale'); start(); span('last', () => {}); process.exit(0)"
  await run(process.execPath, ['-e', program], { cwd: service.folder, env: { PATH: process.env['PATH'] } })
  return service.collector.spans
}

async function refused(service: Service): Promise<unknown> {
  await service.start()
  try {
    service.product.counter('jobs_total').add(-1)
    return 'counted'
  } catch (error) {
    return (error as { code: string }).code
  }
}

async function received(service: Service): Promise<unknown> {
  const telltale = await service.start()
  service.product.span('s', () => {})
  await telltale.flush()
  return service.collector.spans
}

async function outgoing(service: Service): Promise<unknown> {
  const telltale = await service.start({ sinks: [new Recording()] })
  let headers: object = {}
  const url = await service.app((request, response) => {
    headers = request.headers
    response.end()
  })
  await service.product.span('s', () => fetch(url).then((response) => response.text()))
  await telltale.flush()
  return Object.keys(headers).filter((name) => /^(trace|baggage|b3)/.test(name))
}

async function resource(service: Service): Promise<unknown> {
  const sink = new Recording()
  const telltale = await service.start({ sinks: [sink] })
  service.product.span('s', () => {})
  service.product.log.info('l')
  await telltale.flush()
  const teams = sink.batches.map(({ resource: { attributes: flat } }) => flat[flat.indexOf('team') + 1])
  const has = sink.batches.every(({ resource: { attributes: flat } }) => flat.includes('team'))
  return has ? [...new Set(teams)] : []
}

const FAKE = `
exports.FakeInstrumentation = class {
  setTracerProvider(provider) { this.tracer = provider.getTracer('fake') }
  enable() {}
  disable() {}
  getConfig() { setImmediate(() => this.tracer.startSpan('instrumented').end()); return { enabled: true } }
}`

async function instrumented(service: Service): Promise<unknown> {
  const sink = new Recording()
  const telltale = await service.start({ sinks: [sink] })
  // After what the instrumentation does at once.
  await new Promise((resolve) => setImmediate(resolve))
  await telltale.flush()
  return [sink.spans.map(({ name }) => name), service.err]
}

async function address(service: Service): Promise<unknown> {
  const telltale = await service.start()
  return telltale.address?.replace(/:\d+$/, '')
}

async function port(service: Service): Promise<unknown> {
  const telltale = await service.start()
  return [telltale.address !== undefined, service.err.map((line) => line.replace(/\d{4,5} /, 'PORT '))]
}

/** A client that never ends its headers: is it cut off? */
async function slow(service: Service): Promise<unknown> {
  const telltale = await service.start()
  const socket = net.connect(Number(new URL(telltale.address!).port), '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk) => {
    answer += String(chunk)
  })
  socket.on('error', () => {})
  socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n')
  const seen = await service.settled(() => answer.split('\r\n')[0])
  socket.destroy()
  return seen
}

export const SERVICE: readonly Row[] = [
  row('name', ['shop', 'cart'], who, [known('shop', '1.0.0'), known('cart', '1.0.0')]),
  row(`${OTEL}.service_name`, [undefined, 'cart'], who, [known('shop', '1.0.0'), known('cart', '1.0.0')]),
  row(`${OTEL}.service_version`, [undefined, '2.1.0'], who, [known('shop', '1.0.0'), known('shop', '2.1.0')]),
  row('mode', ['default', 'off'], recorded, [
    { listens: true, requests: 2, kinds: ['GET 2', 'GET 2', 'GET 3', 's 1'] },
    { listens: false, requests: 0, kinds: [] },
  ]),
  row('dev', [undefined, true], received, [[], ['s']], {
    base: {
      observability: {
        opentelemetry: {
          tracing: { exporters: [{ type: 'otlp', endpoint: 'http://127.0.0.1:[port]', enabled_in_dev: true }] },
        },
      },
    },
  }),
  row('strict', [undefined, true], refused, ['counted', 'METRIC_VALUE']),
  row(
    'on_invalid',
    [undefined, 'exit'],
    invalid,
    [
      [0, 'served'],
      [2, ''],
    ],
    { base: { mode: 'loud' } },
  ),
  row(`${OTEL}.enabled`, [undefined, false], spans, [['s'], []]),
  row(`${OTEL}.exit_timeout`, ['10s', '0s'], parted, [['last'], []], {
    base: {
      observability: {
        opentelemetry: { tracing: { exporters: [{ type: 'otlp', endpoint: 'http://127.0.0.1:[port]' }] } },
      },
    },
  }),
  row(`${OTEL}.propagators`, [undefined, ['baggage']], outgoing, [['traceparent'], []]),
  row(`${OTEL}.resource.attributes`, [undefined, { team: 'checkout' }], resource, [[], ['checkout']]),
  row('surfaces.http.enabled', [undefined, false], recorded, [
    { listens: true, requests: 2, kinds: ['GET 2', 'GET 2', 'GET 3', 's 1'] },
    { listens: true, requests: 0, kinds: ['s 1'] },
  ]),
  row('surfaces.http.client', [undefined, false], recorded, [
    { listens: true, requests: 2, kinds: ['GET 2', 'GET 2', 'GET 3', 's 1'] },
    { listens: true, requests: 2, kinds: ['GET 2', 'GET 2', 's 1'] },
  ]),
  row(
    'instrumentations',
    ['none', ['fake']],
    instrumented,
    [
      [[], []],
      [['instrumented'], []],
    ],
    {
      files: { 'node_modules/@opentelemetry/instrumentation-fake/index.js': FAKE },
    },
  ),
  row('server.enabled', [undefined, false], address, ['http://127.0.0.1', undefined]),
  row('server.host', [undefined, '0.0.0.0'], address, ['http://127.0.0.1', 'http://0.0.0.0']),
  row('server.port', [0, '[port]'], port, [
    [true, []],
    [
      false,
      [
        'telltale warn: the admin listener cannot listen on 127.0.0.1:PORT (EADDRINUSE): its endpoints are not served there',
      ],
    ],
  ]),
  row('server.header_timeout', [undefined, '50ms'], slow, ['', 'HTTP/1.1 408 Request Timeout']),
]
