// Spans and logs as one line each for a person at a terminal. For development: it is no format, nothing parses it.
import { traceIdHex } from '../base/ids.ts'
import type { Value } from '../model/attribute.ts'
import type { Batch } from '../model/batch.ts'
import type { LogRecord } from '../model/log.ts'
import { type SpanRecord, STATUS_ERROR, spanAttributes } from '../model/span.ts'
import type { Signal, SignalSink } from '../pipeline/sink.ts'

export interface ConsoleOptions {
  readonly stream: { write(text: string): unknown }
  readonly color?: boolean
  /** Default: traces and logs. */
  readonly signals?: readonly Signal[]
}

const KINDS = ['', 'internal', 'server', 'client', 'producer', 'consumer']
const RED = '\x1b[31m'
const DIM = '\x1b[2m'
const PLAIN = '\x1b[0m'

export class ConsoleSink implements SignalSink {
  readonly name = 'console'
  readonly component = 'console'
  readonly takes: ReadonlySet<Signal>
  readonly #stream: { write(text: string): unknown }
  readonly #color: boolean

  constructor(options: ConsoleOptions) {
    this.#stream = options.stream
    this.#color = options.color ?? false
    this.takes = new Set(options.signals ?? ['traces', 'logs'])
  }

  accept(batch: Batch): void {
    let text = ''
    if (this.takes.has('traces')) for (const span of batch.spans) text += this.#span(span)
    if (this.takes.has('logs')) for (const log of batch.logs) text += this.#log(log)
    if (this.takes.has('metrics')) {
      for (const family of batch.series)
        text += `${clock(family.series[0]?.time ?? 0)} metric ${family.name} ${family.series.length} series\n`
    }
    if (text === '') return
    try {
      this.#stream.write(text)
    } catch {
      // A closed terminal is no reason to stop the application.
    }
  }

  #span(span: SpanRecord): string {
    const failed = span.status === STATUS_ERROR
    const took = Number.isFinite(span.endTime) ? `${(span.endTime - span.startTime).toFixed(2)} ms` : 'unfinished'
    let line = `${clock(span.startTime)} span ${KINDS[span.kind] ?? ''} ${plain(span.name)} ${took}`
    if (failed) line += ` ERROR ${plain(span.rare?.statusMessage ?? '')}`.trimEnd()
    return `${this.#paint(line, failed)}${this.#tail(span, spanAttributes(span))}\n`
  }

  #log(log: LogRecord): string {
    const line = `${clock(log.time)} ${plain(log.severityText || 'log').toLowerCase()} ${plain(shown(log.body))}`
    return `${this.#paint(line, log.severity >= 17)}${this.#tail(log, log.attributes ?? [])}\n`
  }

  #paint(line: string, failed: boolean): string {
    return failed && this.#color ? `${RED}${line}${PLAIN}` : line
  }

  #tail(record: { t0: number; t1: number; t2: number; t3: number }, attributes: readonly Value[]): string {
    let tail = ''
    for (let i = 0; i < attributes.length; i += 2)
      tail += ` ${plain(String(attributes[i]))}=${plain(shown(attributes[i + 1]))}`
    const { t0, t1, t2, t3 } = record
    if ((t0 | t1 | t2 | t3) !== 0) tail += ` trace_id=${traceIdHex(t0, t1, t2, t3)}`
    return this.#color && tail !== '' ? `${DIM}${tail}${PLAIN}` : tail
  }
}

/** Local time of day with milliseconds. */
function clock(ms: number): string {
  const date = new Date(ms)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

function shown(value: Value | undefined): string {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'object') return String(value)
  if (value instanceof Uint8Array) return `(${value.length} bytes)`
  try {
    return JSON.stringify(value, (_key, inner) => (typeof inner === 'bigint' ? String(inner) : inner))
  } catch {
    return '(unprintable)'
  }
}

/** One line, and no escape sequence of a caller's reaches the terminal. */
function plain(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ')
}
