import { expect, test } from 'vitest'
import { Recent } from '../../../src/surfaces/runtime/recent.ts'
import { HEAD, insides, NOW, standing } from './kit.ts'

const WITHOUT = {
  ...HEAD,
  node_version: 'v24.1.0',
  uptime_seconds: 100.5,
  started_at: '2027-01-15T07:58:19.500Z',
  process_uptime_seconds: 120,
  cpu: {
    utilization: 0.3,
    user: 0.25,
    system: 0.05,
    interval_seconds: 120,
    user_seconds_total: 30,
    system_seconds_total: 6,
    cores: 4,
  },
  memory: {
    rss_bytes: 9e7,
    external_bytes: 3e6,
    array_buffers_bytes: 1e6,
    available_bytes: 8e9,
    limit_bytes: null,
  },
  heap: {
    used_bytes: 5e7,
    total_bytes: 6e7,
    limit_bytes: 4_000_000_000,
    spaces: [
      { space: 'old', used_bytes: 50_000, size_bytes: 60_000 },
      { space: 'new', used_bytes: 1000, size_bytes: 2000 },
    ],
  },
  event_loop: null,
  event_loop_reason: 'system_metrics is false',
  gc: null,
  gc_reason: 'system_metrics is false',
  active: {
    resources: 4,
    by_type: [
      { type: 'Timeout', count: 2 },
      { type: 'TCPServerWrap', count: 1 },
      { type: 'TTYWrap', count: 1 },
    ],
  },
}

test('the runtime without monitors: what Node tells is there, and what is not known says why', () => {
  expect(insides().runtime(NOW)).toEqual(WITHOUT)
})

test('the runtime with monitors: delays in milliseconds, pauses altogether and of late', () => {
  const major = new Recent()
  major.add(0.5, 0)
  major.add(0.25, 290_000)
  const minor = new Recent()
  minor.add(0.125, 299_000)
  const delays = { min: 0.01, max: 0.25, mean: 0.011, stddev: 0.001, p50: 0.01, p90: 0.012, p99: 0.2 }
  const eventLoop = { utilization: 0.5, delays, intervalMs: 15_000 }
  const monitors = () => ({
    eventLoop,
    gc: new Map([
      ['minor', minor],
      ['major', major],
    ] as const),
  })
  const { event_loop, event_loop_reason, gc, gc_reason } = insides({ monitors, monotonic: () => 305_000 }).runtime(NOW)
  expect({ event_loop, event_loop_reason, gc, gc_reason }).toEqual({
    event_loop: {
      utilization: 0.5,
      delay_ms: { mean: 11, p50: 10, p90: 12, p99: 200, max: 250 },
      interval_seconds: 15,
    },
    event_loop_reason: null,
    gc: {
      total: { count: 3, pause_seconds: 0.875 },
      last_minute: { count: 2, pause_seconds: 0.375 },
      last_5_minutes: { count: 2, pause_seconds: 0.375 },
      kinds: [
        {
          kind: 'major',
          total: { count: 2, pause_seconds: 0.75 },
          last_minute: { count: 1, pause_seconds: 0.25 },
          last_5_minutes: { count: 1, pause_seconds: 0.25 },
        },
        {
          kind: 'minor',
          total: { count: 1, pause_seconds: 0.125 },
          last_minute: { count: 1, pause_seconds: 0.125 },
          last_5_minutes: { count: 1, pause_seconds: 0.125 },
        },
      ],
    },
    gc_reason: null,
  })
})

test('CPU is of the time between two answers, and what is asked within a second is found once', () => {
  const use = { user: 30_000_000, system: 6_000_000 }
  let at = 0
  let asked = 0
  const process = standing(use)
  const counted = {
    ...process,
    memoryUsage() {
      asked++
      return process.memoryUsage()
    },
  }
  const it = insides({ process: counted, monotonic: () => at })
  const first = it.runtime(NOW)
  use.user += 3_000_000
  use.system += 1_000_000
  at = 8000
  expect([it.runtime(NOW + 999), asked]).toEqual([first, 1])
  const { cpu } = it.runtime(NOW + 8000)
  expect([cpu, asked]).toEqual([
    {
      utilization: 0.5,
      user: 0.375,
      system: 0.125,
      interval_seconds: 8,
      user_seconds_total: 33,
      system_seconds_total: 7,
      cores: 4,
    },
    2,
  ])
})

test('a container says its limit, and an older Node nothing', () => {
  const { availableMemory: _, constrainedMemory: __, ...older } = standing()
  const memory = (process: typeof older) => insides({ process }).runtime(NOW).memory
  expect(memory(older)).toEqual({ ...WITHOUT.memory, available_bytes: null, limit_bytes: null })
  expect(memory({ ...standing(), constrainedMemory: () => 5e8 } as typeof older).limit_bytes).toBe(5e8)
})

test('this very process answers too', () => {
  const { heap, cpu, memory, active } = insides({ process: undefined }).runtime(NOW)
  const whole = [heap.used_bytes, heap.limit_bytes, heap.spaces.length, cpu.cores, memory.rss_bytes, active.resources]
  expect(whole.every((one) => one > 0)).toBe(true)
})
