import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { onNotice } from '../../../src/base/notice.ts'
import { createConsole } from '../../../src/console/console.ts'
import type { ControlAnswer } from '../../../src/console/control/answers.ts'
import type { HeapSource } from '../../../src/console/control/heap-snapshot.ts'
import { controlRoutes } from '../../../src/console/control/routes.ts'
import { controlled } from './kit.ts'

let server: Server | undefined
afterEach(async () => {
  onNotice(undefined)
  server?.closeAllConnections()
  await new Promise((resolve) => (server === undefined ? resolve(null) : server.close(resolve)))
  server = undefined
})

const codeOf = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code]

interface CpuProfile {
  readonly nodes: readonly { readonly callFrame: { readonly functionName: string } }[]
  readonly samples: readonly number[]
}

/** It calls itself: what V8 puts into its callers is counted as theirs. */
const countTheStars = (n: number): number => (n < 2 ? n : countTheStars(n - 1) + countTheStars(n - 2))

test('a CPU profile has what the process did meanwhile, and is a file to download [R-42]', async () => {
  const { ask, clock, control, rows, said } = controlled()
  const asked = ask('POST', '/cpu-profile', { seconds: 60 })
  await expect.poll(() => clock.timers).toBe(1)
  expect(control.answer().cpu_profile).toEqual({
    enabled: true,
    running: { since: '2027-01-15T08:00:00.000Z', by: 'alice' },
    next_at: null,
    last_at: '2027-01-15T08:00:00.000Z',
  })
  expect(await codeOf(await ask('POST', '/cpu-profile', {}))).toEqual([409, 'already_running'])
  for (const until = performance.now() + 200; performance.now() < until; ) countTheStars(20)
  clock.pass(60)
  const response = await asked
  expect([response.status, Object.fromEntries(response.headers)]).toMatchObject([
    200,
    {
      'content-type': 'application/json',
      'content-disposition': 'attachment; filename="cpu-20270115T080100Z.cpuprofile"',
      'cache-control': 'no-store',
    },
  ])
  const profile = (await response.json()) as CpuProfile
  expect(profile.nodes.map(({ callFrame }) => callFrame.functionName)).toContain('countTheStars')
  expect(profile.samples.length).toBeGreaterThan(10)
  expect(control.answer().cpu_profile.running).toBe(null)
  expect(rows.map(({ action, result, metadata }) => [action, result, metadata])).toEqual([
    ['ops.cpu_profile', 'success', { policy_key: 'admin', old_value: null, new_value: { seconds: 60 } }],
    ['ops.cpu_profile', 'failure', { policy_key: 'admin', error_code: 'already_running', reason: 'refused' }],
  ])
  expect(said.map(({ text }) => text)).toEqual([
    'a CPU profile of 60 s is taken, by alice',
    'cpu_profile was refused: already_running, by alice',
  ])
  // The next one may be taken at once.
  const next = ask('POST', '/cpu-profile')
  await expect.poll(() => clock.timers).toBe(1)
  clock.pass(10)
  expect((await next).status).toBe(200)
})

test('a profile that is switched off is refused, and so is one where there is no profiler', async () => {
  const off = controlled({ allowed: { cpu_profile: false, heap_snapshot: false } })
  expect(await codeOf(await off.ask('POST', '/cpu-profile'))).toEqual([403, 'cpu_profile_off'])
  expect(await codeOf(await off.ask('POST', '/heap-snapshot'))).toEqual([403, 'heap_snapshot_off'])
  const { cpu_profile, heap_snapshot } = off.control.answer()
  expect([cpu_profile.enabled, heap_snapshot.enabled]).toEqual([false, false])

  const failing = (code: string | undefined, message = 'no') =>
    Object.assign(new Error(message), code === undefined ? {} : { code })
  const none = controlled({ inspector: () => Promise.reject(failing('ERR_INSPECTOR_NOT_AVAILABLE')) })
  const refused = await none.ask('POST', '/cpu-profile')
  expect([refused.status, ((await refused.json()) as { detail: string }).detail]).toEqual([
    503,
    'The profiler of Node cannot be used here: ERR_INSPECTOR_NOT_AVAILABLE.',
  ])
  expect(none.control.answer().cpu_profile.running).toBe(null)

  // A session that somebody else holds, and a profiler that refuses.
  let left = 0
  class Taken {
    connect() {
      throw failing('ERR_INSPECTOR_ALREADY_CONNECTED')
    }
    disconnect() {
      left++
    }
  }
  class Refusing {
    connect() {}
    disconnect() {
      left++
    }
    post(_method: string, done: (error: Error) => void) {
      done(failing(undefined, 'Profiler is paused'))
    }
  }
  for (const Session of [Taken, Refusing]) {
    const { ask } = controlled({ inspector: async () => ({ Session: Session as never }) })
    expect(await codeOf(await ask('POST', '/cpu-profile'))).toEqual([503, 'profiler_unavailable'])
  }
  expect(left).toBe(2)
})

