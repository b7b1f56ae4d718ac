import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { Registry } from '../../src/metrics/registry.ts'
import { aliasViews } from '../../src/metrics/views.ts'
import { kilobytes } from '../../src/surfaces/runtime/process-use.ts'
import { type Runtime, startRuntime } from '../../src/surfaces/runtime/runtime.ts'
import { startUptime } from '../../src/surfaces/runtime/uptime.ts'
import { samples, scrape } from '../metrics/scrape.ts'

let runtime: Runtime | undefined
afterEach(() => {
  runtime?.stop()
  runtime = undefined
})

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const one = (registry: Registry, name: string) => samples(registry, name)['']

test('the names that prom-client dashboards read are there, each with its type [R-14]', async () => {
  const registry = new Registry()
  runtime = startRuntime(registry)
  globalThis.gc?.()
  await later(60)
  const types = Object.fromEntries(
    [...scrape(registry).matchAll(/# TYPE (\S+) (\S+)/g)].map(([, name, type]) => [name, type]),
  )
  delete types['nodejs_gc_duration_seconds']
  const linux = process.platform === 'linux'
  expect(types).toEqual({
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
    // No libuv request is under way, so there is no type to show; the total says 0.
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
  expect(near(one(registry, 'nodejs_heap_size_used_bytes'), process.memoryUsage().heapUsed, 0.5)).toBe(true)
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
    await later(20)
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
  await later(30)
  const until = performance.now() + 120
  while (performance.now() < until);
  await later(30)
  expect(one(registry, 'nodejs_eventloop_lag_max_seconds')).toBeGreaterThan(0.05)
  expect(one(registry, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0.05)
  const use = one(registry, 'nodejs_eventloop_utilization')!
  expect(use > 0 && use <= 1).toBe(true)
  expect(one(registry, 'nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0)
})

test('a second reader within a second is given the same reading, so that neither sees half', async () => {
  const registry = new Registry()
  runtime = startRuntime(registry)
  await later(40)
  const first = samples(registry, 'nodejs_eventloop_lag_mean_seconds')
  await later(40)
  expect(samples(registry, 'nodejs_eventloop_lag_mean_seconds')).toEqual(first)
})

test('garbage collections are counted by kind in prom-client’s buckets', async () => {
  const { setFlagsFromString } = await import('node:v8')
  setFlagsFromString('--expose-gc')
  const gc = (await import('node:vm')).runInNewContext('gc') as () => void
  const registry = new Registry()
  runtime = startRuntime(registry)
  gc()
  await later(50)
  const buckets = Object.keys(samples(registry, 'nodejs_gc_duration_seconds_bucket')).filter((key) =>
    key.startsWith('kind=major'),
  )
  expect(buckets).toEqual(['0.001', '0.01', '0.1', '1', '2', '5', '+Inf'].map((le) => `kind=major,le=${le}`))
  expect(samples(registry, 'nodejs_gc_duration_seconds_count')['kind=major']).toBeGreaterThanOrEqual(1)
})

test('a resource type that is gone is not shown any more, and the totals are the sums', async () => {
  const registry = new Registry()
  runtime = startRuntime(registry)
  const server = createServer().listen(0, '127.0.0.1')
  await later(10)
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
  await later(40)
  const names = registry.families().map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  const wanted = [
    'process.cpu.time',
    'process.memory.usage',
    'nodejs.eventloop.delay.p99',
    'nodejs.eventloop.utilization',
    'v8js.memory.heap.used',
  ]
  expect(wanted.filter((name) => !names.includes(name))).toEqual([])
  expect(names.filter((name) => /_/.test(name) && !/[.]/.test(name))).toEqual([])
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
