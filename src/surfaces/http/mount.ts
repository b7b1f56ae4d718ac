// Templates of Express mounts. A layer of `app.use('/api/:tenant', router)` keeps no pattern in Express 4 and in the first
// Express 5, only a matcher; so the pattern is learned by asking the matcher itself: one character of the matched path is
// changed at a time, and where it still matches, a value stands, under the name of the parameter that changed with it.
//
//   /api/acme   a,p,i: no match → text        a,c,m,e: match, params.tenant changes → :tenant
//
// Learned once per shape and kept on the layer, at most 32; what is not sure is null, never the value.
import type { Layer } from './express.ts'

export interface Mounted {
  readonly template: string
  /** Characters of the path that the mount took. */
  readonly taken: number
}

/** Path segments: lower-case text, or null where a value stands. */
interface Shape {
  readonly segments: readonly (string | null)[]
  readonly template: string
}

interface Match {
  readonly path: string
  readonly params: Record<string, unknown>
  readonly pattern: unknown
}

const SHAPES: unique symbol = Symbol.for('telltale.express.shapes') as never
const MAX_SHAPES = 32
const MAX_PATH = 256

type ShapedLayer = Layer & { [SHAPES]?: Shape[] }

/** What the mount `layer` makes of the beginning of `path`; null when it does not match or can't be told. */
export function mountShape(layer: ShapedLayer, path: string): Mounted | null {
  const match = matchOf(layer, path)
  if (match === null) return null
  const taken = match.path.length
  if (taken === 0) return { template: '', taken }
  if (match.pattern !== undefined) return { template: patternOf(match.pattern), taken }
  const segments = match.path.split('/')
  const shapes = (layer[SHAPES] ??= [])
  for (const shape of shapes) if (same(shape.segments, segments)) return { template: shape.template, taken }
  if (shapes.length >= MAX_SHAPES || taken > MAX_PATH) return null
  const shape = learn(layer, match, path.slice(taken))
  shapes.push(shape)
  return { template: shape.template, taken }
}

/** Both shapes of `Layer#match`: true with the result on the layer, or the result itself. */
export function matchOf(layer: Layer, path: string): Match | null {
  const result = layer.match(path)
  if (result === false) return null
  if (result === true) return { path: layer.path ?? '', params: layer.params ?? {}, pattern: undefined }
  return { path: result.path, params: result.params, pattern: (result as { pattern?: unknown }).pattern }
}

/** The words of a pattern: a string as it is without its last slash, a RegExp as its source. */
export function patternOf(pattern: unknown): string {
  if (typeof pattern === 'string') return pattern.length > 1 && pattern.endsWith('/') ? pattern.slice(0, -1) : pattern
  if (Array.isArray(pattern)) return pattern.flat(Infinity).map(patternOf).join(',')
  return String(pattern)
}

/** `/api` and `/users` are `/api/users`; a route at `/` adds nothing to its mount. */
export function join(mount: string, path: string): string {
  if (mount === '' || mount === '/') return path === '' ? '/' : path
  if (path === '' || path === '/') return mount
  return path.charCodeAt(0) === 47 ? mount + path : `${mount}/${path}`
}

