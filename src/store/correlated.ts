// Whether a trace is of a correlation id (G-10). An id that a caller gave stands on the spans and in the log lines; one that
// nobody gave is the trace id itself, written as a UUID, and stands on nothing.
import { traceUuid } from '../context/correlation.ts'
import { attributeOf } from '../model/attribute.ts'
import type { Trace } from './trace.ts'
import { spanText } from './words.ts'

const KEY = 'correlation_id'

export function isCorrelated(trace: Trace, id: string): boolean {
  const { t0, t1, t2, t3 } = trace
  if (id.length === 36 && id.toLowerCase() === traceUuid(t0, t1, t2, t3)) return true
  return (
    trace.spans.some(({ record }) => spanText(record, KEY) === id) ||
    trace.logs.some(({ record }) => attributeOf(record.attributes, KEY) === id)
  )
}
