// One condition on an attribute, as people type it:
//   http.route=/orders/:id   http.response.status_code>=500   db.query.text~select   !user.id   error.type
// A key is looked up on the record first, then on its resource; `resource.` before it asks the resource alone.
import { Fault } from '../base/fault.ts'
import type { Flat, Value } from '../model/attribute.ts'
import { plainText } from './plain.ts'

export type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=' | '~' | '!~' | 'exists' | 'absent'

export interface Condition {
  readonly key: string
  readonly operator: Operator
  readonly value: string
}

export const CONDITION_GRAMMAR = 'key, !key, or key and value with one of = != > >= < <= ~ !~ between them'

const WRITTEN = /^(!?)([^=!<>~\s]+)\s*(?:(!=|!~|>=|<=|=|>|<|~)\s*([\s\S]*))?$/

/** Throws QUERY_PARAMETER when the text is no condition. */
export function parseCondition(text: string): Condition {
  const match = WRITTEN.exec(text.trim())
  const [, not, key, operator, value] = match ?? []
  if (key === undefined || (not && operator)) {
    throw new Fault('QUERY_PARAMETER', { subject: 'attribute', found: text.slice(0, 200), allowed: CONDITION_GRAMMAR })
  }
  if (operator === undefined) return { key, operator: not ? 'absent' : 'exists', value: '' }
  const quoted = /^"([\s\S]*)"$/.exec(value!.trim())
  return { key, operator: operator as Operator, value: quoted ? quoted[1]! : value!.trim() }
}

/** All conditions hold for one record: `lists` are its attributes, most specific first; `resource` its sender's. */
export function holds(conditions: readonly Condition[], lists: readonly (Flat | null)[], resource: Flat): boolean {
  for (const condition of conditions) if (!judge(condition, find(condition.key, lists, resource))) return false
  return true
}

function find(key: string, lists: readonly (Flat | null)[], resource: Flat): Value | undefined {
  for (const flat of lists) {
    const value = lastValue(flat, key)
    if (value !== undefined) return value
  }
  const own = lastValue(resource, key)
  return own === undefined && key.startsWith('resource.') ? lastValue(resource, key.slice(9)) : own
}

/** The last one wins, as in the JSON that we show. */
function lastValue(flat: Flat | null, key: string): Value | undefined {
  if (flat === null) return undefined
  for (let i = flat.length - 2; i >= 0; i -= 2) if (flat[i] === key) return flat[i + 1]
  return undefined
}

function judge(condition: Condition, value: Value | undefined): boolean {
  const { operator } = condition
  if (operator === 'exists') return value !== undefined
  if (operator === 'absent') return value === undefined
  if (operator === '!=') return value === undefined || !equal(value, condition.value)
  if (operator === '!~') return value === undefined || !contains(value, condition.value)
  if (value === undefined) return false
  if (operator === '=') return equal(value, condition.value)
  if (operator === '~') return contains(value, condition.value)
  return ordered(operator, compare(value, condition.value))
}

function equal(value: Value, text: string): boolean {
  if (typeof value === 'number') return text !== '' && value === Number(text)
  return plainText(value) === text
}

function contains(value: Value, text: string): boolean {
  return plainText(value).toLowerCase().includes(text.toLowerCase())
}

/** Numbers by size, everything else by code unit; NaN when a number is asked for and the text is none. */
function compare(value: Value, text: string): number {
  if (typeof value === 'number' || typeof value === 'bigint')
    return text === '' ? Number.NaN : Number(value) - Number(text)
  const own = plainText(value)
  return own < text ? -1 : own > text ? 1 : 0
}

function ordered(operator: Operator, difference: number): boolean {
  if (operator === '>') return difference > 0
  if (operator === '>=') return difference >= 0
  if (operator === '<') return difference < 0
  return difference <= 0
}
