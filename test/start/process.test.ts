// Whole processes over the built package: how they begin, how they are told to end, and that nothing of ours keeps them.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { dist } from '../house/dist.ts'
import { attributesOf, folder, later, otlp, receiver, resourcesOf, spansOf, until } from './kit.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

beforeAll(() => dist())

interface Child {
  readonly process: ChildProcess
  readonly ended: Promise<{ code: number | null; signal: string | null }>
  out: string
  err: string
  /** The line that the program prints when it listens. */
  port(): Promise<number>
}

/** An application in a folder of its own that has the packages of the repository installed. */
function install(files: Record<string, string>): string {
  const cwd = folder({ 'package.json': '{ "name": "shop", "version": "1.2.3" }', ...files })
  const modules = join(cwd, 'node_modules')
  mkdirSync(modules)
  symlinkSync(ROOT, join(modules, 'telltale'))
  for (const name of ['fastify', 'express', 'express4', 'pino', '@opentelemetry']) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  }
  return cwd
}

function run(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Child {
  // Another Node than the one that runs the tests, when one is named.
  const child = spawn(process.env['TELLTALE_NODE'] ?? process.execPath, args, {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const made: Child = {
    process: child,
    out: '',
    err: '',
    ended: new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal }))),
    async port() {
      await until(`a port in the output: ${made.out}${made.err}`, () => /^port (\d+)$/m.test(made.out))
      return Number(/^port (\d+)$/m.exec(made.out)![1])
    },
  }
  child.stdout!.on('data', (chunk) => {
    made.out += chunk
  })
  child.stderr!.on('data', (chunk) => {
    made.err += chunk
  })
  later(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    return made.ended
  })
  return made
}

const CONFIG = (url: string, rest = '') => `name: shop\nserver: { enabled: false }\n${rest}${otlp(url)}`

/** Answers after a moment; each answer has made one span that carries the request's number. */
const SERVER = `
import { start, span } from 'telltale'
import http from 'node:http'
const telltale = await start()
const server = http.createServer(async (request, response) => {
  const n = new URL(request.url, 'http://h').searchParams.get('n')
  await span('work', async (s) => { s.set('n', n); await new Promise((r) => setTimeout(r, 5)) })
  response.end(n)
})
server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port))
`

/** Sends until `stopped`; resolves with the numbers whose answers came whole, in the order in which they came. */
function load(port: number): { answered: string[]; stop(): Promise<void> } {
  const answered: string[] = []
  let stopped = false
  let next = 0
  const lanes = Array.from({ length: 16 }, async () => {
    while (!stopped) {
      const n = String(next++)
      try {
        const response = await fetch(`http://127.0.0.1:${port}/work?n=${n}`)
        if ((await response.text()) === n) answered.push(n)
      } catch {
        if (stopped) return
      }
    }
  })
  return {
    answered,
    async stop() {
      stopped = true
      await Promise.all(lanes)
    },
  }
}

const SENT = (collector: Awaited<ReturnType<typeof receiver>>) =>
  spansOf(collector)
    .filter(({ name }) => name === 'work')
    .map((span) => attributesOf(span)['n'] as string)

test('SIGTERM under load delivers every finished span once, and the process ends by the signal [W-23] [H-23] [R-43]', async () => {
  const collector = await receiver()
  collector.answer = async () => {
    await new Promise((resolve) => setTimeout(resolve, 30))
    return false
  }
  const child = run(install({ 'telltale.yaml': CONFIG(collector.url), 'app.mjs': SERVER }), ['app.mjs'])
  const sending = load(await child.port())
  await until('some load', () => sending.answered.length > 800)
  const finished = [...sending.answered]
  child.process.kill('SIGTERM')
  const { code, signal } = await child.ended
  await sending.stop()
  expect([code, signal]).toEqual([null, 'SIGTERM'])
  const sent = SENT(collector)
  const arrived = new Set(sent)
  expect(finished.filter((n) => !arrived.has(n))).toEqual([])
  expect(sent.length).toBe(arrived.size)
})

test('with a SIGTERM listener of the application we flush beside it, and what it finishes afterwards arrives too [W-23] [H-23]', async () => {
  const collector = await receiver()
  const app = `${SERVER}
process.on('SIGTERM', () => { console.log('mine'); server.close() })
`
  const child = run(install({ 'telltale.yaml': CONFIG(collector.url), 'app.mjs': app }), ['app.mjs'])
  const sending = load(await child.port())
  await until('some load', () => sending.answered.length > 500)
  child.process.kill('SIGTERM')
  await until('the listener', () => child.out.includes('mine'))
  await sending.stop()
  expect(await child.ended).toMatchObject({ code: 0, signal: null })
  const sent = SENT(collector)
  expect(sending.answered.filter((n) => !sent.includes(n))).toEqual([])
  expect(sent.length).toBe(new Set(sent).size)
})

