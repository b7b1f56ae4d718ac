// Keys and values as texts write them: `key=value`, JSON within texts, command lines, headers, elements of XML. It says
// where the value of a key ends, and takes too much rather than too little.
import { REDACTED } from './mark.ts'

/** What stands behind the key of a pair up to its value. */
const BEHIND_KEY = /(?:\\{0,7}["'])?[\])]?[ \t]*(?:=>?|:|%3[DdAa])$/

/** The key of what was found to be one: `"user%5Bpin%5D" =`, `--token `. Empty when nothing names it. */
export function keyIn(found: string, pair: boolean): string {
  if (!pair) return found.slice(2).trimEnd()
  const key = found.replace(BEHIND_KEY, '')
  if (!/[A-Za-z]/.test(key)) return ''
  if (!key.includes('%')) return key
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}

export interface Found {
  readonly before: string
  readonly after: string
  readonly end: number
}

// What a value is: quoted, in brackets, or up to a separator; headers whose value has blanks and semicolons run to the line's end.
const LEAD = /[ \t]*/y
const OPENING = /(\\{0,7})(["'])/y
const BRACKETED = /[ \t]*\[REDACTED\]/y
/** A comma or a semicolon ends a value only where something else begins. */
const PLAIN =
  /(?:(?:bearer|basic|digest|token)[ \t]+)?(?:[^\s"',;&|)\]}<]|[,;](?![\w.$-]{1,64}[ \t]{0,4}[=:])(?=[^\s"',;&|)\]}<]))+/iy
const LINE = /(?:digest[^\r\n]+|[^\r\n"']+)/iy
const WHOLE_LINE = /(?:cookie|authorization)[\s"'\\=>:]*$/i
/** How far the end of a quoted value is looked for. */
const QUOTED_WITHIN = 8192

export function pairValue(text: string, at: number, key: string): Found | null {
  BRACKETED.lastIndex = at
  if (BRACKETED.test(text)) return null
  LEAD.lastIndex = at
  const lead = LEAD.exec(text)![0]
  const from = at + lead.length
  OPENING.lastIndex = from
  const opening = OPENING.exec(text)
  if (opening !== null) return quotedValue(text, from, lead, opening[0], opening[1]!.length)
  const first = text[from]
  if (first === '{' || first === '[') return { before: lead, after: '', end: closing(text, from) }
  const rest = WHOLE_LINE.test(key) ? LINE : PLAIN
  rest.lastIndex = from
  const value = rest.exec(text)?.[0] ?? ''
  if (value === '' || value === 'REDACTED' || value.startsWith(REDACTED)) return null
  return { before: lead, after: '', end: from + value.length }
}

/** Up to the quote of the same depth: within a text in a text, quotes have backslashes before them. */
function quotedValue(text: string, at: number, lead: string, open: string, depth: number): Found | null {
  const from = at + open.length
  const quote = open[depth]!
  for (let i = text.indexOf(quote, from); i >= 0 && i - from <= QUOTED_WITHIN; i = text.indexOf(quote, i + 1)) {
    let slashes = 0
    while (slashes < i - from && text[i - 1 - slashes] === '\\') slashes++
    if (slashes % (2 * (depth + 1)) !== depth) continue
    const value = text.slice(from, i - depth)
    if (value === '' || value === REDACTED) return null
    return { before: lead + open, after: text.slice(i - depth, i + 1), end: i + 1 }
  }
  // Never closed: the line is all that can be said of it.
  const line = text.slice(from).search(/[\r\n]/)
  const end = line < 0 ? text.length : from + line
  const value = text.slice(from, end)
  return value === '' || value.startsWith(REDACTED) ? null : { before: lead + open, after: '', end }
}

/** Behind the bracket that closes the one at `from`; the end of the text when none does. */
function closing(text: string, from: number): number {
  let depth = 0
  let quote = ''
  for (let i = from; i < text.length; i++) {
    const char = text[i]!
    if (char === '\\') i++
    else if (quote !== '') {
      if (char === quote) quote = ''
    } else if (char === '"') quote = char
    else if (char === '{' || char === '[') depth++
    else if ((char === '}' || char === ']') && --depth === 0) return i + 1
  }
  return text.length
}

/** The name of the element whose tag ends at `end`. */
export function tagOf(text: string, end: number): string {
  return text.slice(text.lastIndexOf('<', end) + 1, end).split(/\s/, 1)[0]!
}

export function tagValue(text: string, at: number): Found | null {
  const next = text.indexOf('<', at)
  const end = next < 0 ? text.length : next
  const value = text.slice(at, end)
  return value.trim() === '' || value === REDACTED ? null : { before: '', after: '', end }
}
