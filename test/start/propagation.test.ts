// One trace through two real processes, by each format: the caller's ids come in, go through a server that calls another
// by fetch and by node:http, and every span of the two names the same trace and the right parent.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { spanIdHex, traceIdHex } from '../../src/base/ids.ts'
import { KIND_CLIENT, KIND_SERVER, type SpanRecord, spanAttributes } from '../../src/model/span.ts'
import { dist } from '../house/dist.ts'
import { folder, later, otlp, receiver, spansOf, until } from './kit.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

beforeAll(() => dist(), 120_000)

const PROGRAM = `
import { start } from 'telltale'
import http from 'node:http'
const telltale = await start()
const next = process.env.NEXT
const server = http.createServer(async (request, response) => {
  const { host, connection, ...seen } = request.headers
  if (!next) return response.end(JSON.stringify(seen))
  if (request.url === '/fetch') return response.end(await (await fetch(next)).text())
  http.get(next, (answer) => answer.pipe(response))
})
server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port))
process.on('SIGUSR2', () => telltale.flush().then(() => console.log('flushed')))
`

interface Running {
  readonly child: ChildProcess
  readonly url: string
  flush(): Promise<void>
}

async function run(name: string, yaml: string, env: NodeJS.ProcessEnv): Promise<Running> {
  const cwd = folder({ 'package.json': '{}', 'app.mjs': PROGRAM, 'telltale.yaml': yaml })
  mkdirSync(join(cwd, 'node_modules'))
  symlinkSync(ROOT, join(cwd, 'node_modules/telltale'))
  const child = spawn(process.env['TELLTALE_NODE'] ?? process.execPath, ['app.mjs'], {
    cwd,
    env: { PATH: process.env['PATH'], OTEL_SERVICE_NAME: name, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout!.on('data', (chunk) => {
    out += chunk
  })
  const ended = new Promise((resolve) => child.on('close', resolve))
  later(() => {
    child.kill('SIGKILL')
    return ended
  })
  await until('it listens', () => /port \d+/.test(out), 20_000)
  return {
    child,
    url: `http://127.0.0.1:${/port (\d+)/.exec(out)![1]}`,
    async flush() {
      child.kill('SIGUSR2')
      await until('it flushed', () => out.includes('flushed'))
    },
  }
}

function get(url: string, headers: Record<string, string>): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    http
      .get(url, { headers, agent: false }, (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => resolve(JSON.parse(text) as Record<string, string>))
      })
      .on('error', reject)
  })
}

const TRACE = '80f198ee56343ba864fe8b2a57d3eff7'
const SPAN = 'e457b5a2e4d86bd1'

const FORMATS: { name: string; sent: Record<string, string>; seen: (span: string) => Record<string, string> }[] = [
  {
    name: 'tracecontext',
    sent: { traceparent: `00-${TRACE}-${SPAN}-01` },
    seen: (span) => ({ traceparent: `00-${TRACE}-${span}-01` }),
  },
  { name: 'b3', sent: { b3: `${TRACE}-${SPAN}-1` }, seen: (span) => ({ b3: `${TRACE}-${span}-1` }) },
  {
    name: 'b3multi',
    sent: { 'X-B3-TraceId': TRACE, 'X-B3-SpanId': SPAN, 'X-B3-Sampled': '1' },
    seen: (span) => ({ 'x-b3-traceid': TRACE, 'x-b3-spanid': span, 'x-b3-sampled': '1' }),
  },
  {
    name: 'jaeger',
    sent: { 'uber-trace-id': `${TRACE}%3A${SPAN}%3A0%3A1`, 'uberctx-plan': 'pro' },
    seen: (span) => ({ 'uber-trace-id': `${TRACE}:${span}:0:1`, 'uberctx-plan': 'pro' }),
  },
  { name: 'b3', sent: { b3: `${TRACE}-${SPAN}-d` }, seen: (span) => ({ b3: `${TRACE}-${span}-d` }) },
]

const id = (span: SpanRecord) => spanIdHex(span.s0, span.s1)
const parent = (span: SpanRecord) => spanIdHex(span.p0, span.p1)
const pathOf = (span: SpanRecord) => spanAttributes(span)[spanAttributes(span).indexOf('url.path') + 1]

test.each(FORMATS)(
  'one trace goes through two processes by $name, $sent [R-08] [W-32]',
  async ({ name, sent, seen }) => {
    const collector = await receiver()
    const rest = 'server: { enabled: false }\nsurfaces: { http: { baggage_hosts: ["127.0.0.1"] } }\n'
    const listed = otlp(collector.url).replace('  opentelemetry:\n', `  opentelemetry:\n    propagators: [${name}]\n`)
    const back = await run('back', `${rest}${listed}`, {})
    const front = await run('front', `${rest}${otlp(collector.url)}`, { NEXT: back.url, OTEL_PROPAGATORS: name })
    const arrived: Record<string, Record<string, string>> = {}
    for (const path of ['/fetch', '/http']) arrived[path] = await get(front.url + path, sent)
    await Promise.all([front.flush(), back.flush()])
    const spans = spansOf(collector)
    expect(spans.map((span) => traceIdHex(span.t0, span.t1, span.t2, span.t3))).toEqual(new Array(6).fill(TRACE))
    for (const path of ['/fetch', '/http']) {
      const entry = spans.find((span) => span.kind === KIND_SERVER && parent(span) === SPAN && pathOf(span) === path)!
      const call = spans.find((span) => span.kind === KIND_CLIENT && parent(span) === id(entry))!
      const served = spans.find((span) => span.kind === KIND_SERVER && parent(span) === id(call))
      expect(served).toBeDefined()
      expect(arrived[path]).toMatchObject(seen(id(call)))
      const ours = Object.keys(arrived[path]!).filter((key) => /^(traceparent|b3|x-b3-|uber)/.test(key))
      expect(ours.sort()).toEqual(Object.keys(seen('')).sort())
    }
  },
)

test('a caller who only says no is obeyed through two processes: ids travel, nothing is recorded [R-08]', async () => {
  const collector = await receiver()
  const rest = 'server: { enabled: false }\n'
  const env = { OTEL_PROPAGATORS: 'b3' }
  const back = await run('back', rest + otlp(collector.url), env)
  const front = await run('front', rest + otlp(collector.url), { ...env, NEXT: back.url })
  const denied = await get(`${front.url}/fetch`, { b3: '0' })
  const asked = await get(`${front.url}/fetch`, { b3: '1' })
  await Promise.all([front.flush(), back.flush()])
  expect(denied['b3']).toMatch(/^[0-9a-f]{32}-[0-9a-f]{16}-0$/)
  expect(asked['b3']).toMatch(/^[0-9a-f]{32}-[0-9a-f]{16}-1$/)
  const spans = spansOf(collector)
  expect(spans.map((span) => traceIdHex(span.t0, span.t1, span.t2, span.t3))).toEqual(
    new Array(3).fill(asked['b3']!.slice(0, 32)),
  )
  expect(spans.filter((span) => (span.p0 | span.p1) === 0).length).toBe(1)
})
