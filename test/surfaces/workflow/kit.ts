// A private workflow surface with real tracing and metrics, and plain views of what it recorded, whole.
import { shared } from '../../../src/base/slot.ts'
import { Propagator } from '../../../src/context/propagator.ts'
import { Registry } from '../../../src/metrics/registry.ts'
import { attributesObject } from '../../../src/model/attribute.ts'
import type { SpanRecord } from '../../../src/model/span.ts'
import type { WorkflowSlot } from '../../../src/surfaces/workflow/running.ts'
import type { WorkflowOptions } from '../../../src/surfaces/workflow/surface.ts'
import { TraceEngine } from '../../../src/trace/engine.ts'
import type { Tracer } from '../../../src/trace/tracer.ts'
import { later, shown } from '../queue/kit.ts'

export interface Kit {
  readonly registry: Registry
  readonly tracer: Tracer
  /** Every ended span, as `shown` has it. */
  spans(): object[]
  /** Series by name and values of labels: the number of durations, else the value. */
  counts(): Record<string, number>
}

export function kit(options: Partial<WorkflowOptions> = {}): Kit {
  const ended: SpanRecord[] = []
  let next = 0
  const engine = new TraceEngine({ finish: (span) => ended.push(span), ids: () => ++next })
  const registry = new Registry()
  const tracer = engine.tracer('test')
  const propagator = new Propagator(['tracecontext', 'baggage'])
  const slot = shared('workflow', (): WorkflowSlot => ({ options: null }))
  const finish = (span: SpanRecord) => void ended.push(span)
  slot.options = { registry, tracer, propagator, steps: true, temporal: false, finish, ...options }
  later(() => void (slot.options = null))
  return { registry, tracer, spans: () => ended.map(shown(ended)), counts: () => counted(registry) }
}

function counted(registry: Registry): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const family of registry.families()) {
    const name = family.short ?? family.name
    if (!/^workflow_|^errors_total/.test(name)) continue
    for (const series of family.series) {
      const values = Object.values(attributesObject(series.attributes)).filter((value) => value !== '')
      counts[[name, ...values].join(' ')] = family.type === 'histogram' ? series.count : series.value
    }
  }
  return counts
}
