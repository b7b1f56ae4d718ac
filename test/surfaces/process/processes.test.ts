import { execFile, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, expect, test } from 'vitest'
import { runIn } from '../../../src/context/current.ts'
import { Frame } from '../../../src/context/frame.ts'
import { Registry } from '../../../src/metrics/registry.ts'
import type { SpanRecord } from '../../../src/model/span.ts'
import { inherit, job } from '../../../src/process.ts'
import { type ProcessOptions, ProcessSurface } from '../../../src/surfaces/process/surface.ts'
import { TraceEngine } from '../../../src/trace/engine.ts'
import { counted, shown, until } from '../queue/kit.ts'

let stop = (): void => {}
afterEach(() => stop())

function kit(options: Partial<ProcessOptions> = {}) {
  const ended: SpanRecord[] = []
  const engine = new TraceEngine({ finish: (span) => ended.push(span) })
  const registry = new Registry()
  const tracer = engine.tracer('test')
  const surface = new ProcessSurface({ registry, tracer, lifecycle: true, inherited: {}, ...options })
  surface.start()
  stop = () => surface.stop()
  const inside = <R>(work: () => R): R => {
    const span = tracer.start('POST /run', 2, null)
    const result = runIn(new Frame(null).hold(span), work)
    span.end()
    return result
  }
  return { inside, tracer, spans: () => ended.map(shown(ended)), ended, counts: () => counted(registry) }
}

const node = process.execPath
const life = (source: string, event: string, more: object) => ({
  'lifecycle.event': event,
  'process.source': source,
  ...more,
})

test('a child process is counted at both ends, tells how it ended, and is told of the trace [W-15, W-31]', async () => {
  const { inside, spans, ended, counts } = kit()
  const script = 'process.stdout.write(process.env.TRACEPARENT ?? "none"); process.exitCode = Number(process.argv[1])'
  const run = (code: string) => {
    const child = spawn(node, ['-e', script, code], { stdio: ['ignore', 'pipe', 'inherit'] })
    return child
  }
  const child = inside(() => run('0'))
  await once(child, 'spawn')
  expect(counts()).toEqual({ 'process_started_total{}': 1, 'process_active{}': 1 })
  const [[text]] = await Promise.all([once(child.stdout.setEncoding('utf8'), 'data'), once(child, 'exit')])
  const other = run('3')
  await once(other, 'exit')
  expect(spans()).toEqual([
    { name: 'POST /run', kind: 'server', parent: null, trace: 'POST /run', attributes: {} },
    {
      name: 'child.started',
      kind: 'internal',
      parent: 'POST /run',
      trace: 'POST /run',
      attributes: life('child', 'started', { 'process.executable.name': 'node', 'process.pid': child.pid }),
    },
    {
      name: 'child.terminated',
      kind: 'internal',
      parent: 'child.started',
      trace: 'POST /run',
      attributes: life('child', 'terminated', {
        'termination.reason': 'completed',
        'process.pid': child.pid,
        'process.exit.code': 0,
      }),
    },
    {
      name: 'child.started',
      kind: 'internal',
      parent: null,
      trace: 'child.started',
      attributes: life('child', 'started', { 'process.executable.name': 'node', 'process.pid': other.pid }),
    },
    {
      name: 'child.terminated',
      kind: 'internal',
      parent: 'child.started',
      trace: 'child.started',
      status: 'error',
      message: 'exit code 3',
      attributes: life('child', 'terminated', {
        'termination.reason': 'error',
        'process.pid': other.pid,
        'process.exit.code': 3,
      }),
    },
  ])
  const [, began] = ended
  const hex = (n: number): string => (n >>> 0).toString(16).padStart(8, '0')
  const { t0, t1, t2, t3, s0, s1 } = began!
  expect(text).toBe(`00-${[t0, t1, t2, t3].map(hex).join('')}-${hex(s0)}${hex(s1)}-03`)
  expect(counts()).toEqual({
    'process_started_total{}': 2,
    'process_active{}': 0,
    'process_terminated_total{result=completed}': 1,
    'process_terminated_total{result=error}': 1,
  })
})

