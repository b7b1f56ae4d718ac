// YAML text to a tree with the place of every key and value. All that can be wrong with the text itself is found here:
// syntax, tabs, keys that stand twice, several documents, aliases that grow without bound.
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml'
import { Fault, type FaultPlace } from '../base/fault.ts'
import { type Branch, branch, leaf, type Origin, type Tree } from './tree.ts'

const MAX_BYTES = 1_048_576
const MAX_NODES = 50_000
const MAX_DEPTH = 64

export interface Parsed {
  readonly tree: Branch
  readonly faults: Fault[]
  /** False when the text is not keys and values at all: then nothing more can be said about it. */
  readonly readable: boolean
}

export function parseYaml(text: string, file: string): Parsed {
  return new Reader(file).read(text)
}

class Reader {
  readonly #file: string
  readonly #lines = new LineCounter()
  readonly #faults: Fault[] = []
  #document: Document | undefined
  #nodes = 0

  constructor(file: string) {
    this.#file = file
  }

  read(text: string): Parsed {
    const start: Origin = { file: this.#file, line: 1, column: 1 }
    const empty = branch(start)
    if (text.length > MAX_BYTES) {
      this.#syntax(0, `a file of ${text.length} characters`, `at most ${MAX_BYTES} characters`)
      return { tree: empty, faults: this.#faults, readable: false }
    }
    let documents: Document[]
    try {
      const parsed = parseAllDocuments(text, { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: false })
      documents = Array.isArray(parsed) ? (parsed as Document[]) : []
    } catch (error) {
      this.#syntax(0, error instanceof RangeError ? 'values nested too deeply' : String(error), undefined)
      return { tree: empty, faults: this.#faults, readable: false }
    }
    for (const document of documents) {
      for (const error of document.errors)
        this.#syntax(error.pos[0], oneLine(error.message), undefined, hintOf(error.code))
    }
    if (this.#faults.length > 0) return { tree: empty, faults: this.#faults, readable: false }
    if (documents.length > 1) {
      this.#syntax(
        documents[1]!.range?.[0] ?? 0,
        `${documents.length} documents`,
        'one document',
        'Remove the line `---` and what belongs to the other document.',
      )
      return { tree: empty, faults: this.#faults, readable: false }
    }
    this.#document = documents[0]
    const contents = this.#document?.contents
    if (!contents || (isScalar(contents) && contents.value === null)) {
      return { tree: empty, faults: this.#faults, readable: true }
    }
    const tree = this.#tree(contents as Node, 0)
    if (tree?.kind === 'map') {
      const readable = !this.#faults.some((fault) => fault.code === 'CONFIG_SYNTAX')
      return { tree, faults: this.#faults, readable }
    }
    if (tree) {
      const where = place(tree.at)
      const found = tree.kind === 'list' ? 'a list' : tree.raw
      this.#faults.push(
        new Fault('CONFIG_TYPE', { found: clip(found), allowed: 'keys and values', ...(where && { where }) }),
      )
    }
    return { tree: empty, faults: this.#faults, readable: false }
  }

  #tree(node: Node, depth: number): Tree | undefined {
    if (++this.#nodes > MAX_NODES) {
      if (this.#nodes === MAX_NODES + 1)
        this.#syntax(offsetOf(node), 'too many values', `at most ${MAX_NODES}, aliases counted out`)
      return undefined
    }
    if (depth > MAX_DEPTH) {
      this.#syntax(offsetOf(node), 'values nested too deeply', `at most ${MAX_DEPTH} levels`)
      this.#nodes = MAX_NODES + 1
      return undefined
    }
    const at = this.#origin(offsetOf(node))
    if (isAlias(node)) {
      const target = node.resolve(this.#document!)
      if (target) return this.#tree(target, depth + 1)
      this.#syntax(offsetOf(node), `*${node.source}`, 'an alias of an anchor that stands before it')
      return undefined
    }
    if (isSeq(node)) {
      const items: Tree[] = []
      for (const item of node.items) {
        const inner = this.#tree(item as Node, depth + 1)
        if (inner) items.push(inner)
      }
      return { kind: 'list', items, at }
    }
    if (isMap(node)) return this.#map(node.items, at, depth)
    if (!isScalar(node)) return leaf(null, at)
    const { value, source } = node
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      return { kind: 'leaf', value, raw: source ?? String(value), loose: false, at }
    }
    return {
      kind: 'leaf',
      value: typeof value === 'bigint' ? Number(value) : String(source ?? ''),
      raw: source ?? '',
      loose: false,
      at,
    }
  }

  #map(pairs: readonly { key: unknown; value: unknown }[], at: Origin, depth: number): Branch {
    const map = branch(at)
    const merged: Branch[] = []
    for (const { key, value } of pairs) {
      if (!isScalar(key) || key.value === null || typeof key.value === 'object') {
        this.#syntax(offsetOf(key as Node), 'a key that is not a word', 'a word')
        continue
      }
      const name = String(key.source ?? key.value)
      const keyAt = this.#origin(offsetOf(key))
      const inner = value ? this.#tree(value as Node, depth + 1) : leaf(null, keyAt)
      if (!inner) continue
      const before = map.entries.get(name)
      if (name === '<<') {
        for (const part of inner.kind === 'list' ? inner.items : [inner]) if (part.kind === 'map') merged.push(part)
      } else if (before) {
        const where = place(keyAt)
        this.#faults.push(
          new Fault('CONFIG_CONFLICT', {
            subject: name,
            found: `the key a second time, first at line ${before.at.line}`,
            ...(where && { where }),
          }),
        )
      } else map.entries.set(name, { at: keyAt, value: inner })
    }
    for (const part of merged) {
      for (const [name, entry] of part.entries) if (!map.entries.has(name)) map.entries.set(name, entry)
    }
    return map
  }

  #origin(offset: number): Origin {
    const { line, col } = this.#lines.linePos(offset)
    return { file: this.#file, line: Math.max(1, line), column: Math.max(1, col) }
  }

  #syntax(offset: number, found: string, allowed?: string, hint?: string): void {
    const where = place(this.#origin(offset))
    this.#faults.push(
      new Fault('CONFIG_SYNTAX', {
        found,
        ...(allowed && { allowed }),
        ...(hint && { hint }),
        ...(where && { where }),
      }),
    )
  }
}

/** The place in a file that a fault or warning names; undefined for the environment. */
export function place(at: Origin | undefined): FaultPlace | undefined {
  if (!at?.file) return undefined
  return at.line ? { file: at.file, line: at.line, column: at.column ?? 1 } : { file: at.file }
}

/** Shows at most 80 characters, on one line. */
export function clip(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > 80 ? `${line.slice(0, 79)}…` : line
}

function offsetOf(node: Node | undefined | null): number {
  return node?.range?.[0] ?? 0
}

function oneLine(message: string): string {
  return clip(message.split('\n', 1)[0] ?? '')
}

function hintOf(code: string): string | undefined {
  if (code === 'TAB_AS_INDENT') return 'Indent with spaces; YAML does not allow tabs.'
  if (code === 'BAD_INDENT') return 'Give keys of one level the same indentation.'
  if (code === 'MULTILINE_IMPLICIT_KEY' || code === 'MISSING_CHAR')
    return 'Look for a missing colon, quote or bracket here.'
  return undefined
}
