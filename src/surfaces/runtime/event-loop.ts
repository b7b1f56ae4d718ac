// Delay and utilization of the event loop, over the time since the collection before. Two readers share that time, so a
// reading younger than a second is given again: a scrape beside an OTLP push does not halve what either sees. Whoever only
// looks takes nothing away from the next collection, unless there has been none for a minute.
import { type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { monotonic, timers } from '../../base/clock.ts'
import type { Registry } from '../../metrics/registry.ts'
import { NAMES } from '../../model/names.ts'
import type { Part } from './runtime.ts'

const FRESH_MS = 1000
/** Without a collection for so long, whoever looks begins anew: a delay of this morning says nothing of now. */
const UNREAD_MS = 60_000

/** Seconds. */
export interface Delays {
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly stddev: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

export interface EventLoopReading {
  /** From 0 to 1. */
  readonly utilization: number
  /** Null while nothing was measured. */
  readonly delays: Delays | null
  /** What both are of. */
  readonly intervalMs: number
}

export interface EventLoop extends Part {
  look(): EventLoopReading
}

export function eventLoop(registry: Registry, resolution: number): EventLoop {
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
  let from = monotonic()
  let busy = performance.eventLoopUtilization()
  let last: EventLoopReading = { utilization: 0, delays: null, intervalMs: 0 }

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

  /** Of the time since the reading that was taken before; the delays of that one where there are none of its own. */
  const reading = (at: number): EventLoopReading => ({
    utilization: performance.eventLoopUtilization(performance.eventLoopUtilization(), busy).utilization,
    delays: delay.count > 0 ? delaysOf(delay) : last.delays,
    intervalMs: at - from,
  })

  const take = (at: number): void => {
    last = reading(at)
    read = from = at
    delay.reset()
    busy = performance.eventLoopUtilization()
  }

  return {
    collect() {
      const at = monotonic()
      if (at - read >= FRESH_MS) take(at)
      lag.observe(turn)
      probe()
      utilization.observe(last.utilization)
      const { delays } = last
      if (delays === null) return
      min.observe(delays.min)
      max.observe(delays.max)
      mean.observe(delays.mean)
      stddev.observe(delays.stddev)
      p50.observe(delays.p50)
      p90.observe(delays.p90)
      p99.observe(delays.p99)
    },
    look() {
      const at = monotonic()
      if (at - from >= UNREAD_MS) take(at)
      return at - from < FRESH_MS && last.intervalMs > 0 ? last : reading(at)
    },
    stop() {
      stopped = true
      delay.disable()
    },
  }
}

function delaysOf(delay: IntervalHistogram): Delays {
  return {
    min: delay.min / 1e9,
    max: delay.max / 1e9,
    mean: delay.mean / 1e9,
    stddev: delay.stddev / 1e9,
    p50: delay.percentile(50) / 1e9,
    p90: delay.percentile(90) / 1e9,
    p99: delay.percentile(99) / 1e9,
  }
}
