// Delay and utilization of the event loop, over the time since the collection before. Two readers share that time, so a
// reading younger than a second is given again: a scrape beside an OTLP push does not halve what either sees.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { monotonic, timers } from '../../base/clock.ts'
import type { Registry } from '../../metrics/registry.ts'
import { NAMES } from '../../model/names.ts'
import type { Part } from './runtime.ts'

const FRESH_MS = 1000

export function eventLoop(registry: Registry, resolution: number): Part {
  const lag = registry.observe(NAMES.nodejs_eventloop_lag_seconds)
  const min = registry.observe(NAMES.nodejs_eventloop_lag_min_seconds)
  const max = registry.observe(NAMES.nodejs_eventloop_lag_max_seconds)
  const mean = registry.observe(NAMES.nodejs_eventloop_lag_mean_seconds)
  const stddev = registry.observe(NAMES.nodejs_eventloop_lag_stddev_seconds)
  const p50 = registry.observe(NAMES.nodejs_eventloop_lag_p50_seconds)
  const p90 = registry.observe(NAMES.nodejs_eventloop_lag_p90_seconds)
  const p99 = registry.observe(NAMES.nodejs_eventloop_lag_p99_seconds)
  const utilization = registry.observe(NAMES.nodejs_eventloop_utilization)

  const delay = monitorEventLoopDelay({ resolution })
  delay.enable()
  let turn = 0
  let probing = false
  let stopped = false
  let read = Number.NEGATIVE_INFINITY
  let busy = performance.eventLoopUtilization()
  let use = 0
  let seen: { min: number; max: number; mean: number; stddev: number; p50: number; p90: number; p99: number } | null =
    null

  // What one turn takes can only be told after it: each collection reports the turn after the one before.
  const probe = () => {
    if (probing || stopped) return
    probing = true
    const from = monotonic()
    timers.setImmediate(() => {
      turn = (monotonic() - from) / 1000
      probing = false
    })
  }
  probe()

  return {
    collect() {
      const at = monotonic()
      if (at - read >= FRESH_MS) {
        read = at
        if (delay.count > 0) {
          seen = {
            min: delay.min / 1e9,
            max: delay.max / 1e9,
            mean: delay.mean / 1e9,
            stddev: delay.stddev / 1e9,
            p50: delay.percentile(50) / 1e9,
            p90: delay.percentile(90) / 1e9,
            p99: delay.percentile(99) / 1e9,
          }
          delay.reset()
        }
        const now = performance.eventLoopUtilization()
        use = performance.eventLoopUtilization(now, busy).utilization
        busy = now
      }
      lag.observe(turn)
      probe()
      utilization.observe(use)
      if (seen === null) return
      min.observe(seen.min)
      max.observe(seen.max)
      mean.observe(seen.mean)
      stddev.observe(seen.stddev)
      p50.observe(seen.p50)
      p90.observe(seen.p90)
      p99.observe(seen.p99)
    },
    stop() {
      stopped = true
      delay.disable()
    },
  }
}
