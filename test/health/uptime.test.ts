import { expect, test } from 'vitest'
import { Uptime } from '../../src/health.ts'

test('before the beginning: 0 seconds and an empty start [H-03]', () => {
  const uptime = new Uptime()
  expect([uptime.seconds(), uptime.startedAt()]).toEqual([0, ''])
})

test('seconds are the monotonic clock, whatever the wall clock does; the first beginning wins [H-02] [H-03]', () => {
  let monotonic = 5000
  let wall = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
  const uptime = new Uptime({ monotonic: () => monotonic, wall: () => wall })
  uptime.begin()
  monotonic += 1234.5
  wall -= 86_400_000
  uptime.begin()
  expect([uptime.seconds(), uptime.startedAt()]).toEqual([1.2345, '2026-01-02T03:04:05.678Z'])
})
