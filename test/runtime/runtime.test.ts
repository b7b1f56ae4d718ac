import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { Registry } from '../../src/metrics/registry.ts'
import { aliasViews } from '../../src/metrics/views.ts'
import { kilobytes } from '../../src/surfaces/runtime/process-use.ts'
import { lookAtRuntime, type Runtime, startRuntime } from '../../src/surfaces/runtime/runtime.ts'
import { startUptime } from '../../src/surfaces/runtime/uptime.ts'
import { samples, scrape } from '../metrics/scrape.ts'

let runtime: Runtime | undefined
afterEach(() => {
  runtime?.stop()
  runtime = undefined
})

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const FRESH = { interval: 200 }
const one = (registry: Registry, name: string) => samples(registry, name)['']

test('the names that prom-client dashboards read are there, each with its type [R-14]', async () => {
  const registry = new Registry()
  runtime = startRuntime(registry)
  const types = () => {
    const found = [...scrape(registry).matchAll(/# TYPE (\S+) (\S+)/g)].map(([, name, type]) => [name, type])
    const { nodejs_gc_duration_seconds: _, nodejs_active_requests: __, ...steady } = Object.fromEntries(found)
    return steady
  }
  const linux = process.platform === 'linux'
  // Delays of the event loop are read once a second at most, and at first there was none yet.
  await expect.poll(types, FRESH).toEqual({
    process_cpu_user_seconds_total: 'counter',
    process_cpu_system_seconds_total: 'counter',
    process_cpu_seconds_total: 'counter',
    process_start_time_seconds: 'gauge',
    process_resident_memory_bytes: 'gauge',
    ...(linux && {
      process_virtual_memory_bytes: 'gauge',
      process_heap_bytes: 'gauge',
      process_open_fds: 'gauge',
      process_max_fds: 'gauge',
    }),
    nodejs_heap_size_total_bytes: 'gauge',
    nodejs_heap_size_used_bytes: 'gauge',
    nodejs_external_memory_bytes: 'gauge',
    nodejs_heap_space_size_total_bytes: 'gauge',
    nodejs_heap_space_size_used_bytes: 'gauge',
    nodejs_heap_space_size_available_bytes: 'gauge',
    nodejs_eventloop_lag_seconds: 'gauge',
    nodejs_eventloop_lag_min_seconds: 'gauge',
    nodejs_eventloop_lag_max_seconds: 'gauge',
    nodejs_eventloop_lag_mean_seconds: 'gauge',
    nodejs_eventloop_lag_stddev_seconds: 'gauge',
    nodejs_eventloop_lag_p50_seconds: 'gauge',
    nodejs_eventloop_lag_p90_seconds: 'gauge',
    nodejs_eventloop_lag_p99_seconds: 'gauge',
    nodejs_eventloop_utilization: 'gauge',
    nodejs_active_handles: 'gauge',
    nodejs_active_handles_total: 'gauge',
    nodejs_active_requests_total: 'gauge',
    nodejs_active_resources: 'gauge',
    nodejs_active_resources_total: 'gauge',
    nodejs_version_info: 'gauge',
  })
})

test('the values are those of the process', async () => {
  const registry = new Registry()
  runtime = startRuntime(registry)
  await later(30)
  const cpu = process.cpuUsage()
  const rss = process.memoryUsage.rss()
  const near = (value: number | undefined, want: number, part: number) => Math.abs(value! - want) <= want * part
  expect(near(one(registry, 'process_cpu_seconds_total'), (cpu.user + cpu.system) / 1e6, 0.3)).toBe(true)
  expect(near(one(registry, 'process_resident_memory_bytes'), rss, 0.3)).toBe(true)
  expect(near(one(registry, 'process_start_time_seconds'), Date.now() / 1000 - process.uptime(), 0.001)).toBe(true)
  // A collection may come between the two looks.
  await expect
    .poll(() => near(one(registry, 'nodejs_heap_size_used_bytes'), process.memoryUsage().heapUsed, 0.5))
    .toBe(true)
  const [major, minor, patch] = process.versions.node.split('.')
  expect(samples(registry, 'nodejs_version_info')).toEqual({
    [`version=${process.version},major=${major},minor=${minor},patch=${patch}`]: 1,
  })
  expect(Object.keys(samples(registry, 'nodejs_heap_space_size_used_bytes'))).toContain('space=old')
})

test.skipIf(process.platform !== 'linux')(
  'open and most file descriptors are those of /proc (Linux only)',
  async () => {
    const registry = new Registry()
    runtime = startRuntime(registry)
    const before = one(registry, 'process_open_fds')!
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    expect(one(registry, 'process_open_fds')! - before).toBeGreaterThanOrEqual(1)
    server.close()
    expect(one(registry, 'process_max_fds')).toBe(
      Number(/Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))![1]),
    )
  },
)