test('a listener of the application that stops us and exits loses nothing [H-23]', async () => {
  const collector = await receiver()
  const app = `${SERVER}
process.once('SIGTERM', async () => { server.close(); server.closeAllConnections(); await telltale.stop(); process.exit(7) })
`
  const child = run(install({ 'telltale.yaml': CONFIG(collector.url), 'app.mjs': app }), ['app.mjs'])
  const sending = load(await child.port())
  await until('some load', () => sending.answered.length > 300)
  const finished = [...sending.answered]
  child.process.kill('SIGTERM')
  expect(await child.ended).toMatchObject({ code: 7 })
  await sending.stop()
  const arrived = new Set(SENT(collector))
  expect(finished.filter((n) => !arrived.has(n))).toEqual([])
})

test('a program that comes to its end by itself delivers what it recorded, beforeExit of its own included, and ends [W-23] [H-23]', async () => {
  const collector = await receiver()
  const cwd = install({
    'telltale.yaml': `name: job\n${otlp(collector.url, { traces: true, metrics: true, logs: true })}server: { port: 0 }\n`,
    'job.mjs': `
import { start, span, counter, log } from 'telltale'
await start()
counter('jobs_total').add(3)
for (let i = 0; i < 1000; i++) span('job' + i, () => {})
log.info('done')
process.once('beforeExit', async () => {
  await new Promise((r) => setTimeout(r, 300))
  span('last words', () => {})
})
`,
  })
  const child = run(cwd, ['job.mjs'])
  const { code } = await child.ended
  expect([code, child.err]).toEqual([0, ''])
  expect(spansOf(collector).map(({ name }) => name)).toEqual([
    ...Array.from({ length: 1000 }, (_, i) => `job${i}`),
    'last words',
  ])
  expect([...new Set(collector.posts.map(({ url }) => url))].sort()).toEqual(['/v1/logs', '/v1/metrics', '/v1/traces'])
})

test('a program that logs at every beforeExit ends all the same', async () => {
  const collector = await receiver()
  const cwd = install({
    'telltale.yaml': CONFIG(collector.url),
    'job.mjs': `
import { start, span } from 'telltale'
await start()
process.prependListener('beforeExit', () => span('again', () => {}))
`,
  })
  expect(await run(cwd, ['job.mjs']).ended).toMatchObject({ code: 0 })
  expect(spansOf(collector).length).toBeGreaterThan(0)
})

test.each([
  ['with nothing but defaults', 'name: idle\nserver: { port: 0 }\n'],
  ['with an exporter that nobody answers', CONFIG('http://127.0.0.1:1')],
])('nothing of ours keeps a finished program alive, %s', async (_what, yaml) => {
  const cwd = install({
    'telltale.yaml': yaml,
    'idle.mjs': "import { start, span } from 'telltale'\nawait start()\nspan('x', () => {})\n",
  })
  expect(await run(cwd, ['idle.mjs']).ended).toMatchObject({ code: 0 })
})

const FRAMEWORKS = {
  'Fastify, ESM': [
    'app.mjs',
    `import Fastify from 'fastify'
const app = Fastify()
app.get('/users/:id', async () => 'ok')
await app.listen({ port: 0, host: '127.0.0.1' })
console.log('port ' + app.server.address().port)`,
  ],
  'Fastify, CommonJS': [
    'app.cjs',
    `const app = require('fastify')()
app.get('/users/:id', async () => 'ok')
app.listen({ port: 0, host: '127.0.0.1' }).then(() => console.log('port ' + app.server.address().port))`,
  ],
  'Express 5, ESM': [
    'app.mjs',
    `import express from 'express'
const app = express()
const users = express.Router()
users.get('/:id', (request, response) => response.send('ok'))
app.use('/users', users)
const server = app.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port))`,
  ],
  'Express 4, CommonJS': [
    'app.cjs',
    `const express = require('express4')
const app = express()
app.get('/users/:id', (request, response) => response.send('ok'))
const server = app.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port))`,
  ],
} as const

test.each(Object.entries(FRAMEWORKS))(
  '--import telltale/register: %s has its routes without a line of code [R-09] [H-12]',
  async (_name, [file, text]) => {
    const collector = await receiver()
    const cwd = install({ 'telltale.yaml': CONFIG(collector.url), [file]: text })
    const child = run(cwd, ['--import', 'telltale/register', file])
    const port = await child.port()
    await fetch(`http://127.0.0.1:${port}/users/7?token=secret`)
    await fetch(`http://127.0.0.1:${port}/nowhere/8`)
    child.process.kill('SIGTERM')
    expect(await child.ended).toMatchObject({ signal: 'SIGTERM' })
    expect(
      spansOf(collector).map((span) => {
        const { 'http.route': route, 'url.path': path, 'url.query': query } = attributesOf(span)
        return [span.name, route, path, query]
      }),
    ).toEqual([
      ['GET /users/:id', '/users/:id', '/users/7', 'token=REDACTED'],
      ['GET', undefined, '/nowhere/8', undefined],
    ])
    expect(child.err).toBe('')
  },
)

