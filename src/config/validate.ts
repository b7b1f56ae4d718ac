// Reads a tree by the schema: every fault at once, and the settings with all defaults. It interprets the generated data
// form, so no schema library is loaded at run time. Each faulty value counts as its default, so that what depends on it
// can be judged in the same run.

import { Fault, type FaultCode } from '../base/fault.ts'
import { shownUrl } from './exporters.ts'
import { FORMATS } from './format.ts'
import { interpolate } from './interpolate.ts'
import type { EitherNode, ListNode, MapNode, Node, SectionNode, VariantNode } from './node.ts'
import { nearest } from './spelling.ts'
import { branch, type Leaf, type Origin, type Tree } from './tree.ts'
import { convert, describe, hintFor, quoted, sameType } from './value.ts'
import { clip, place } from './yaml.ts'

export interface Seen {
  readonly path: string
  /** The path as the reference page writes it: `exporters[](otlp).endpoint`. */
  readonly pattern: string
  readonly node: Node
  readonly value: unknown
  /** Undefined for a default. */
  readonly at: Origin | undefined
  readonly variables: readonly string[]
}

export interface ValidateOptions {
  /** Without it `${…}` is ordinary text. */
  readonly env?: NodeJS.ProcessEnv
  /** Called for every leaf, defaults included. */
  readonly visit?: (seen: Seen) => void
}

export interface Validated {
  readonly value: unknown
  readonly faults: Fault[]
}

const ABSENT = Symbol('absent')
const NONE: readonly string[] = []

export function validate(node: Node, tree: Tree | undefined, options: ValidateOptions = {}): Validated {
  const reader = new Validator(node, options)
  const value = reader.read(node, tree, '')
  return { value: value === ABSENT ? undefined : value, faults: reader.faults }
}

class Validator {
  readonly faults: Fault[] = []
  readonly #root: Node
  readonly #env: NodeJS.ProcessEnv | undefined
  readonly #visit: ((seen: Seen) => void) | undefined
  readonly #words = new Map<string, string>()

  constructor(root: Node, options: ValidateOptions) {
    this.#root = root
    this.#env = options.env
    this.#visit = options.visit
  }

  read(node: Node, tree: Tree | undefined, path: string): unknown {
    if (tree === undefined) return this.#absent(node, path)
    switch (node.t) {
      case 'section':
        return this.#section(node, tree, path)
      case 'list':
        return this.#list(node, tree, path)
      case 'map':
        return this.#map(node, tree, path)
      case 'variant':
        return this.#variant(node, tree, path)
      case 'either':
        return this.#either(node, tree, path)
      case 'scalar':
        if (tree.kind === 'list') {
          const items: unknown[] = []
          tree.items.forEach((item, i) => {
            const value = item.kind === 'leaf' ? this.#leaf(node, item, `${path}[${i}]`) : this.#type(node, item, path)
            if (value !== ABSENT) items.push(value)
          })
          return items
        }
        break
    }
    return tree.kind === 'leaf' ? this.#leaf(node, tree, path) : this.#type(node, tree, path)
  }

