// One row of the table of effects: a key, two values of it, what to look at, and what must be seen with each.
import type { Node } from '../../../src/config/node.ts'
import { SCHEMA } from '../../../src/config/schema.gen.ts'
import type { Service } from './service.ts'

export type Settings = Readonly<Record<string, unknown>>

export interface Row {
  /** Leaf keys as `isActive` takes them. More than one when they stand or fall together, such as the type of an exporter. */
  readonly keys: readonly string[]
  readonly from: Settings
  readonly to: Settings
  readonly env?: NodeJS.ProcessEnv
  readonly files?: Readonly<Record<string, string>>
  readonly look: (service: Service) => unknown
  /** What is seen with `from` and with `to`, whole. */
  readonly sees: readonly [unknown, unknown]
}

/** Leaf keys of the schema below `node`. */
export function leaves(node: Node = SCHEMA, path = ''): string[] {
  switch (node.t) {
    case 'section':
      return Object.entries(node.of).flatMap(([key, inner]) => leaves(inner, path ? `${path}.${key}` : key))
    case 'list':
      return node.of.t === 'section' || node.of.t === 'variant' ? leaves(node.of, `${path}[]`) : [path]
    case 'variant':
      return Object.entries(node.of).flatMap(([word, section]) => leaves(section, `${path}(${word})`))
    default:
      return [path]
  }
}

/** `settings` with `value` at a dotted path such as `a.b[0].c`; undefined takes the key out. */
export function put(settings: Settings, path: string, value: unknown): Settings {
  // Not structuredClone: what two places share would stay shared.
  const copy = JSON.parse(JSON.stringify(settings)) as Record<string, unknown>
  const steps = [...path.matchAll(/[^.[\]]+/g)].map(([step]) => step)
  let here: Record<string, unknown> = copy
  steps.slice(0, -1).forEach((step, i) => {
    here[step] ??= /^\d+$/.test(steps[i + 1]!) ? [] : {}
    here = here[step] as Record<string, unknown>
  })
  if (value === undefined) delete here[steps.at(-1)!]
  else here[steps.at(-1)!] = value
  return copy
}

/** The leaf keys in which two settings differ, so that a row cannot change more than it names. */
export function differences(from: unknown, to: unknown, node: Node = SCHEMA, path = ''): string[] {
  const [a, b] = [flat(from, node, path), flat(to, node, path)]
  const keys = new Set([...a.keys(), ...b.keys()])
  const found = [...keys].filter((key) => JSON.stringify(a.get(key)) !== JSON.stringify(b.get(key)))
  return [...new Set(found.map((key) => key.replace(/\[\d+\]/g, '[]')))].sort()
}

function flat(value: unknown, node: Node, path: string, into = new Map<string, unknown>()): Map<string, unknown> {
  if (value === undefined) return into
  if (node.t === 'section') {
    for (const [key, inner] of Object.entries(value as object))
      flat(inner, node.of[key]!, path ? `${path}.${key}` : key, into)
  } else if (node.t === 'variant') {
    const word = (value as Record<string, string>)[node.by]!
    flat(value, node.of[word]!, `${path}(${word})`, into)
  } else if (node.t === 'list' && (node.of.t === 'section' || node.of.t === 'variant'))
    (value as unknown[]).forEach((item, i) => {
      flat(item, (node as { of: Node }).of, `${path}[${i}]`, into)
    })
  else into.set(path, value)
  return into
}

export interface Extra {
  readonly env?: NodeJS.ProcessEnv
  readonly files?: Readonly<Record<string, string>>
  /** Settings that both runs share. */
  readonly base?: Settings
  /** Where the value is written; `key` without its parts in parentheses and with `[0]` unless given. */
  readonly at?: string
}

/** A row about one key; undefined as a value leaves the key out. */
export function row(
  key: string,
  values: readonly [unknown, unknown],
  look: Row['look'],
  sees: Row['sees'],
  extra: Extra = {},
): Row {
  const at = extra.at ?? key.replace(/\(\w+\)/g, '').replaceAll('[]', '[0]')
  const { base = {}, env, files } = extra
  const [from, to] = [put(base, at, values[0]), put(base, at, values[1])]
  return { keys: [key], from, to, look, sees, ...(env && { env }), ...(files && { files }) }
}