test('under register a configuration with faults is printed, telemetry stays off, and the application runs [ruling 20] [R-01]', async () => {
  const cwd = install({
    'telltale.yaml': 'name: shop\nobservability: { nonsense: 1 }\nmode: loud\n',
    'app.cjs':
      "console.log('runs'); require('node:http').createServer((q, r) => r.end('ok')).listen(0, function () { console.log('port ' + this.address().port) })",
  })
  const child = run(cwd, ['--import', 'telltale/register', 'app.cjs'])
  const port = await child.port()
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('ok')
  expect(child.err.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^telltale\.yaml:2:\d+ CONFIG_UNKNOWN_KEY /),
    expect.stringMatching(/^telltale\.yaml:3:\d+ CONFIG_VALUE /),
    'telltale: telemetry is off',
  ])
})

test('on_invalid: exit ends the process with 2 before the application has run [R-01]', async () => {
  const cwd = install({
    'telltale.yaml': 'name: shop\non_invalid: exit\nmode: loud\n',
    'app.mjs': "console.log('runs')",
  })
  const child = run(cwd, ['--import', 'telltale/register', 'app.mjs'])
  expect(await child.ended).toMatchObject({ code: 2 })
  expect([child.out, child.err.includes('CONFIG_VALUE')]).toEqual(['', true])
})

test('start() in code rejects with the faults, and an application that catches it goes on [R-01]', async () => {
  const cwd = install({
    'telltale.yaml': 'name: shop\nmode: loud\n',
    'app.mjs':
      "import { start, Faults } from 'telltale'\ntry { await start() } catch (e) { console.log(e instanceof Faults, e.faults.length) }\nconsole.log('on')\n",
    'bare.mjs': "import { start } from 'telltale'\nawait start()\n",
  })
  const caught = run(cwd, ['app.mjs'])
  expect(await caught.ended).toMatchObject({ code: 0 })
  expect([caught.out, caught.err]).toEqual(['true 1\non\n', ''])
  const bare = run(cwd, ['bare.mjs'])
  expect(await bare.ended).toMatchObject({ code: 1 })
  expect(bare.err).toContain('telltale.yaml:2:7 CONFIG_VALUE mode')
})

test('ESM and CommonJS share one instance, one registry and one trace [H-02] [H-01]', async () => {
  const collector = await receiver()
  const cwd = install({
    'telltale.yaml': CONFIG(collector.url),
    'app.mjs': `
import { createRequire } from 'node:module'
import * as esm from 'telltale'
const cjs = createRequire(import.meta.url)('telltale')
const a = await esm.start()
const b = await cjs.start()
cjs.counter('both_total').add(1)
esm.counter('both_total').add(1)
await esm.span('outer', async () => cjs.span('inner', () => {}))
console.log(a === b, cjs.start !== esm.start, a.registry.exposition().find((f) => f.short === 'both_total').series[0].value)
`,
  })
  const child = run(cwd, ['app.mjs'])
  expect(await child.ended).toMatchObject({ code: 0 })
  expect(child.out).toBe('true true 2\n')
  const spans = spansOf(collector)
  const [inner, outer] = ['inner', 'outer'].map((name) => spans.find((span) => span.name === name)!)
  expect([inner!.p0, inner!.p1]).toEqual([outer!.s0, outer!.s1])
})

test('two services share the package, and differ by their service label [H-01]', async () => {
  const texts = await Promise.all(
    ['orders', 'billing'].map(async (name) => {
      const cwd = install({
        'telltale.yaml': `name: ${name}\nserver: { port: 0 }\n`,
        'app.mjs':
          "import { start } from 'telltale'\nconst t = await start()\nconsole.log('port ' + new URL(t.address).port)\nsetInterval(() => {}, 1000)\n",
      })
      const port = await run(cwd, ['app.mjs']).port()
      return Promise.all(
        ['/metrics', '/health', '/livez', '/_liveness', '/_readiness'].map(async (path) => {
          const response = await fetch(`http://127.0.0.1:${port}${path}`)
          return [response.status, await response.text()] as const
        }),
      )
    }),
  )
  expect(texts.map((list) => list.map(([status]) => status))).toEqual([Array(5).fill(200), Array(5).fill(200)])
  expect(texts[0]![0]![1]).toMatch(/service="orders"/)
  expect(texts[0]![0]![1]).not.toMatch(/service="billing"/)
  expect(texts[1]![0]![1]).toMatch(/service="billing"/)
})

