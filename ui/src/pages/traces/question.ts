// The search of the traces page as the URL has it: the same names as the API.
import type { TraceQuestion } from '../../api/types.ts'
import type { FilterField } from '../../parts/filters.tsx'
import { query, queryAll } from '../../shell/place.ts'

export const FIELDS: readonly FilterField[] = [
  { name: 'status', title: 'Status', values: ['error', 'ok'] },
  { name: 'service', title: 'Service' },
  { name: 'name', title: 'Span name', verb: 'has', free: true },
  { name: 'route', title: 'Route' },
  { name: 'kind', title: 'Kind' },
  { name: 'min_duration_ms', title: 'Duration', sign: '>' },
  { name: 'max_duration_ms', title: 'Duration', sign: '<' },
  { name: 'correlation_id', title: 'Correlation id' },
  { name: 'attribute', title: 'Attribute', many: true },
]

export type Order = 'newest' | 'slowest' | 'errors'

export const ORDERS: readonly { name: Order; title: string }[] = [
  { name: 'newest', title: 'Newest' },
  { name: 'slowest', title: 'Slowest' },
  { name: 'errors', title: 'Most errors' },
]

export function orderOf(): Order {
  const asked = query('order')
  return ORDERS.find(({ name }) => name === asked)?.name ?? 'newest'
}

/** Without its time. What the hub would not understand is left to the hub to say. */
export function questionOf(): TraceQuestion {
  const attribute = queryAll('attribute')
  return {
    service: query('service'),
    name: query('name'),
    route: query('route'),
    kind: query('kind'),
    status: query('status') as TraceQuestion['status'],
    min_duration_ms: query('min_duration_ms'),
    max_duration_ms: query('max_duration_ms'),
    correlation_id: query('correlation_id'),
    ...(attribute.length > 0 && { attribute }),
  }
}