test('a blocked event loop shows in the delay, the utilization and the lag of one turn', async () => {
  const registry = new Registry()
  runtime = startRuntime(registry)
  const blocked = async () => {
    await later(30)
    const until = performance.now() + 120
    while (performance.now() < until);
    await later(30)
    return ['max', 'p99'].map((name) => one(registry, `nodejs_eventloop_lag_${name}_seconds`)! > 0.05)
  }
  await expect.poll(blocked, FRESH).toEqual([true, true])
  const use = one(registry, 'nodejs_eventloop_utilization')!
  expect(use > 0 && use <= 1).toBe(true)
  expect(one(registry, 'nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0)
})

test('whoever only looks sees the time since the last collection, and takes nothing from the next one', async () => {
  const registry = new Registry()
  expect(lookAtRuntime(registry)).toBe(null)
  runtime = startRuntime(registry)
  const blocked = async () => {
    scrape(registry)
    await later(30)
    const until = performance.now() + 120
    while (performance.now() < until);
    await later(1100)
    const seen = Array.from({ length: 3 }, () => lookAtRuntime(registry)!.eventLoop)
    return [
      ...seen.map(({ delays, utilization }) => delays!.max > 0.05 && utilization > 0 && utilization <= 1),
      seen.every(({ intervalMs }) => intervalMs >= 1000),
      one(registry, 'nodejs_eventloop_lag_max_seconds')! > 0.05,
      // What was read a moment ago is given again.
      lookAtRuntime(registry)!.eventLoop.delays!.max > 0.05,
    ]
  }
  await expect.poll(blocked, { ...FRESH, timeout: 30_000 }).toEqual([true, true, true, true, true, true])
}, 60_000)

test('a second reader within a second is given the same reading, so that neither sees half', async () => {
  const registry = new Registry()
  runtime = startRuntime(registry)
  const read = () => samples(registry, 'nodejs_eventloop_lag_mean_seconds')
  await expect.poll(() => Object.keys(read()).length, FRESH).toBe(1)
  // The first may be about to grow too old; what is read within a second changes once at most.
  const within = async () => {
    const began = performance.now()
    const means = [read()['']]
    for (let i = 0; i < 2; i++) {
      await later(40)
      means.push(read()[''])
    }
    return performance.now() - began > 900 ? 'held up' : means[0] === means[1] || means[1] === means[2]
  }
  let seen: unknown = 'held up'
  while (seen === 'held up') seen = await within()
  expect(seen).toBe(true)
})

test('garbage collections are counted by kind in prom-client’s buckets', async () => {
  const { setFlagsFromString } = await import('node:v8')
  setFlagsFromString('--expose-gc')
  const gc = (await import('node:vm')).runInNewContext('gc') as () => void
  const registry = new Registry()
  runtime = startRuntime(registry)
  gc()
  const collections = () => samples(registry, 'nodejs_gc_duration_seconds_count')['kind=major'] ?? 0
  await expect.poll(collections).toBeGreaterThanOrEqual(1)
  const major = lookAtRuntime(registry)!.gc.get('major')!
  expect(major.over(300_000, performance.now())).toEqual({ count: major.count, sum: major.sum })
  expect(major.sum).toBeGreaterThan(0)
  const buckets = Object.keys(samples(registry, 'nodejs_gc_duration_seconds_bucket')).filter((key) =>
    key.startsWith('kind=major'),
  )
  expect(buckets).toEqual(['0.001', '0.01', '0.1', '1', '2', '5', '+Inf'].map((le) => `kind=major,le=${le}`))
})

test('a resource type that is gone is not shown any more, and the totals are the sums', async () => {
  const registry = new Registry()
  runtime = startRuntime(registry)
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const during = samples(registry, 'nodejs_active_resources')
  expect(during['type=TCPServerWrap'] ?? during['type=TCPSERVERWRAP']).toBe(1)
  expect(samples(registry, 'nodejs_active_handles')['type=Server']).toBe(1)
  await new Promise((resolve) => server.close(resolve))
  await later(10)
  expect(samples(registry, 'nodejs_active_handles')['type=Server']).toBe(undefined)
  const families = registry.exposition()
  const sum = (name: string) =>
    families.find(({ short }) => short === name)!.series.reduce((total, each) => total + each.value, 0)
  expect(sum('nodejs_active_resources')).toBe(sum('nodejs_active_resources_total'))
  expect(sum('nodejs_active_handles')).toBe(sum('nodejs_active_handles_total'))
})

test('OTLP gets the same readings under OpenTelemetry’s names, once each', async () => {
  const registry = new Registry()
  runtime = startRuntime(registry)
  const names = () => registry.families().map(({ name }) => name)
  const wanted = [
    'process.cpu.time',
    'process.memory.usage',
    'nodejs.eventloop.delay.p99',
    'nodejs.eventloop.utilization',
    'v8js.memory.heap.used',
  ]
  await expect.poll(() => wanted.filter((name) => !names().includes(name)), FRESH).toEqual([])
  expect(new Set(names()).size).toBe(names().length)
  expect(names().filter((name) => /_/.test(name) && !/[.]/.test(name))).toEqual([])
  const cpu = registry.families().find(({ name }) => name === 'process.cpu.time')!
  expect(cpu.series.map(({ attributes }) => attributes)).toEqual([
    ['mode', 'user'],
    ['mode', 'system'],
  ])
})

test('it runs once per registry, and after stop its metrics are gone from the next collection [R-06]', async () => {
  const registry = new Registry()
  runtime = startRuntime(registry)
  expect(startRuntime(registry)).toBe(runtime)
  scrape(registry)
  runtime.stop()
  runtime.stop()
  expect(scrape(registry)).toBe('')
  const again = startRuntime(registry)
  expect(scrape(registry)).toContain('process_cpu_seconds_total')
  again.stop()
})

test('a service that starts neither has no such family [R-06]', () => {
  expect(scrape(new Registry())).toBe('')
})

test('uptime is asked for at each collection, carries the service label alone, and has its alias where one is configured [H-10]', () => {
  let seconds = 1.25
  const registry = new Registry({ views: aliasViews(['application_uptime_seconds < 60']) })
  const uptime = startUptime(registry, () => seconds)
  const constant = ['service', 'shop']
  expect(samples(registry, 'uptime_seconds', { constant })).toEqual({ 'service=shop': 1.25 })
  seconds = 2.5
  expect(samples(registry, 'uptime_seconds', { constant })).toEqual({ 'service=shop': 2.5 })
  expect(samples(registry, 'application_uptime_seconds', { constant })).toEqual({ 'service=shop': 2.5 })
  uptime.stop()
  expect(scrape(registry)).toBe('')
})

test('a line of /proc/self/status is read as bytes', () => {
  expect(kilobytes('Name:\tnode\nVmRSS:\t   51200 kB\n', 'VmRSS:')).toBe(52_428_800)
  expect(kilobytes('Name:\tnode\n', 'VmRSS:')).toBe(undefined)
})
