// Process and runtime metrics under the names that prom-client users' dashboards read, and under OpenTelemetry's.
// Everything is read when someone collects; between collections only what cannot be asked later is at work: the delay
// histogram inside libuv and the observer of garbage collections. It promises to leave nothing behind after `stop`, and it
// refuses to run twice for one registry.
import type { Registry } from '../../metrics/registry.ts'
import { activity } from './activity.ts'
import { type EventLoopReading, eventLoop } from './event-loop.ts'
import { type GcReading, garbageCollection } from './garbage-collection.ts'
import { memory } from './memory.ts'
import { processUse } from './process-use.ts'
import { version } from './version.ts'

/** Reads one part of the runtime before each collection. */
export interface Part {
  collect?(): void
  stop?(): void
}

export interface Runtime {
  /** The metrics are gone from the next collection. */
  stop(): void
}

export interface RuntimeOptions {
  /** How finely delays of the event loop are seen, milliseconds. */
  readonly resolutionMs?: number
}

/** What only a monitor knows; all else can be asked of Node when it is wanted. */
export interface RuntimeReading {
  readonly eventLoop: EventLoopReading
  readonly gc: GcReading
}

interface Looked extends Runtime {
  look(): RuntimeReading
}

const running = new WeakMap<Registry, Looked>()

/** What the monitors of `registry` have now, without taking it from the next collection; null where none run. */
export function lookAtRuntime(registry: Registry): RuntimeReading | null {
  return running.get(registry)?.look() ?? null
}

/** Starts them, once per registry. R-06: with `system_metrics: false` nobody calls this. */
export function startRuntime(registry: Registry, options: RuntimeOptions = {}): Runtime {
  const held = running.get(registry)
  if (held !== undefined) return held
  const loop = eventLoop(registry, options.resolutionMs ?? 10)
  const collections = garbageCollection(registry)
  const parts: Part[] = [
    processUse(registry),
    memory(registry),
    loop,
    activity(registry),
    collections,
    version(registry),
  ]
  // One hook each: a part that cannot be read blanks no other.
  const unhook = parts.map((part) => (part.collect ? registry.onCollect(() => part.collect?.()) : undefined))
  const runtime: Looked = {
    look: () => ({ eventLoop: loop.look(), gc: collections.look() }),
    stop() {
      if (running.get(registry) !== runtime) return
      running.delete(registry)
      for (const remove of unhook) remove?.()
      for (const part of parts) part.stop?.()
    },
  }
  running.set(registry, runtime)
  return runtime
}
