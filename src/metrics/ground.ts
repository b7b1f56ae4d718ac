// What all metrics of a registry stand on: its limits, its ledger, and what becomes of a label value before a series has it.
import type { Scalar, Value } from '../model/attribute.ts'
import type { Ledger } from './ledger.ts'

/** Label values by name. What is not a string, number or boolean is refused under declared labels. */
export type Labels = Readonly<Record<string, unknown>>

export interface Limits {
  /** Series per metric, the overflow series not counted. */
  readonly series: number
  /** Entries in the maps of one metric. */
  readonly nodes: number
  /** Characters of a label value; longer ones are cut. */
  readonly valueLength: number
  /** Series of all metrics of the registry together. */
  readonly total: number
}

/** What may not leave the process in a label value; judged once per series, not per call. */
export type RedactValue = (key: string, value: string) => string

/** What all series of a registry share. */
export interface Ground {
  readonly ledger: Ledger
  limits: Limits
  /** How many series there are now, overflow series not counted. */
  total: number
  redact: RedactValue
  readonly now: () => number
}

/** Redacted, cut, and without lone surrogates. */
export function cleanText(ground: Ground, key: string, text: string): string {
  const { limits, redact } = ground
  const whole = redact(key, text)
  if (whole.length <= limits.valueLength) return wellFormed(whole)
  // A copy: V8 keeps the whole text that a slice was cut from. Half a surrogate pair at the cut becomes U+FFFD.
  return Buffer.from(whole.slice(0, limits.valueLength)).toString()
}

/** A value of any attribute: scalars as they are, arrays and records copied, undefined, null and functions left out. */
export function anyValue(ground: Ground, key: string, value: unknown): Value | undefined {
  switch (typeof value) {
    case 'string':
      return cleanText(ground, key, value)
    case 'number':
    case 'boolean':
    case 'bigint':
      return value as Scalar
    case 'object':
      try {
        const copy = JSON.stringify(value, (_, each) =>
          typeof each === 'string' ? cleanText(ground, key, each) : each,
        )
        return value === null ? undefined : (JSON.parse(copy) as Value)
      } catch {
        return undefined
      }
    default:
      return undefined
  }
}

const WHOLE = /^(0|-?[1-9]\d{0,14})$/

/** What OTLP sends as an int is kept as a number; anything else stays text. */
export function wholeNumber(text: string): number | string {
  return WHOLE.test(text) ? Number(text) : text
}

/** Lone surrogates would become one and the same U+FFFD on the wire, and two series one. */
function wellFormed(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0xd800 && code <= 0xdfff) return Buffer.from(text, 'utf8').toString('utf8')
  }
  return text
}
