// What the process as a whole traces with. Tracers can be taken before start and are kept: `install` gives them their
// engine when the product starts, and takes it away when it stops. Until then, and after, a span costs one comparison.
import { shared } from '../base/slot.ts'
import type { Flat } from '../model/attribute.ts'
import { TraceEngine } from './engine.ts'
import type { Tracer } from './tracer.ts'

/** The engine of "off"; it also hands out the process's tracers, so that each scope exists once. */
const state = shared('trace', () => {
  const off = new TraceEngine(null)
  return { off, engine: off }
})

/** Makes `engine` the process's, or turns tracing off with null. Spans that are running end where their tracer is. */
export function install(engine: TraceEngine | null): void {
  state.engine = engine ?? state.off
  // Spans that outlive a stop are still counted where they were started.
  state.engine.live = state.off.live
  for (const tracer of state.off.tracers()) tracer.engine = state.engine
}

/** The engine that is installed; its `on` is false when there is none. */
export function installed(): TraceEngine {
  return state.engine
}

/** Every tracer of the process that was asked for. */
export function tracers(): Iterable<Tracer> {
  return state.off.tracers()
}

/** The process's tracer of that scope; take it once, at module level if you like. */
export function tracer(name: string, version = '', schemaUrl = '', attributes: Flat | null = null): Tracer {
  const held = state.off.tracer(name, version, schemaUrl, attributes)
  held.engine = state.engine
  return held
}
