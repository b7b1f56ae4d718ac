// Settings as they were written, each value with the place it came from: what the YAML reader and the environment build
// and the validator reads.

/** Where a value was written. `variable` is set for the environment, `line` for a file, neither for package.json. */
export interface Origin {
  readonly file?: string
  readonly line?: number
  readonly column?: number
  readonly variable?: string
  /** Endpoints from the environment: `base` always gets the signal's path, `exact` never. */
  readonly endpoint?: 'base' | 'exact'
}

export interface Leaf {
  readonly kind: 'leaf'
  readonly value: string | number | boolean | null
  /** The value as written, for faults. */
  readonly raw: string
  /** From the environment: text that stands for a number or a boolean is read as one. */
  readonly loose: boolean
  readonly at: Origin
}

export interface Entry {
  /** Where the key stands. */
  readonly at: Origin
  readonly value: Tree
}

export interface Branch {
  readonly kind: 'map'
  readonly entries: Map<string, Entry>
  readonly at: Origin
}

export interface Row {
  readonly kind: 'list'
  readonly items: Tree[]
  readonly at: Origin
}

export type Tree = Leaf | Branch | Row

export function leaf(value: Leaf['value'], at: Origin, loose = false): Leaf {
  return { kind: 'leaf', value, raw: typeof value === 'string' ? value : String(value), loose, at }
}

export function branch(at: Origin): Branch {
  return { kind: 'map', entries: new Map(), at }
}

/** The tree of a plain value; for settings that come from code and for tests. */
export function treeOf(value: unknown, at: Origin = {}): Tree {
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => treeOf(item, at)), at }
  if (typeof value === 'object' && value !== null) {
    const tree = branch(at)
    for (const [key, inner] of Object.entries(value)) {
      if (inner !== undefined) tree.entries.set(key, { at, value: treeOf(inner, at) })
    }
    return tree
  }
  return leaf(value as Leaf['value'], at)
}

/** What stands at `path`, a number being a place in a list; undefined when nothing does, or an empty value. */
export function find(tree: Tree, path: readonly (string | number)[]): Tree | undefined {
  let at: Tree | undefined = tree
  for (const step of path) {
    if (typeof step === 'number') at = at?.kind === 'list' ? at.items[step] : undefined
    else at = at?.kind === 'map' ? at.entries.get(step)?.value : undefined
  }
  return at?.kind === 'leaf' && at.value === null ? undefined : at
}

/** `alerts[0].name` as steps. */
export function steps(path: string): (string | number)[] {
  return [...path.matchAll(/[^.[\]]+/g)].map(([step]) => (/^\d+$/.test(step) ? Number(step) : step))
}

/** The map at `path`, made where nothing stands; undefined when something else is in the way. */
export function reach(tree: Tree, path: readonly string[], at: Origin): Branch | undefined {
  let here: Tree = tree
  for (const step of path) {
    if (here.kind !== 'map') return undefined
    const entry = here.entries.get(step)
    if (entry && !(entry.value.kind === 'leaf' && entry.value.value === null)) here = entry.value
    else {
      const made = branch(at)
      here.entries.set(step, { at: entry?.at ?? at, value: made })
      here = made
    }
  }
  return here.kind === 'map' ? here : undefined
}

/** Sets what stands at `path`; nothing happens when a wrong type is in the way, which is a fault of its own. */
export function put(tree: Tree, path: readonly string[], value: Tree): void {
  reach(tree, path.slice(0, -1), value.at)?.entries.set(path.at(-1)!, { at: value.at, value })
}

/** `telltale.yaml:3:9`, `OTEL_SERVICE_NAME`, `package.json` or `default`. */
export function originText(at: Origin | undefined): string {
  if (at?.variable) return at.variable
  if (!at?.file) return 'default'
  return at.line ? `${at.file}:${at.line}:${at.column ?? 1}` : at.file
}
