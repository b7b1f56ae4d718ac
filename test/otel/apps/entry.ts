// What the programs in this folder load: the rooms, and a way to see finished spans.

export { current, runIn } from '../../../src/context/current.ts'
export { Propagator } from '../../../src/context/propagator.ts'
export { Registry } from '../../../src/metrics/registry.ts'
export { loadContrib } from '../../../src/otel/contrib.ts'
export { registerOtel } from '../../../src/otel/register.ts'
export { setAttributes, span } from '../../../src/trace/active.ts'
export { TraceEngine } from '../../../src/trace/engine.ts'
export { install, tracer } from '../../../src/trace/installed.ts'
export { plain } from '../../trace/recorder.ts'

import { Propagator } from '../../../src/context/propagator.ts'
import { Registry } from '../../../src/metrics/registry.ts'
import type { SpanRecord } from '../../../src/model/span.ts'
import { registerOtel } from '../../../src/otel/register.ts'
import { TraceEngine } from '../../../src/trace/engine.ts'
import { install } from '../../../src/trace/installed.ts'

/** Everything on, finished spans collected. */
export function begin(from: string) {
  const finished: SpanRecord[] = []
  const registry = new Registry()
  install(new TraceEngine({ finish: (span) => void finished.push(span) }))
  const registration = registerOtel({ propagator: new Propagator(['tracecontext', 'baggage']), registry, from })
  return { finished, registry, registration }
}
