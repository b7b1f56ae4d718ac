// What a question may be asked with: each parameter knows its JSON Schema, what it allows in words, and how its text is
// read. The OpenAPI document and the reading of a request come from the same table, so they cannot disagree.
import { Fault } from '../../base/fault.ts'
import { CONDITION_GRAMMAR, type Condition, parseCondition } from '../../store/condition.ts'
import type { JsonSchema } from '../open-api.ts'

export interface Parameter<T> {
  readonly description: string
  readonly schema: JsonSchema
  /** In words, for the fault. */
  readonly allowed: string
  /** Undefined when the text is not allowed. `now`: float epoch milliseconds. */
  readonly read: (text: string, now: number) => T | undefined
  /** May be given several times; at most so often. */
  readonly many?: number
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>

/** What was given, by name; undefined where nothing was. */
export type Values<P extends Parameters> = {
  readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T | undefined : never
}

const LONGEST = 500

export function text(description: string): Parameter<string> {
  return {
    description,
    schema: { type: 'string', minLength: 1, maxLength: LONGEST },
    allowed: `1 to ${LONGEST} characters`,
    read: (given) => (given.length > 0 && given.length <= LONGEST ? given : undefined),
  }
}

export function hex(description: string, digits: number): Parameter<string> {
  const pattern = new RegExp(`^[0-9a-fA-F]{${digits}}$`)
  return {
    description,
    schema: { type: 'string', pattern: pattern.source },
    allowed: `${digits} hexadecimal digits`,
    read: (given) => (pattern.test(given) ? given.toLowerCase() : undefined),
  }
}

export function oneOf<const T extends string>(description: string, words: readonly T[], fallback?: T): Parameter<T> {
  return {
    description,
    schema: { type: 'string', enum: words, ...(fallback !== undefined && { default: fallback }) },
    allowed: words.join(', '),
    read: (given) => words.find((word) => word === given),
  }
}

/** Beyond its bounds it is refused: figures clamp (ruling 35), addresses for administrators owe a code of their own (G-28). */
export function whole(description: string, least: number, most: number, fallback?: number): Parameter<number> {
  return {
    description,
    schema: { type: 'integer', minimum: least, maximum: most, ...(fallback !== undefined && { default: fallback }) },
    allowed: `a whole number from ${least} to ${most}`,
    read(given) {
      const number = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN
      return number >= least && number <= most ? number : undefined
    },
  }
}

export function milliseconds(description: string): Parameter<number> {
  return {
    description,
    schema: { type: 'number', minimum: 0 },
    allowed: 'a number of milliseconds, 0 or more',
    read: (given) => (/^\d{1,15}(\.\d{1,9})?$/.test(given) ? Number(given) : undefined),
  }
}

export const flag = (description: string): Parameter<boolean> => ({
  description,
  schema: { type: 'boolean', default: false },
  allowed: 'true, false',
  read: (given) => (given === 'true' ? true : given === 'false' ? false : undefined),
})

const AGO = /^-(\d{1,9})(ms|s|m|h|d)$/
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/

/** A moment in float epoch milliseconds. */
export function moment(description: string): Parameter<number> {
  return {
    description: `${description} Float milliseconds since the epoch, an ISO 8601 time with its zone, or a time ago such as -15m.`,
    schema: { type: 'string', examples: ['1767225600000', '2026-01-01T00:00:00Z', '-15m'] },
    allowed:
      'milliseconds since the epoch, an ISO 8601 time with its zone, or a time ago such as -15m (ms, s, m, h, d)',
    read(given, now) {
      if (/^\d{1,15}(\.\d{1,9})?$/.test(given)) return Number(given)
      const ago = AGO.exec(given)
      if (ago !== null) return now - Number(ago[1]) * UNITS[ago[2]!]!
      const time = ISO.test(given) ? Date.parse(given) : Number.NaN
      return Number.isNaN(time) ? undefined : time
    },
  }
}

const MOST_CONDITIONS = 20

export const conditions: Parameter<readonly Condition[]> = {
  description: `Condition on an attribute, given up to ${MOST_CONDITIONS} times; all must hold. ${CONDITION_GRAMMAR}. Such as http.response.status_code>=500.`,
  schema: { type: 'array', items: { type: 'string' }, maxItems: MOST_CONDITIONS },
  allowed: CONDITION_GRAMMAR,
  many: MOST_CONDITIONS,
  // A condition that is none throws its own fault.
  read: (given) => [parseCondition(given)],
}

/** Names, each given once. */
export function names(description: string, most: number): Parameter<readonly string[]> {
  const one = text(description)
  return {
    description: `${description} Given up to ${most} times.`,
    schema: { type: 'array', items: one.schema, maxItems: most },
    allowed: one.allowed,
    many: most,
    read(given, now) {
      const read = one.read(given, now)
      return read === undefined ? undefined : [read]
    },
  }
}

/** A range that is not empty; throws QUERY_PARAMETER for one that ends before it begins. */
export function refuseEmpty({ from, to }: { readonly from?: number; readonly to?: number }, now: number): void {
  if (from !== undefined && from >= (to ?? now)) throw fault('from', String(from), `a time before ${to ?? now}`)
}

/** Reads what was given; throws QUERY_PARAMETER for what is unknown, given twice or not allowed. */
export function readParameters<P extends Parameters>(parameters: P, given: URLSearchParams, now: number): Values<P> {
  const values: Record<string, unknown> = {}
  for (const name of new Set(given.keys())) {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name]! : undefined
    if (parameter === undefined) throw fault(name, 'an unknown parameter', Object.keys(parameters).join(', ') || 'none')
    const all = given.getAll(name)
    const most = parameter.many ?? 1
    if (all.length > most) throw fault(name, `it ${all.length} times`, `at most ${most}`)
    const read = all.map((one) => readParameter(name, parameter, one, now))
    values[name] = parameter.many ? read.flat() : read[0]
  }
  return values as Values<P>
}

export function readParameter<T>(name: string, parameter: Parameter<T>, given: string, now: number): T {
  const value = parameter.read(given, now)
  if (value === undefined) throw fault(name, given.slice(0, 100), parameter.allowed)
  return value
}

export function fault(subject: string, found: string, allowed: string): Fault {
  return new Fault('QUERY_PARAMETER', { subject: subject.slice(0, 100), found, allowed })
}