  #absent(node: Node, path: string): unknown {
    if (node.t === 'section' && node.default !== undefined) return this.#section(node, branch({}), path)
    if (node.t !== 'section') this.#see(path, node, node.default, undefined, NONE)
    return node.default === undefined ? ABSENT : copy(node.default)
  }

  #section(node: SectionNode, tree: Tree, path: string): unknown {
    if (tree.kind !== 'map') {
      this.#type(node, tree, path)
      return node.optional ? ABSENT : this.#section(node, branch({}), path)
    }
    for (const [key, entry] of tree.entries) {
      if (!Object.hasOwn(node.of, key)) this.#unknown(node, key, entry.at, path)
    }
    const value: Record<string, unknown> = {}
    for (const key of Object.keys(node.of)) {
      const inner = node.of[key]!
      const entry = tree.entries.get(key)
      const given = entry && !(entry.value.kind === 'leaf' && entry.value.value === null) ? entry.value : undefined
      const keyPath = path ? `${path}.${key}` : key
      if (given === undefined && inner.default === undefined && !inner.optional) {
        this.#fault('CONFIG_MISSING', keyPath, entry?.at ?? tree.at, undefined, describe(inner))
        value[key] = neutral(inner)
        continue
      }
      const read = this.read(inner, given, keyPath)
      if (read !== ABSENT) value[key] = read
    }
    return value
  }

  #list(node: ListNode, tree: Tree, path: string): unknown {
    if (tree.kind !== 'list') return this.#type(node, tree, path)
    const items: unknown[] = []
    tree.items.forEach((item, i) => {
      const value = this.read(node.of, item, `${path}[${i}]`)
      if (value !== ABSENT) items.push(value)
    })
    if (node.min !== undefined && tree.items.length < node.min) {
      this.#fault('CONFIG_VALUE', path, tree.at, 'an empty list', `at least ${node.min}`)
    }
    if (node.rising) {
      const wrong = items.findIndex((item, i) => i > 0 && !((item as number) > (items[i - 1] as number)))
      if (wrong > 0) {
        const found = `${items[wrong]} after ${items[wrong - 1]}`
        this.#fault('CONFIG_VALUE', `${path}[${wrong}]`, tree.items[wrong]?.at ?? tree.at, found, 'numbers that rise')
      }
    }
    if (items.length === 0) this.#see(path, node, items, tree.at, NONE)
    return items
  }

  #map(node: MapNode, tree: Tree, path: string): unknown {
    if (tree.kind !== 'map') return this.#type(node, tree, path)
    const pairs: [string, unknown][] = []
    for (const [key, entry] of tree.entries) {
      const format = FORMATS[node.key]
      const keyPath = `${path}[${key}]`
      if (!format.pattern.test(key) || key === '__proto__') {
        this.#fault('CONFIG_VALUE', path, entry.at, clip(key), format.allowed)
        continue
      }
      const value = this.read(node.of, entry.value, keyPath)
      if (value !== ABSENT) pairs.push([key, value])
    }
    if (pairs.length === 0) this.#see(path, node, {}, tree.at, NONE)
    return Object.fromEntries(pairs)
  }

  #variant(node: VariantNode, tree: Tree, path: string): unknown {
    if (tree.kind !== 'map') return this.#type(node, tree, path)
    const words = Object.keys(node.of)
    const by = tree.entries.get(node.by)
    const wordPath = `${path}.${node.by}`
    if (by?.value.kind !== 'leaf' || by.value.value === null) {
      if (by && by.value.kind !== 'leaf') this.#type({ t: 'choice', of: words }, by.value, wordPath)
      else this.#fault('CONFIG_MISSING', wordPath, by?.at ?? tree.at, undefined, words.join(', '))
      return ABSENT
    }
    const probe = new Validator(node, this.#env ? { env: this.#env } : {})
    const word = probe.#leaf({ t: 'choice', of: words }, by.value, wordPath)
    this.faults.push(...probe.faults)
    if (probe.faults.length > 0) return ABSENT
    this.#words.set(path, word as string)
    return this.#section(node.of[word as string]!, tree, path)
  }

  #either(node: EitherNode, tree: Tree, path: string): unknown {
    if (tree.kind === 'list') return this.#list(node.list, tree, path)
    if (tree.kind === 'leaf') return this.#leaf(node.word, tree, path)
    return this.#type(node, tree, path)
  }

  #leaf(node: Node, tree: Leaf, path: string): unknown {
    let { value, loose } = tree
    let variables = NONE
    if (typeof value === 'string' && !tree.at.variable && this.#env && value.includes('${')) {
      const result = interpolate(value, this.#env)
      variables = result.variables
      if (result.malformed !== undefined) {
        const hint = 'Write ${NAME} or ${NAME:-default}; a literal ${ is written $${.'
        this.#fault('CONFIG_VALUE', path, tree.at, clip(result.malformed), 'the name of a variable in ${…}', hint)
        return fallback(node)
      }
      if (result.unset !== undefined) {
        if (node.omit) return ABSENT
        this.#fault('CONFIG_UNSET_VARIABLE', path, tree.at, `\${${result.unset}}`)
        return fallback(node)
      }
      if (node.omit && result.text === '') return ABSENT
      value = result.text
      loose = variables.length > 0
    }
    const read = convert(node, value, loose)
    if (read === undefined) {
      const written = tree.at.variable ? tree.raw : quoted(tree)
      const found = node.secret
        ? '(hidden)'
        : clip(node.t === 'text' && node.as === 'url' ? shownUrl(written) : written)
      const code = sameType(node, value) ? 'CONFIG_VALUE' : 'CONFIG_TYPE'
      this.#fault(code, path, tree.at, found, describe(node), hintFor(node, tree, value, loose))
      return fallback(node)
    }
    this.#see(path, node, read, tree.at, variables)
    return read
  }

  #type(node: Node, tree: Tree, path: string): unknown {
    const found =
      tree.kind === 'leaf'
        ? node.secret
          ? '(hidden)'
          : clip(quoted(tree))
        : tree.kind === 'list'
          ? 'a list'
          : 'keys and values'
    this.#fault('CONFIG_TYPE', path, tree.at, found, describe(node))
    return fallback(node)
  }

  #unknown(node: SectionNode, key: string, at: Origin, path: string): void {
    const meant = nearest(key, Object.keys(node.of)) ?? elsewhere(this.#root, key)
    const hint = meant ? `Did you mean ${meant}?` : undefined
    const allowed = meant ? undefined : clipList(Object.keys(node.of))
    this.#fault('CONFIG_UNKNOWN_KEY', path ? `${path}.${key}` : key, at, undefined, allowed, hint)
  }

  #see(path: string, node: Node, value: unknown, at: Origin | undefined, variables: readonly string[]): void {
    if (!this.#visit) return
    let pattern = path
    for (const [start, word] of this.#words) {
      if (path.startsWith(`${start}.`)) pattern = `${start}(${word})${path.slice(start.length)}`
    }
    this.#visit({ path, pattern: pattern.replace(/\[\d+\]/g, '[]'), node, value, at, variables })
  }

  #fault(code: FaultCode, subject: string, at: Origin, found?: string, allowed?: string, hint?: string): void {
    const where = place(at)
    this.faults.push(
      new Fault(at.variable ? 'ENV_VALUE' : code, {
        subject: at.variable ?? subject,
        ...(found !== undefined && { found }),
        ...(allowed !== undefined && { allowed }),
        ...(hint !== undefined && { hint }),
        ...(where && { where }),
      }),
    )
  }
}

