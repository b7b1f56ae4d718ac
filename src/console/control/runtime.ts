// The process itself: what Node tells when it is asked, and what the monitors of the runtime surface have seen. No monitor
// is made for it, and nothing is taken from the next collection.
import type { Uptime } from '../../health/uptime.ts'
import type { Recent } from '../../surfaces/runtime/recent.ts'
import type { RuntimeReading } from '../../surfaces/runtime/runtime.ts'
import type {
  ActiveAnswer,
  CpuAnswer,
  DelayAnswer,
  EventLoopAnswer,
  GcAnswer,
  GcSums,
  HeapAnswer,
  MemoryAnswer,
  OfThisProcess,
  RuntimeAnswer,
} from './answers.ts'

/** What of Node is asked. */
export interface ProcessSource {
  readonly version: string
  uptime(): number
  cpuUsage(): NodeJS.CpuUsage
  memoryUsage(): NodeJS.MemoryUsage
  availableMemory?(): number
  constrainedMemory?(): number
  getActiveResourcesInfo(): readonly string[]
  getBuiltinModule(name: 'node:v8'): Pick<typeof import('node:v8'), 'getHeapStatistics' | 'getHeapSpaceStatistics'>
  getBuiltinModule(name: 'node:os'): Pick<typeof import('node:os'), 'availableParallelism'>
}

export interface RuntimeSource {
  readonly uptime: Pick<Uptime, 'seconds' | 'startedAt'>
  /** Null where no monitor runs. */
  readonly monitors: () => RuntimeReading | null
  /** Why none does. */
  readonly unmonitored: () => string
  /** Milliseconds; never runs backwards. */
  readonly monotonic: () => number
  readonly process?: ProcessSource | undefined
}

const TYPES = 10
const MINUTE = 60_000

export class RuntimeInsides {
  readonly #source: RuntimeSource
  readonly #process: ProcessSource
  #cpu: { readonly at: number; readonly use: NodeJS.CpuUsage } | null = null

  constructor(source: RuntimeSource) {
    this.#source = source
    this.#process = source.process ?? (process as ProcessSource)
  }

  answer(head: OfThisProcess): RuntimeAnswer {
    const { uptime, monitors, unmonitored, monotonic } = this.#source
    const seen = monitors()
    const why = seen === null ? unmonitored() : null
    const memory = this.#process.memoryUsage()
    return {
      ...head,
      node_version: this.#process.version,
      uptime_seconds: uptime.seconds(),
      started_at: uptime.startedAt(),
      process_uptime_seconds: this.#process.uptime(),
      cpu: this.#cpuUse(),
      memory: this.#memory(memory),
      heap: this.#heap(memory),
      event_loop: seen && loopOf(seen.eventLoop),
      event_loop_reason: why,
      gc: seen && collectionsOf(seen.gc, monotonic()),
      gc_reason: why,
      active: activeOf(this.#process.getActiveResourcesInfo()),
    }
  }

  /** Since the reading before; the first is of the whole life of the process. */
  #cpuUse(): CpuAnswer {
    const at = this.#source.monotonic()
    const use = this.#process.cpuUsage()
    const before = this.#cpu
    this.#cpu = { at, use }
    const seconds = before === null ? this.#process.uptime() : (at - before.at) / 1000
    const part = (kind: 'user' | 'system') =>
      seconds > 0 ? Math.max(0, use[kind] - (before?.use[kind] ?? 0)) / 1e6 / seconds : 0
    const [user, system] = [part('user'), part('system')]
    return {
      utilization: user + system,
      user,
      system,
      interval_seconds: seconds,
      user_seconds_total: use.user / 1e6,
      system_seconds_total: use.system / 1e6,
      cores: this.#process.getBuiltinModule('node:os').availableParallelism(),
    }
  }

  #memory({ rss, external, arrayBuffers }: NodeJS.MemoryUsage): MemoryAnswer {
    const limit = this.#process.constrainedMemory?.() ?? 0
    return {
      rss_bytes: rss,
      external_bytes: external,
      array_buffers_bytes: arrayBuffers,
      available_bytes: this.#process.availableMemory?.() ?? null,
      // Node answers 0, or a number beyond any memory, where nothing limits it.
      limit_bytes: limit > 0 && limit < Number.MAX_SAFE_INTEGER ? limit : null,
    }
  }

  #heap({ heapUsed, heapTotal }: NodeJS.MemoryUsage): HeapAnswer {
    const v8 = this.#process.getBuiltinModule('node:v8')
    const spaces = v8.getHeapSpaceStatistics().map((one) => ({
      space: one.space_name.replace(/_space$/, ''),
      used_bytes: one.space_used_size,
      size_bytes: one.space_size,
    }))
    return {
      used_bytes: heapUsed,
      total_bytes: heapTotal,
      limit_bytes: v8.getHeapStatistics().heap_size_limit,
      spaces: spaces.sort((a, b) => b.used_bytes - a.used_bytes),
    }
  }
}

function loopOf({ utilization, delays, intervalMs }: RuntimeReading['eventLoop']): EventLoopAnswer {
  const shown = (seconds: number) => seconds * 1000
  const delay_ms: DelayAnswer | null = delays && {
    mean: shown(delays.mean),
    p50: shown(delays.p50),
    p90: shown(delays.p90),
    p99: shown(delays.p99),
    max: shown(delays.max),
  }
  return { utilization, delay_ms, interval_seconds: intervalMs / 1000 }
}

function collectionsOf(gc: RuntimeReading['gc'], now: number): GcAnswer {
  const kinds = [...gc].map(([kind, recent]) => ({
    kind,
    total: sums({ count: recent.count, sum: recent.sum }),
    last_minute: sums(recent.over(MINUTE, now)),
    last_5_minutes: sums(recent.over(5 * MINUTE, now)),
  }))
  kinds.sort((a, b) => b.total.pause_seconds - a.total.pause_seconds)
  const all = (which: 'total' | 'last_minute' | 'last_5_minutes'): GcSums => ({
    count: kinds.reduce((sum, kind) => sum + kind[which].count, 0),
    pause_seconds: kinds.reduce((sum, kind) => sum + kind[which].pause_seconds, 0),
  })
  return { total: all('total'), last_minute: all('last_minute'), last_5_minutes: all('last_5_minutes'), kinds }
}

function sums({ count, sum }: Pick<Recent, 'count' | 'sum'>): GcSums {
  return { count, pause_seconds: sum }
}

function activeOf(types: readonly string[]): ActiveAnswer {
  const counts = new Map<string, number>()
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1)
  const by_type = [...counts].map(([type, count]) => ({ type, count }))
  by_type.sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1))
  return { resources: types.length, by_type: by_type.slice(0, TYPES) }
}
