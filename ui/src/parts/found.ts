// What somebody pasted, read for ids: a trace id, a correlation id, a traceparent (or its kin of B3 and Jaeger), an address
// with an id in it, or a whole log line, JSON or text. What a field names counts for more than what only looks like an id.

export interface Found {
  /** 32 hexadecimal digits, lower case. */
  readonly trace_id: string | null
  /** 16 hexadecimal digits, lower case. */
  readonly span_id: string | null
  readonly correlation_id: string | null
  /** Where each was found, in words: `traceparent`, `the field trace_id`. */
  readonly where: Readonly<Partial<Record<IdName, string>>>
  /** Other trace ids in the text. */
  readonly others: readonly string[]
}

export type IdName = 'trace_id' | 'span_id' | 'correlation_id'

/** What is beyond it is not looked at: one log line is shorter. */
export const MOST_TEXT = 65_536
const MOST_OTHERS = 9
const MOST_FIELDS = 2000

/** 32, or 16, hexadecimal digits that are not all zero. */
const TRACE = /^(?!0{32})[0-9a-f]{32}$/i
const SPAN = /^(?!0{16})[0-9a-f]{16}$/i
/** As the header allows it (G-08): 1 to 128 characters that no log and no shell minds. */
const CORRELATION = /^[A-Za-z0-9.:_-]{1,128}$/

const ANY_TRACE = /(?<![0-9a-f])(?!0{32})[0-9a-f]{32}(?![0-9a-f])/gi
const ANY_UUID = /(?<![0-9a-f-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f-])/i
const TRACEPARENT = /(?<![0-9a-f-])[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-[0-9a-f]{2}(?![0-9a-f])/i
/** `b3: trace-span-1`, `uber-trace-id: trace:span:parent:flags`. */
const KIN = /(?<![0-9a-f])((?!0{32})[0-9a-f]{32})(-|:|%3A)((?!0{16})[0-9a-f]{16})(?![0-9a-f])/i
/** `trace_id=…`, `traceId: …`, `"x-correlation-id":"…"`, `correlation_id \"…\"`. */
const FIELD = /(?<![a-z0-9])([a-z][a-z0-9_.-]{3,39}?)\\?["']?\s{0,4}[=:]\s{0,4}\\?["']?([a-z0-9._:-]{1,256})/gi

const NOTHING: Found = { trace_id: null, span_id: null, correlation_id: null, where: {}, others: [] }

/** Never throws; what is no id is not found. */
export function findIds(pasted: string): Found {
  const text = pasted.slice(0, MOST_TEXT).trim()
  if (text === '') return NOTHING
  const finding = new Finding()
  const header = TRACEPARENT.exec(text)
  if (header !== null) finding.pair(header[1]!, header[2]!, 'a traceparent')
  for (const record of recordsIn(text)) inFields(record, finding, { left: MOST_FIELDS })
  for (const [, name, value] of text.matchAll(FIELD)) finding.field(name!, value!)
  const kin = KIN.exec(text)
  if (kin !== null) finding.pair(kin[1]!, kin[3]!, kin[2] === '-' ? 'a b3 header' : 'an uber-trace-id header')
  const all = [...new Set([...text.matchAll(ANY_TRACE)].map(([id]) => id.toLowerCase()))]
  const alone = all.length === 1 && all[0] === text.toLowerCase()
  if (all[0] !== undefined) finding.take('trace_id', all[0], alone ? 'what you pasted' : '32 hexadecimal digits')
  const uuid = ANY_UUID.exec(text)?.[0]
  // Beside a trace, only the one that is made of it: any other may name anything.
  if (uuid !== undefined && (all[0] === undefined || all.some((id) => isTraceAsUuid(uuid, id))))
    finding.take('correlation_id', uuid, uuid === text ? 'what you pasted' : 'a UUID')
  if (finding.empty && CORRELATION.test(text)) finding.take('correlation_id', text, 'what you pasted')
  return finding.found(all)
}

/** The first of each wins. */
class Finding {
  readonly #ids: { [name in IdName]: string | null } = { trace_id: null, span_id: null, correlation_id: null }
  readonly #where: Partial<Record<IdName, string>> = {}

  get empty(): boolean {
    return this.#ids.trace_id === null && this.#ids.correlation_id === null
  }

  take(name: IdName, id: string, where: string): void {
    if (this.#ids[name] !== null) return
    this.#ids[name] = name === 'correlation_id' ? id : id.toLowerCase()
    this.#where[name] = where
  }

  /** A span's id says nothing beside another trace. */
  pair(trace: string, span: string, where: string): void {
    this.take('trace_id', trace, where)
    if (this.#ids.trace_id === trace.toLowerCase()) this.take('span_id', span, where)
  }

  field(name: string, value: string): void {
    const plain = name.toLowerCase().replace(/[^a-z]/g, '')
    const where = `the field ${name}`
    if (plain.endsWith('traceid') && TRACE.test(value)) this.take('trace_id', value, where)
    else if (plain.endsWith('spanid') && !plain.endsWith('parentspanid') && SPAN.test(value))
      this.take('span_id', value, where)
    else if (plain.endsWith('correlationid') && CORRELATION.test(value)) this.take('correlation_id', value, where)
    else if (plain.endsWith('traceparent')) {
      const header = TRACEPARENT.exec(value)
      if (header !== null) this.pair(header[1]!, header[2]!, where)
    }
  }

  found(traces: readonly string[]): Found {
    const { trace_id } = this.#ids
    const others = traces.filter((id) => id !== trace_id).slice(0, MOST_OTHERS)
    return { ...this.#ids, where: this.#where, others }
  }
}

/** What is JSON in the text: all of it, or the object of each line, after whatever a container or a shipper put before it. */
function recordsIn(text: string): unknown[] {
  const whole = parsed(text)
  if (whole !== undefined) return [whole]
  return text
    .split('\n', 50)
    .map((line) => (line.includes('{') ? parsed(line.slice(line.indexOf('{'), line.lastIndexOf('}') + 1)) : undefined))
    .filter((record) => record !== undefined)
}

function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Breadth first: what a record says of itself comes before what is inside of it. */
function inFields(record: unknown, finding: Finding, budget: { left: number }): void {
  let level: unknown[] = [record]
  while (level.length > 0) {
    const inner: unknown[] = []
    for (const one of level) {
      if (typeof one !== 'object' || one === null) continue
      for (const [name, value] of Object.entries(one)) {
        if (budget.left-- <= 0) return
        if (typeof value === 'string') finding.field(name, value)
        else inner.push(value)
      }
    }
    level = inner
  }
}

/** Whether the correlation id is the trace id, written as a UUID: what one of ours is that no caller gave (G-10). */
export function isTraceAsUuid(correlation: string, trace: string): boolean {
  return mayBeTrace(correlation) && correlation.replaceAll('-', '').toLowerCase() === asUuid(trace)
}

/** A UUID of version 4: it may stand for a trace, of which it has all but six bits. */
export const mayBeTrace = (correlation: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.test(correlation)

/** The version in the 13th digit, the variant in the two upper bits of the 17th. */
function asUuid(trace: string): string {
  const variant = ((Number.parseInt(trace[16]!, 16) & 3) | 8).toString(16)
  return `${trace.slice(0, 12)}4${trace.slice(13, 16)}${variant}${trace.slice(17)}`.toLowerCase()
}