/** Whether `path` can be one of `pattern`, judged by whole segments; `whole` false lets the path go on. */
export function fits(pattern: string, path: string, whole: boolean): boolean {
  const want = pattern.split('/').filter((segment) => segment !== '')
  const have = path.split('/').filter((segment) => segment !== '')
  for (let i = 0; i < want.length; i++) {
    const segment = want[i]!
    if (segment.charCodeAt(0) === 42 || segment.includes('{') || segment.endsWith('?')) return true
    if (i >= have.length) return false
    if (!/[:*(]/.test(segment) && segment.toLowerCase() !== have[i]!.toLowerCase()) return false
  }
  return whole ? have.length === want.length : have.length >= want.length
}

function same(shape: readonly (string | null)[], segments: readonly string[]): boolean {
  if (shape.length !== segments.length) return false
  for (let i = 0; i < shape.length; i++) {
    const text = shape[i]
    if (text !== null && text !== segments[i]!.toLowerCase()) return false
  }
  return true
}

function learn(layer: Layer, match: Match, tail: string): Shape {
  const { path } = match
  const names = new Set<string>()
  /** Per character: null is text, '' a value of no parameter, else the parameter's key. */
  const owners: (string | null)[] = []
  for (let i = 0; i < path.length; i++) {
    const owner = path[i] === '/' ? null : ownerOf(layer, match, i, tail)
    owners.push(owner)
    if (owner) names.add(owner)
  }
  const segments: (string | null)[] = []
  const words: string[] = []
  let at = 0
  for (const raw of path.split('/')) {
    const word = segmentWord(raw, owners.slice(at, at + raw.length), match.params, names)
    at += raw.length + 1
    segments.push(word === raw ? raw.toLowerCase() : null)
    // A wildcard over several segments is one word.
    if (word === raw || word !== words.at(-1)) words.push(word)
  }
  return { segments, template: words.join('/') }
}

/** Changes one character: does the matcher still take as much, and which parameter changed with it? */
function ownerOf(layer: Layer, match: Match, at: number, tail: string): string | null {
  const { path } = match
  for (const other of siblings(path.charCodeAt(at))) {
    // Routers mind no case by default.
    if (other === path[at]!.toLowerCase()) continue
    const changed = probe(layer, path.slice(0, at) + other + path.slice(at + 1) + tail)
    if (changed === null || changed.path.length !== path.length) continue
    for (const key of Object.keys(changed.params)) {
      if (String(changed.params[key]) !== String(match.params[key])) return key
    }
    return ''
  }
  return null
}

function segmentWord(
  raw: string,
  owners: readonly (string | null)[],
  params: Record<string, unknown>,
  named: ReadonlySet<string>,
): string {
  if (raw === '') return ''
  let word = ''
  let last: string | null = null
  for (let i = 0; i < raw.length; i++) {
    const owner = owners[i] ?? null
    if (owner === null) word += raw[i]
    else if (owner !== last) word += nameOf(owner)
    last = owner
  }
  // A parameter that no change revealed, such as `:lang(en|de)`: its value must not stand as text.
  for (const key of Object.keys(params)) {
    const value = params[key]
    if (typeof value !== 'string' || value === '' || named.has(key)) continue
    const name = nameOf(key)
    if (decoded(raw) === value) return name
    if (word.includes(value)) return word.split(value).length === 2 ? word.replace(value, name) : '*'
    if (decoded(raw).includes(value)) return '*'
  }
  return word
}

function probe(layer: Layer, path: string): Match | null {
  try {
    return matchOf(layer, path)
  } catch {
    return null
  }
}

/** Characters of the same kind, so that `\d+`, hexadecimal and word classes still match, then of another. */
function siblings(code: number): readonly string[] {
  if (code >= 48 && code <= 57) return [digit(code + 1), digit(code + 9), 'a', 'x']
  const lower = code | 32
  if (lower >= 97 && lower <= 122) return [letter(code, 1), letter(code, -1), '7', 'x']
  return ['x', '7', '-', '_']
}

function digit(code: number): string {
  return String.fromCharCode(48 + ((code - 48) % 10))
}

/** The next letter within a–f or within g–z, in the same case. */
function letter(code: number, step: number): string {
  const base = code & 32 ? 97 : 65
  const index = code - base
  const [from, size] = index < 6 ? [0, 6] : [6, 20]
  return String.fromCharCode(base + from + ((index - from + step + size) % size))
}

/** Groups of a regular expression have numbers for names. */
function nameOf(key: string): string {
  const code = key.charCodeAt(0)
  return key === '' || (code >= 48 && code <= 57) ? '*' : `:${key}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
