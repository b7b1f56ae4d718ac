// Finds the one thing that belongs to a set of attributes, whatever their order, by walking a trie of Maps from key to
// value to key: a joined string would merge distinct sets.
//
//   root ─'method'─► · ─'GET'─► · ─'status'─► · ─200─► leaf
//
// Scalars are Map keys as they are (1, '1' and true stay distinct); lists, objects and bytes go by their JSON text
// behind a symbol, so that no string equals them.
import type { Flat, Value } from '../model/attribute.ts'

const COMPLEX = Symbol('complex')

class Node<T> {
  readonly parent: Node<T> | null
  readonly key: unknown
  next: Map<unknown, Node<T>> | null = null
  leaf: T | null = null

  constructor(parent: Node<T> | null, key: unknown) {
    this.parent = parent
    this.key = key
  }

  step(key: unknown): Node<T> {
    this.next ??= new Map()
    let node = this.next.get(key)
    if (node === undefined) {
      node = new Node<T>(this, key)
      this.next.set(key, node)
    }
    return node
  }
}

export class AttributeTrie<T extends object> {
  readonly #root = new Node<T>(null, undefined)
  readonly #places = new Map<T, Node<T>>()

  get size(): number {
    return this.#places.size
  }

  values(): IterableIterator<T> {
    return this.#places.keys()
  }

  /** The thing at these attributes, made by `create` when there is none yet. A key given twice counts by its last value. */
  of(attributes: Flat, create: () => T): T {
    let node = this.#root
    for (const [key, value] of sorted(attributes)) {
      node = node.step(key)
      node =
        typeof value === 'object' && value !== null ? node.step(COMPLEX).step(canonicalText(value)) : node.step(value)
    }
    if (node.leaf === null) {
      node.leaf = create()
      this.#places.set(node.leaf, node)
    }
    return node.leaf
  }

  delete(thing: T): void {
    let node: Node<T> | null | undefined = this.#places.get(thing)
    if (node === undefined) return
    this.#places.delete(thing)
    node.leaf = null
    while (node?.parent && node.leaf === null && (node.next === null || node.next.size === 0)) {
      node.parent.next!.delete(node.key)
      node = node.parent
    }
  }
}

function sorted(attributes: Flat): Map<string, Value> {
  const keys: string[] = []
  for (let i = 0; i < attributes.length; i += 2) keys.push(attributes[i] as string)
  keys.sort()
  const pairs = new Map<string, Value>()
  for (const key of keys) pairs.set(key, null)
  for (let i = 0; i < attributes.length; i += 2) pairs.set(attributes[i] as string, attributes[i + 1] as Value)
  return pairs
}

/** JSON with sorted keys; bigint and bytes keep their kind. */
export function canonicalText(value: Value): string {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '0' : (JSON.stringify(value) ?? 'null')
  if (value instanceof Uint8Array) return `bytes(${Buffer.from(value).toString('hex')})`
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(canonicalText).join()}]`
  const object = value as { readonly [key: string]: Value }
  return `{${Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(object[key]!)}`)
    .join()}}`
}