/** What stands in for a value that was refused, so that reading goes on. */
function fallback(node: Node): unknown {
  return node.default !== undefined ? copy(node.default) : node.optional ? ABSENT : neutral(node)
}

function neutral(node: Node): unknown {
  if (node.t === 'list') return []
  if (node.t === 'map' || node.t === 'section') return {}
  if (node.t === 'number' || node.t === 'duration') return 0
  if (node.t === 'flag') return false
  if (node.t === 'choice') return node.of[0]
  return node.t === 'text' ? '' : ABSENT
}

function clipList(words: readonly string[]): string {
  return words.length > 12 ? `${words.slice(0, 12).join(', ')}, …` : words.join(', ')
}

/** Where a key that stands in the wrong section belongs: of all places of that name, the one that holds most. */
function elsewhere(root: Node, key: string): string | undefined {
  const waiting: [string, Node][] = [['', root]]
  let best: string | undefined
  let most = -1
  for (const [path, node] of waiting) {
    if (node.t !== 'section') continue
    for (const [name, inner] of Object.entries(node.of)) {
      const full = path ? `${path}.${name}` : name
      const holds = inner.t === 'section' ? Object.keys(inner.of).length : 0
      if (name === key && holds > most) {
        best = full
        most = holds
      }
      waiting.push([full, inner])
    }
  }
  return best
}

/** Settings are the caller's to keep: a default is never shared. */
function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy)
  return typeof value === 'object' && value !== null ? { ...value } : value
}
