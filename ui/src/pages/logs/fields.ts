// What log lines can be narrowed by, under the names that the API has for it.
import type { FilterField } from '../../parts/filters.tsx'

export const FIELDS: readonly FilterField[] = [
  { name: 'text', title: 'Text', verb: 'has', free: true },
  { name: 'service', title: 'Service' },
  { name: 'severity', title: 'Level', verb: 'at least', values: ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] },
  { name: 'attribute', title: 'Attribute', many: true },
  { name: 'trace_id', title: 'Trace' },
  { name: 'span_id', title: 'Span' },
]