test('a port that is taken is one warning, and the application runs [R-43]', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  later(() => new Promise((resolve) => taken.close(resolve)))
  const { port } = taken.address() as { port: number }
  const cwd = install({ 'telltale.yaml': `name: shop\nserver: { port: ${port} }\n`, 'app.mjs': "console.log('runs')" })
  const child = run(cwd, ['--import', 'telltale/register', 'app.mjs'])
  expect(await child.ended).toMatchObject({ code: 0 })
  expect(child.out).toBe('runs\n')
  expect(child.err).toBe(
    `telltale warn: the admin listener cannot listen on 127.0.0.1:${port} (EADDRINUSE): its endpoints are not served there\n`,
  )
})

test('worker threads and cluster children open no listener, and each has an instance id of its own [W-35]', async () => {
  const collector = await receiver()
  const cwd = install({
    'telltale.yaml': `name: shop\nserver: { port: 0 }\n${otlp(collector.url)}`,
    'app.mjs': `
import cluster from 'node:cluster'
import { isMainThread, Worker } from 'node:worker_threads'
import { start, span } from 'telltale'
const t = await start()
const who = !isMainThread ? 'thread' : cluster.isWorker ? 'child' : 'primary'
span(who, () => {})
console.log(who + ' ' + (t.address === undefined ? 'silent' : 'listens'))
await t.flush()
if (who === 'primary') {
  await new Promise((r) => new Worker(new URL(import.meta.url)).on('exit', r))
  await new Promise((r) => cluster.fork().on('exit', r))
} else if (who === 'child') process.disconnect()
`,
  })
  const child = run(cwd, ['app.mjs'], { OTEL_RESOURCE_ATTRIBUTES: '' })
  expect(await child.ended).toMatchObject({ code: 0 })
  expect(child.out.trim().split('\n').sort()).toEqual(['child silent', 'primary listens', 'thread silent'])
  expect(
    spansOf(collector)
      .map(({ name }) => name)
      .sort(),
  ).toEqual([
    'child',
    'cluster.started',
    'cluster.terminated',
    'primary',
    'thread',
    'worker.started',
    'worker.terminated',
  ])
  expect(new Set(resourcesOf(collector, '/v1/traces').map((one) => one['service.instance.id'])).size).toBe(3)

  collector.posts.length = 0
  const given = run(cwd, ['app.mjs'], { OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=pod-7' })
  expect(await given.ended).toMatchObject({ code: 0 })
  const ids = new Set(resourcesOf(collector, '/v1/traces').map((one) => one['service.instance.id']))
  expect([...ids].sort()).toEqual(['pod-7', 'pod-7/child-1', 'pod-7/worker-1'])
})

test('another tracer in the process is named, and its providers stay', async () => {
  const cwd = install({
    'telltale.yaml': 'name: shop\nserver: { enabled: false }\n',
    'app.mjs': `
import { trace } from '@opentelemetry/api'
class TheirProvider { getTracer() { return 'theirs' } }
trace.setGlobalTracerProvider(new TheirProvider())
globalThis.__SENTRY__ = {}
const { start } = await import('telltale')
await start()
console.log(trace.getTracer('x'))
`,
  })
  const child = run(cwd, ['app.mjs'])
  expect(await child.ended).toMatchObject({ code: 0 })
  expect(child.out).toBe('theirs\n')
  expect(child.err).toMatch(/Sentry is in this process too/)
  expect(child.err).toMatch(/another OpenTelemetry provider is registered for trace \(TheirProvider\)/)
})

test('an error that ends the process ends it as it would, with its spans delivered where the end allows it', async () => {
  const cwd = install({
    'telltale.yaml': 'name: shop\nserver: { port: 0 }\n',
    'app.mjs': "import { start } from 'telltale'\nawait start()\nsetTimeout(() => { throw new Error('mine') }, 10)\n",
  })
  const child = run(cwd, ['app.mjs'])
  expect(await child.ended).toMatchObject({ code: 1 })
  expect(child.err).toContain('Error: mine')
})

test('a worker thread that comes to its end delivers what it recorded [W-23]', async () => {
  const collector = await receiver()
  const cwd = install({
    'telltale.yaml': CONFIG(collector.url),
    'app.mjs': `
import { isMainThread, Worker } from 'node:worker_threads'
import { start, span } from 'telltale'
if (isMainThread) new Worker(new URL(import.meta.url)).on('exit', (code) => console.log('exit ' + code))
else { await start(); span('in the worker', () => {}) }
`,
  })
  const child = run(cwd, ['app.mjs'])
  expect(await child.ended).toMatchObject({ code: 0 })
  expect(child.out).toBe('exit 0\n')
  expect(spansOf(collector).map(({ name }) => name)).toEqual(['in the worker'])
})
