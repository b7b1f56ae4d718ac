// Requests that leave no telemetry at all, chosen by path at the entry so that what they cause vanishes with them.
// `*` and `:name` are one segment, `**` is any number of them, a leading `GET ` limits the rule to one method.

interface Rule {
  readonly method: string
  readonly segments: readonly string[]
}

export class Ignore {
  readonly #exact = new Set<string>()
  readonly #rules: Rule[] = []

  constructor(globs: readonly string[]) {
    for (const glob of globs) this.#add(glob.trim())
  }

  get empty(): boolean {
    return this.#exact.size === 0 && this.#rules.length === 0
  }

  /** `path` without its query; a slash at the end makes no difference. */
  matches(method: string, path: string): boolean {
    const bare = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
    if (this.#exact.has(bare)) return true
    if (this.#rules.length === 0) return false
    const segments = bare.split('/')
    for (const rule of this.#rules) {
      if ((rule.method === '' || rule.method === method) && fits(rule.segments, 0, segments, 0)) return true
    }
    return false
  }

  #add(glob: string): void {
    if (glob === '') return
    const space = glob.indexOf(' ')
    const method = space < 0 ? '' : glob.slice(0, space)
    const text = space < 0 ? glob : glob.slice(space + 1).trim()
    const path = text.length > 1 && text.endsWith('/') ? text.slice(0, -1) : text
    if (method === '' && !/[*:]/.test(path)) this.#exact.add(path)
    else this.#rules.push({ method, segments: path.split('/') })
  }
}

function fits(rule: readonly string[], r: number, path: readonly string[], p: number): boolean {
  for (; r < rule.length; r++, p++) {
    const want = rule[r]!
    if (want === '**') {
      for (let rest = p; rest <= path.length; rest++) if (fits(rule, r + 1, path, rest)) return true
      return false
    }
    if (p >= path.length) return false
    const wild = want === '*' || want.charCodeAt(0) === 58
    if (wild ? path[p] === '' : !segmentFits(want, path[p]!)) return false
  }
  return p === path.length
}

/** A `*` inside a segment stands for any text: `*.css`. */
function segmentFits(want: string, found: string): boolean {
  const star = want.indexOf('*')
  if (star < 0) return want === found
  const head = want.slice(0, star)
  const tail = want.slice(star + 1)
  return found.length >= head.length + tail.length && found.startsWith(head) && found.endsWith(tail)
}