test('a child that is killed with -9 ends with the signal as its reason, and nothing stays active [W-15]', async () => {
  const { spans, counts } = kit()
  const child = spawn(node, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  await once(child, 'spawn')
  expect(child.listenerCount('error')).toBe(0)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(spans()[1]).toMatchObject({
    name: 'child.terminated',
    status: 'error',
    message: 'signal SIGKILL',
    attributes: { 'process.exit.signal': 'SIGKILL', 'termination.reason': 'error' },
  })
  expect(counts()).toMatchObject({ 'process_active{}': 0, 'process_terminated_total{result=error}': 1 })
})

test('a program that is not there was never started: the span says why, and the error reaches the application', async () => {
  const { spans, counts } = kit()
  const child = spawn('/no/such/program', [])
  const [error] = await once(child, 'error')
  expect((error as NodeJS.ErrnoException).code).toBe('ENOENT')
  expect(spans()).toMatchObject([{ name: 'child.started', status: 'error', attributes: { 'error.type': 'Error' } }])
  expect(counts()).toEqual({})
})

test('an application that sets TRACEPARENT itself is left alone; one that passes on its own environment is not', async () => {
  const given = { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`, tracestate: 'a=b' }
  const { inside } = kit({ inherited: given })
  const told = (env: NodeJS.ProcessEnv): Promise<string> =>
    new Promise((resolve, reject) => {
      const args = ['-e', 'process.stdout.write(`${process.env.TRACEPARENT} ${process.env.TRACESTATE}`)']
      inside(() => execFile(node, args, { env }, (error, out) => (error ? reject(error) : resolve(out))))
    })
  expect(await told({ TRACEPARENT: 'mine' })).toBe('mine undefined')
  const passed = await told({ TRACEPARENT: given.traceparent, TRACESTATE: 'a=b' })
  expect(passed).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-03 undefined$/)
  expect(passed).not.toContain('1'.repeat(32))
  expect(inherit(() => passed)).toBe(passed)
})

test('fork and its channel work as before', async () => {
  const { counts } = kit()
  const folder = mkdtempSync(join(tmpdir(), 'telltale-echo-'))
  const file = join(folder, 'echo.cjs')
  writeFileSync(file, 'process.on("message", (m) => process.send(m + 1, () => process.disconnect()))')
  const child = fork(file, { execArgv: [] })
  child.send(41)
  const [[answer]] = await Promise.all([once(child, 'message'), once(child, 'exit')])
  rmSync(folder, { recursive: true })
  expect(answer).toBe(42)
  expect(counts()).toMatchObject({ 'process_active{}': 0, 'process_terminated_total{result=completed}': 1 })
})

test('a worker thread is counted, told of the trace, and its error still reaches the application alone [W-15, W-31]', async () => {
  const { inside, spans, counts } = kit()
  const say = `const { parentPort, getEnvironmentData } = require('node:worker_threads')
    parentPort.postMessage(getEnvironmentData('telltale.context')?.traceparent ?? 'none')`
  const good = inside(() => new Worker(say, { eval: true }))
  // One of ours would make an error that nobody handles silent.
  expect(good.listenerCount('error')).toBe(0)
  const [[told]] = await Promise.all([once(good, 'message'), once(good, 'exit')])
  const bad = new Worker('throw new RangeError("poison")', { eval: true })
  const [error] = await once(bad, 'error')
  await until(() => spans().length === 5)
  expect([told, (error as Error).message]).toEqual([
    expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-03$/),
    'poison',
  ])
  expect(
    spans().map((span) => {
      const { name, parent, status, message } = span as Record<string, unknown>
      return [name, parent, status, message]
    }),
  ).toEqual([
    ['worker.started', 'POST /run', undefined, undefined],
    ['POST /run', null, undefined, undefined],
    ['worker.terminated', 'worker.started', undefined, undefined],
    ['worker.started', null, undefined, undefined],
    ['worker.terminated', 'worker.started', 'error', 'poison'],
  ])
  expect(counts()).toEqual({
    'process_started_total{}': 2,
    'process_active{}': 0,
    'process_terminated_total{result=completed}': 1,
    'process_terminated_total{result=error}': 1,
  })
  stop()
  expect(new Worker('', { eval: true }).constructor).toBe(Object.getPrototypeOf(good.constructor))
})

test('a worker whose thread cannot be made throws as before and counts for nothing', () => {
  const { counts } = kit()
  expect(() => new Worker(7 as never)).toThrow(/filename/)
  expect(counts()).toEqual({})
})

test('a scheduled job is a root span around its work; what it throws goes on, and nothing stays active [W-15, W-31]', async () => {
  const { inside, tracer, spans, counts } = kit()
  expect(await job('nightly', async () => tracer.start('report').end() ?? 'done')).toBe('done')
  expect(() =>
    job('broken', () => {
      throw new RangeError('no')
    }),
  ).toThrow('no')
  await expect(inside(() => job('late', () => Promise.reject(new TypeError('late'))))).rejects.toThrow('late')
  expect(
    spans().map((span) => {
      const { name, parent, message, attributes } = span as Record<string, Record<string, unknown>>
      return [name, parent, message, attributes!['termination.reason']]
    }),
  ).toEqual([
    ['report', 'nightly', undefined, undefined],
    ['nightly', null, undefined, 'completed'],
    ['broken', null, 'no', 'error'],
    ['POST /run', null, undefined, undefined],
    ['late', 'POST /run', 'late', 'error'],
  ])
  expect(counts()).toEqual({
    'process_started_total{}': 3,
    'process_active{}': 0,
    'process_terminated_total{result=completed}': 1,
    'process_terminated_total{result=error}': 2,
  })
})

test('without spans of the lifecycle everything is counted and the current trace is passed on', async () => {
  const { inside, spans, counts } = kit({ lifecycle: false })
  const child = inside(() =>
    spawn(node, ['-e', 'process.stdout.write(process.env.TRACEPARENT)'], { stdio: ['ignore', 'pipe', 'inherit'] }),
  )
  const [text] = await once(child.stdout.setEncoding('utf8'), 'data')
  await until(() => counts()['process_active{}'] === 0)
  expect(text).toMatch(/^00-/)
  expect(spans()).toHaveLength(1)
})

test('what runs is finished after a stop, and a second one is not counted twice [W-15]', async () => {
  const { counts } = kit()
  const child = spawn(node, ['-e', ''], { stdio: 'ignore' })
  await once(child, 'spawn')
  stop()
  const late = spawn(node, ['-e', ''], { stdio: 'ignore' })
  await Promise.all([once(child, 'exit'), once(late, 'exit')])
  expect(counts()).toEqual({
    'process_started_total{}': 1,
    'process_active{}': 0,
    'process_terminated_total{result=completed}': 1,
  })
})
