// What every decoder throws, and the only thing: a sentence about what is wrong, and the path to where.

export class MalformedOtlp extends Error {
  readonly what: string
  /** Such as `resourceSpans[0].scopeSpans[1].spans[7].traceId`; empty for the message as a whole. */
  readonly where: string

  constructor(what: string, where = '') {
    super(where === '' ? what : `${where}: ${what}`)
    this.name = 'MalformedOtlp'
    this.what = what
    this.where = where
  }
}

/** The same fault seen from one level further out. Anything else becomes a fault, so that decoders throw nothing else. */
export function within(error: unknown, step: string): MalformedOtlp {
  if (!(error instanceof MalformedOtlp)) return new MalformedOtlp('cannot be read', step)
  const { where } = error
  return new MalformedOtlp(error.what, where === '' ? step : where[0] === '[' ? step + where : `${step}.${where}`)
}

export interface Limits {
  /** Nesting of values in attributes and bodies. */
  readonly depth: number
  /** Spans, log records or data points in one request. */
  readonly records: number
  /** Attributes, events, links, buckets of one record, entries of one value: each list. */
  readonly list: number
  /** Resources and scopes in one request. */
  readonly groups: number
}

export const LIMITS: Limits = { depth: 32, records: 200_000, list: 10_000, groups: 20_000 }
