// Names of kinds, states and severities, as OTLP writes them in lower case.
import { attributeOf } from '../model/attribute.ts'
import { KIND_CONSUMER, KIND_SERVER, type SpanRecord } from '../model/span.ts'
import { isRoot } from './trace.ts'

export const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const
export const STATUSES = ['unset', 'ok', 'error'] as const
export const SEVERITIES = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

export function kindName(kind: number): string {
  return KINDS[kind] ?? 'unspecified'
}

/** The least severity number of a level: `warn` is 13 (logs.proto, SeverityNumber). */
export function severityNumber(name: (typeof SEVERITIES)[number]): number {
  return 1 + 4 * SEVERITIES.indexOf(name)
}

/** Work that came from outside of the service: what RED counts. A root of any kind counts too: nobody else does. */
export function isEntry(record: SpanRecord): boolean {
  return record.kind === KIND_SERVER || record.kind === KIND_CONSUMER || isRoot(record)
}

/** A textual attribute of a span, its own before its templates'; null when it has none. */
export function spanText(record: SpanRecord, key: string): string | null {
  const value =
    attributeOf(record.attributes, key) ??
    attributeOf(record.template?.attributes ?? null, key) ??
    attributeOf(record.peer?.attributes ?? null, key)
  return typeof value === 'string' ? value : null
}

/** The level of an OTLP severity number: 1 to 4 is trace, 17 to 20 error (logs.proto, SeverityNumber). */
export function levelOf(severity: number): (typeof SEVERITIES)[number] | 'unspecified' {
  return SEVERITIES[Math.floor((severity - 1) / 4)] ?? 'unspecified'
}