test('nothing of the profiler is left behind, however a profile ends', async () => {
  const posted: string[] = []
  class Session {
    connect() {
      posted.push('connect')
    }
    disconnect() {
      posted.push('disconnect')
    }
    post(method: string, done: (error: Error | null, result: object) => void) {
      posted.push(method)
      done(null, { profile: { nodes: [] } })
    }
  }
  const inspector = async () => ({ Session: Session as never })
  const one = controlled({ inspector })
  const asked = one.ask('POST', '/cpu-profile')
  await expect.poll(() => one.clock.timers).toBe(1)
  one.clock.pass(10)
  expect(await (await asked).text()).toBe('{"nodes":[]}')
  const begun = ['connect', 'Profiler.enable', 'Profiler.start']
  expect(posted.splice(0)).toEqual([...begun, 'Profiler.stop', 'disconnect'])

  const two = controlled({ inspector })
  const given = two.ask('POST', '/cpu-profile')
  await expect.poll(() => two.clock.timers).toBe(1)
  two.control.close()
  expect([(await given).status, posted]).toEqual([503, [...begun, 'disconnect']])
})

test('a profile ends at stop, and nobody is left waiting', async () => {
  const { ask, clock, control } = controlled()
  const asked = ask('POST', '/cpu-profile', { seconds: 60 })
  await expect.poll(() => clock.timers).toBe(1)
  control.close()
  expect([await codeOf(await asked), clock.timers]).toEqual([[503, 'given_up'], 0])
})

/** The same over a socket, whose other end may go away. */
async function served(control: ReturnType<typeof controlled>['control']) {
  const console = createConsole({
    routes: controlRoutes({ load: async () => control }),
    guard: { decide: () => ({ ok: true, caller: null, tenant: 'default' }) },
  })
  server = createServer((incoming, response) => console.serve(incoming, response))
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return (path: string) => {
    const asked = request({ port, host: '127.0.0.1', path: `/admin/ops/control${path}`, method: 'POST', agent: false })
    asked.on('error', () => {})
    asked.end()
    return asked
  }
}

test('a profile ends when the client goes away', async () => {
  const { control, clock } = controlled()
  const post = await served(control)
  const asked = post('/cpu-profile')
  await expect.poll(() => clock.timers).toBe(1)
  asked.destroy()
  await expect.poll(() => control.answer().cpu_profile.running).toBe(null)
  expect(clock.timers).toBe(0)
})

