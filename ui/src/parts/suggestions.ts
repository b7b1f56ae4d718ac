// What a half-written filter may become.
import type { AttributeRow, Facet } from '../../../src/store/answers.ts'
import type { FilterField } from './filters.tsx'

export interface Suggestion {
  readonly id: string
  readonly title: string
  readonly text: string
  readonly count?: number
  readonly set?: { readonly name: string; readonly value: string }
  /** Goes into the field instead, to be gone on with. */
  readonly begin?: string
}

const MOST = 40
const CONDITION = /^!?[^=!<>~\s]+\s*((!=|!~|>=|<=|=|>|<|~)\s*\S[\s\S]*)?$/
const UNITS: Readonly<Record<string, number>> = { us: 0.001, µs: 0.001, ms: 1, s: 1000, m: 60_000, min: 60_000 }

export function suggestionsFor(
  text: string,
  fields: readonly FilterField[],
  facets: readonly Facet[],
  attributes: readonly AttributeRow[],
): Suggestion[] {
  const words = text.trim()
  const many = fields.find((field) => field.many)
  const choices = fields.flatMap((field) => valuesOf(field, facets))
  const offered = attributes.flatMap((row) => (many ? conditionsOf(row, many) : []))
  const coded = facets.filter(({ key }) => !fields.some((field) => (field.facet ?? field.name) === key))
  if (many) for (const facet of coded) choices.push(...conditionsOf(facet, many))
  if (words === '') return [...choices.filter(({ count }) => count !== 0).slice(0, MOST)]
  const found = matching(words, choices)
  // A value written out is meant: `error` is the status before it is a part of a name.
  const meant = found.filter(({ text }) => text.toLowerCase() === words.toLowerCase())
  const further = found.filter((choice) => !meant.includes(choice))
  return [...meant, ...typed(words, fields, many, attributes), ...further, ...matching(words, offered)].slice(0, MOST)
}

function valuesOf({ name, title, facet = name, values }: FilterField, facets: readonly Facet[]): Suggestion[] {
  const known =
    facets.find(({ key }) => key === facet)?.values ?? values?.map((value) => ({ value, count: undefined })) ?? []
  return known.map(({ value, count }) => ({
    id: `${name}=${value}`,
    title,
    text: value,
    ...(count !== undefined && { count }),
    set: { name, value },
  }))
}

function conditionsOf({ key, values }: Pick<AttributeRow, 'key' | 'values'>, { name }: FilterField): Suggestion[] {
  return values.map(({ value, count }) => {
    const condition = `${key}=${/^\s|\s$|^"/.test(value) ? JSON.stringify(value) : value}`
    return { id: `${name} ${condition}`, title: key, text: value, count, set: { name, value: condition } }
  })
}

/** What the words are by their form: a duration, a condition, or a part of a text. */
function typed(
  words: string,
  fields: readonly FilterField[],
  many: FilterField | undefined,
  attributes: readonly AttributeRow[],
): Suggestion[] {
  const found: Suggestion[] = []
  const duration = /^([<>])=?\s*(\d+(?:\.\d+)?)\s*(µs|us|ms|s|min|m)?$/.exec(words)
  const bound = duration && fields.find(({ sign }) => sign === duration[1])
  if (duration && bound) {
    const value = String(Number(duration[2]) * UNITS[duration[3] ?? 'ms']!)
    found.push({
      id: 'duration',
      title: bound.title,
      text: `${duration[1]} ${value} ms`,
      set: { name: bound.name, value },
    })
  }
  const free = fields.find((field) => field.free)
  const asked = CONDITION.exec(words)
  const condition =
    many && asked?.[1]
      ? { id: `typed ${words}`, title: 'Attribute', text: words, set: { name: many.name, value: words } }
      : null
  if (condition) found.push(condition)
  if (free && !condition && !duration)
    found.push({
      id: 'free',
      title: `${free.title} ${free.verb ?? 'is'}`,
      text: words,
      set: { name: free.name, value: words },
    })
  if (many && !condition && /^[\w.]+$/.test(words)) {
    for (const { key } of attributes.filter((row) => row.key.startsWith(words)).slice(0, 6))
      found.push({ id: `key ${key}`, title: 'Attribute', text: `${key}=…`, begin: `${key}=` })
  }
  return found
}

/** `service: api`, `service=api` and `api` all find the value `api` of the service. */
function matching(words: string, choices: readonly Suggestion[]): Suggestion[] {
  const lower = words.toLowerCase()
  const split = /^([^=:]+)\s*[=:]\s*(.*)$/.exec(lower)
  return choices.filter(({ title, text, set }) => {
    if (split && (title.toLowerCase().startsWith(split[1]!) || set?.name.startsWith(split[1]!)))
      return text.toLowerCase().includes(split[2]!)
    return text.toLowerCase().includes(lower) || title.toLowerCase().startsWith(lower)
  })
}
