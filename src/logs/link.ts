// What ties a line to its trace: ids, correlation id, tenant, and the name of the span. The text is built once per span
// and request and repeated for its further lines (200 ns once, then a few comparisons).
import { hex32, spanIdHex, traceIdHex } from '../base/ids.ts'
import { correlationIdOf } from '../context/correlation.ts'
import type { Frame } from '../context/frame.ts'
import type { Flat } from '../model/attribute.ts'
import type { LogRecord } from '../model/log.ts'
import { shownText } from '../redact/cut.ts'

export interface LinkFields {
  trace_id?: string
  span_id?: string
  /** Two hexadecimal digits, as in traceparent. */
  trace_flags?: string
  span?: string
  correlation_id?: string
  tenant?: string
}

export function linkFields(frame: Frame | undefined, spanName: boolean): LinkFields {
  const fields: LinkFields = {}
  if (frame === undefined) return fields
  if (frame.hasTrace) {
    fields.trace_id = traceIdHex(frame.t0, frame.t1, frame.t2, frame.t3)
    fields.span_id = spanIdHex(frame.s0, frame.s1)
    fields.trace_flags = hex32(frame.flags & 0xff).slice(6)
    const name = frame.span?.name
    if (spanName && name !== undefined && name !== '') fields.span = shownText(name)
  }
  if (isCorrelated(frame)) {
    const id = correlationIdOf(frame)
    // A caller may have sent anything for one.
    fields.correlation_id = frame.correlationId === null ? id : shownText(id)
  }
  if (frame.tenant !== null) fields.tenant = frame.tenant
  return fields
}

/** The current ids in the record; what a record has no field for goes among its attributes. */
export function linkRecord(record: LogRecord, frame: Frame | undefined, attributes: Flat): void {
  if (frame === undefined) return
  frame.link(record)
  if (isCorrelated(frame) && !attributes.includes('correlation_id'))
    attributes.push('correlation_id', correlationIdOf(frame))
  if (frame.tenant !== null && !attributes.includes('tenant')) attributes.push('tenant', frame.tenant)
}

/** Whose id is known without making one up (G-10): the caller gave it, or the trace does. */
function isCorrelated(frame: Frame): boolean {
  return frame.correlationId !== null || frame.hasTrace
}

/** What lines of one frame are given. */
export class Link {
  /** JSON members, each with a comma before it: what pino puts between its own. */
  readonly text: string
  readonly correlation: string | undefined
  readonly tenant: string | undefined

  constructor(fields: LinkFields) {
    let text = ''
    for (const key of Object.keys(fields) as (keyof LinkFields)[]) text += `,"${key}":${JSON.stringify(fields[key])}`
    this.text = text
    this.correlation = fields.correlation_id
    this.tenant = fields.tenant
  }
}

const NO_LINK = new Link({})

/** The link of the frame asked for last is kept. */
export class Links {
  readonly #spanName: boolean
  #frame: Frame | undefined
  #span: unknown = null
  #s0 = 0
  #s1 = 0
  #correlation: string | null = null
  #tenant: string | null = null
  #link = NO_LINK

  constructor(spanName: boolean) {
    this.#spanName = spanName
  }

  of(frame: Frame): Link {
    if (
      frame === this.#frame &&
      frame.s0 === this.#s0 &&
      frame.s1 === this.#s1 &&
      frame.span === this.#span &&
      frame.correlationId === this.#correlation &&
      frame.tenant === this.#tenant
    )
      return this.#link
    const link = new Link(linkFields(frame, this.#spanName))
    this.#frame = frame
    this.#s0 = frame.s0
    this.#s1 = frame.s1
    this.#span = frame.span
    this.#correlation = frame.correlationId
    this.#tenant = frame.tenant
    this.#link = link
    return link
  }
}