test('a heap snapshot is streamed, one at a time and a minute apart [R-42]', async () => {
  const { ask, clock, control } = controlled()
  const response = await ask('POST', '/heap-snapshot')
  expect([response.status, response.headers.get('content-type'), response.headers.get('content-disposition')]).toEqual([
    200,
    'application/json',
    'attachment; filename="heap-20270115T080000Z.heapsnapshot"',
  ])
  expect(control.answer().heap_snapshot).toEqual({
    enabled: true,
    running: { since: '2027-01-15T08:00:00.000Z', by: 'alice' },
    next_at: '2027-01-15T08:01:00.000Z',
    last_at: '2027-01-15T08:00:00.000Z',
  })
  expect(await codeOf(await ask('POST', '/heap-snapshot'))).toEqual([409, 'already_running'])
  const { snapshot, nodes, strings } = (await response.json()) as Record<string, { node_count: number; length: number }>
  expect(nodes!.length).toBeGreaterThan(snapshot!.node_count)
  expect(strings!.length).toBeGreaterThan(1000)
  expect([control.answer().heap_snapshot.running, clock.timers]).toEqual([null, 0])

  clock.pass(18)
  const soon = await ask('POST', '/heap-snapshot')
  expect([soon.headers.get('retry-after'), ...(await codeOf(soon))]).toEqual(['42', 429, 'too_soon'])
  clock.pass(42)
  const next = await ask('POST', '/heap-snapshot')
  expect(next.status).toBe(200)
  await next.body!.cancel()
  expect([control.answer().heap_snapshot.running, clock.timers]).toEqual([null, 0])
}, 120_000)

/** A heap of 25 MB that has nothing in it. */
function heapOf(over: Partial<HeapSource> = {}) {
  const state = { taken: 0, destroyed: 0 }
  const heap: HeapSource = {
    heap: () => 100 * 1024 * 1024,
    available: () => 150 * 1024 * 1024,
    snapshot() {
      state.taken++
      return {
        async *[Symbol.asyncIterator]() {
          for (let i = 0; i < 400 && state.destroyed < state.taken; i++) yield Buffer.alloc(65_536, 'x')
        },
        destroy: () => state.destroyed++,
      }
    },
    ...over,
  }
  return { state, heap: async () => heap }
}

test('a heap snapshot is refused where memory is short, and may be asked for again at once', async () => {
  let free = 149
  const { heap, state } = heapOf({ available: () => free * 1024 * 1024 })
  const { ask, control, rows } = controlled({ heap })
  const refused = await ask('POST', '/heap-snapshot')
  expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toMatchObject([
    503,
    '60',
    { code: 'memory_low', detail: 'A snapshot needs about 150 MB of free memory, and 149 MB are free.' },
  ])
  expect([state.taken, rows.map(({ result }) => result)]).toEqual([0, ['failure']])
  expect(control.answer().heap_snapshot).toEqual({ enabled: true, running: null, next_at: null, last_at: null })
  free = 150
  const response = await ask('POST', '/heap-snapshot')
  expect([response.status, state.taken]).toEqual([200, 1])
  await response.body!.cancel()
  expect(state.destroyed).toBe(1)
})

test('a snapshot that nobody reads is let go of: after ten minutes, at stop, and when the client goes away', async () => {
  const unread = heapOf()
  const one = controlled({ heap: unread.heap })
  await one.ask('POST', '/heap-snapshot')
  one.clock.pass(600)
  expect([unread.state.destroyed, one.control.answer().heap_snapshot.running]).toEqual([1, null])

  const stopped = heapOf()
  const two = controlled({ heap: stopped.heap })
  await two.ask('POST', '/heap-snapshot')
  two.control.close()
  expect([stopped.state.destroyed, two.control.answer().heap_snapshot.running]).toEqual([1, null])

  const left = heapOf()
  const three = controlled({ heap: left.heap })
  const asked = (await served(three.control))('/heap-snapshot')
  asked.once('response', (response) => response.once('data', () => asked.destroy()))
  await expect.poll(() => left.state.destroyed, { timeout: 20_000 }).toBe(1)
  expect([three.control.answer().heap_snapshot.running, three.clock.timers]).toEqual([null, 0])
})

test('a heap that cannot be taken is a 500 that says nothing of it, and the next may try', async () => {
  const { heap } = heapOf({
    snapshot() {
      throw new Error('out of /tmp')
    },
  })
  const { ask, control, clock } = controlled({ heap })
  const response = await ask('POST', '/heap-snapshot')
  const text = await response.text()
  expect([response.status, text.includes('/tmp')]).toEqual([500, false])
  const { running, next_at } = control.answer().heap_snapshot satisfies ControlAnswer['heap_snapshot']
  expect([running, next_at, clock.timers]).toEqual([null, null, 0])
})
