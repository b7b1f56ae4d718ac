// Whether a regular expression that a file names may run over what clients send. It promises that no text, however
// hostile, makes one that passed take more than a bounded number of steps for each of its characters; so it refuses what
// JavaScript's matcher may try in too many ways: references back, looking around, repeats within repeats, and repeats that
// can take each other's characters.

/** Characters by number; one stands for everything beyond ASCII. */
const SAMPLES = [...Array.from({ length: 128 }, (_, i) => String.fromCharCode(i)), 'é']

type Chars = ReadonlySet<string>

interface Item {
  /** Everything that it can take; empty for an assertion. */
  readonly chars: Chars
  readonly min: number
  readonly max: number
  /** Set for a group: its alternatives. */
  readonly of: readonly (readonly Item[])[] | null
  /** `^`, `$`, `\b`, `\B`. */
  readonly assertion: string
}

const MOST_LENGTH = 256
const MOST_PATHS = 64
/** Ways in which repeats that can take each other's characters may share a text. */
const MOST_WAYS = 256
/** Repeats beyond it count as endless. */
const FAR = 256

class Refused extends Error {}

/** Why `source` cannot be used, in words for a person; undefined when it can. */
export function patternFault(source: string): string | undefined {
  if (source.length > MOST_LENGTH) return `It is longer than ${MOST_LENGTH} characters.`
  try {
    new RegExp(source, 'gu')
  } catch (error) {
    return `${(error as Error).message.replace(/^Invalid regular expression: /, '')}.`
  }
  try {
    const paths = spread(new Parser(source).all())
    for (const path of paths) judge(path)
    return undefined
  } catch (error) {
    if (error instanceof Refused) return error.message
    throw error
  }
}

class Parser {
  readonly #source: string
  #at = 0

  constructor(source: string) {
    this.#source = source
  }

  all(): Item[][] {
    const alternatives: Item[][] = [[]]
    while (this.#at < this.#source.length && this.#source[this.#at] !== ')') {
      if (this.#source[this.#at] === '|') {
        this.#at++
        alternatives.push([])
      } else alternatives.at(-1)!.push(this.#item())
    }
    return alternatives
  }

  #item(): Item {
    const rest = this.#source.slice(this.#at)
    const assertion = /^(?:\^|\$|\\[bB])/.exec(rest)?.[0]
    if (assertion !== undefined) {
      this.#at += assertion.length
      return { chars: new Set(), min: 0, max: 0, of: null, assertion }
    }
    if (rest[0] === '(') return this.#group(rest)
    if (/^\\(?:[1-9]|k)/.test(rest))
      throw new Refused('It refers back to what it found before, which can take for ever.')
    const atom =
      /^(?:\[(?:\\[\s\S]|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\c[A-Za-z]|\\[\s\S])/.exec(
        rest,
      )?.[0] ?? String.fromCodePoint(rest.codePointAt(0)!)
    this.#at += atom.length
    const one = new RegExp(`^(?:${atom})$`, 'u')
    return { chars: new Set(SAMPLES.filter((char) => one.test(char))), ...this.#times(), of: null, assertion: '' }
  }

  #group(rest: string): Item {
    const open = /^\((?:\?(?::|<[A-Za-z_$][\w$]*>))?/.exec(rest)![0]
    if (rest.startsWith('(?') && open === '(') throw new Refused('It looks around what it finds; write what is found.')
    this.#at += open.length
    const of = this.all()
    this.#at++
    const chars = new Set(of.flatMap((path) => path.flatMap((item) => [...item.chars])))
    return { chars, ...this.#times(), of, assertion: '' }
  }

  #times(): { min: number; max: number } {
    const written = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(this.#source.slice(this.#at))
    if (written === null) return { min: 1, max: 1 }
    this.#at += written[0].length
    const [sign, low, comma, high] = written
    if (low === undefined) return { min: sign[0] === '+' ? 1 : 0, max: sign[0] === '?' ? 1 : Number.POSITIVE_INFINITY }
    const max = comma === '' ? Number(low) : high === '' ? Number.POSITIVE_INFINITY : Number(high)
    return { min: Number(low), max }
  }
}

/** Every way through the alternatives; a group that repeats stays one item. */
function spread(alternatives: readonly (readonly Item[])[]): Item[][] {
  const paths: Item[][] = []
  for (const alternative of alternatives) {
    let ways: Item[][] = [[]]
    for (const item of alternative) {
      if (item.of === null) for (const way of ways) way.push(item)
      else if (item.max > 1) {
        repeatable(item)
        for (const way of ways) way.push(item)
      } else {
        const inner = spread(item.of)
        if (item.min === 0) inner.push([])
        ways = ways.flatMap((way) => inner.map((more) => [...way, ...more]))
      }
      if (ways.length > MOST_PATHS) throw new Refused('It has too many alternatives.')
    }
    paths.push(...ways)
  }
  if (paths.length > MOST_PATHS) throw new Refused('It has too many alternatives.')
  return paths
}

/** What repeats must read a text in one way alone. */
function repeatable({ of }: Item): void {
  const begins = new Set<string>()
  for (const path of of!) {
    const first = path.find(({ assertion }) => assertion === '')
    if (first === undefined) throw new Refused('It repeats what can be nothing.')
    for (const item of path) {
      if (item.assertion === '' && (item.min !== item.max || item.min === 0))
        throw new Refused('It has a repeat within a repeat, which can take for ever.')
      if (item.of !== null) repeatable(item)
    }
    for (const char of first.chars) {
      if (begins.has(char)) throw new Refused('It repeats alternatives that begin alike, which can take for ever.')
      begins.add(char)
    }
  }
}

function judge(path: readonly Item[]): void {
  if (path.every(({ min }) => min === 0)) throw new Refused('It matches where there is nothing.')
  path.forEach((item, i) => {
    if (item.min === item.max) return
    shared(path, i)
    if (item.max <= FAR || path.slice(i + 1).every(({ min, assertion }) => min === 0 && assertion === '')) return
    if (!begunSeldom(path, i))
      throw new Refused(
        `A repeat without an end that is not the last part takes too long: write {1,${FAR}}, or begin with \\b.`,
      )
  })
}

/** A repeat that another can take characters from: in how many ways, until something between them cannot be either. */
function shared(path: readonly Item[], from: number): void {
  const first = path[from]!
  let ways = first.max - first.min + 1
  for (const item of path.slice(from + 1)) {
    const meets = overlap(item.chars, first.chars)
    if (item.min > 0 && !meets) return
    if (item.min === item.max || !meets) continue
    ways *= item.max - item.min + 1
    if (ways > MOST_WAYS)
      throw new Refused('Two of its repeats can take each other’s characters, which takes too long.')
  }
}

/** Whether the beginnings from which the repeat at `i` is reached never read the same text twice. */
function begunSeldom(path: readonly Item[], i: number): boolean {
  const { chars } = path[i]!
  const first = path.find(({ assertion, min }) => assertion !== '' || min > 0)
  if (first === undefined || path.indexOf(first) >= i) return false
  if (first.assertion === '') return !overlap(first.chars, chars)
  return first.assertion === '^' || (first.assertion === '\\b' && [...chars].every((char) => /\w/.test(char)))
}

function overlap(a: Chars, b: Chars): boolean {
  for (const char of a) if (b.has(char)) return true
  return false
}
