// A record as a line: JSON for machines, one readable line for people. Written from the sanitised record, so that no
// format shows more than another.
import { hex32, spanIdHex, traceIdHex } from '../base/ids.ts'
import { traceUuid } from '../context/correlation.ts'
import type { Value } from '../model/attribute.ts'
import type { LogRecord } from '../model/log.ts'
import { levelOfSeverity } from './level.ts'

export interface LineFacts {
  readonly service: string | undefined
  readonly target: string | undefined
  readonly span: string | undefined
}

/** Names that a field of the caller may not take. */
const TAKEN = new Set([
  'timestamp',
  'level',
  'service',
  'target',
  'message',
  'trace_id',
  'span_id',
  'trace_flags',
  'span',
])

export function jsonLine(record: LogRecord, { service, target, span }: LineFacts): string {
  const line: Record<string, unknown> = {
    timestamp: new Date(record.time).toISOString(),
    level: levelOfSeverity(record.severity),
  }
  if (service !== undefined) line['service'] = service
  if (target !== undefined) line['target'] = target
  line['message'] = record.body
  if ((record.t0 | record.t1 | record.t2 | record.t3) !== 0) {
    line['trace_id'] = traceIdHex(record.t0, record.t1, record.t2, record.t3)
    line['span_id'] = spanIdHex(record.s0, record.s1)
    line['trace_flags'] = hex32(record.flags & 0xff).slice(6)
    if (span !== undefined) line['span'] = span
  }
  eachAttribute(record, (key, value) => {
    Object.defineProperty(line, TAKEN.has(key) ? `field.${key}` : key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  })
  return `${JSON.stringify(line, plain)}\n`
}

export function prettyLine(record: LogRecord, { target, span }: LineFacts): string {
  const time = new Date(record.time).toISOString().slice(11, 23)
  let text = `${time} ${levelOfSeverity(record.severity).toUpperCase().padEnd(5)} `
  if (target !== undefined) text += `${target}: `
  text += typeof record.body === 'string' ? oneLine(record.body) : JSON.stringify(record.body, plain)
  let stack = ''
  eachAttribute(record, (key, value) => {
    if (key === 'exception.stacktrace') stack = `\n${String(value)}`
    // A person sees it in the trace id.
    else if (key !== 'correlation_id' || value !== traceUuid(record.t0, record.t1, record.t2, record.t3))
      text += ` ${key}=${typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value, plain)}`
  })
  if ((record.t0 | record.t1 | record.t2 | record.t3) !== 0) {
    if (span !== undefined) text += ` span=${JSON.stringify(span)}`
    text += ` trace_id=${traceIdHex(record.t0, record.t1, record.t2, record.t3)} span_id=${spanIdHex(record.s0, record.s1)}`
  }
  return `${text}${stack}\n`
}

/** A message cannot forge a further line. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]/g, (char) => JSON.stringify(char).slice(1, -1))
}

function eachAttribute({ attributes }: LogRecord, see: (key: string, value: Value) => void): void {
  if (attributes !== null)
    for (let i = 0; i < attributes.length; i += 2) see(attributes[i] as string, attributes[i + 1] as Value)
}

function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  return value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
    : value
}
