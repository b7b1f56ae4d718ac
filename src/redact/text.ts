// What a free text must not carry: bearer tokens, JWTs, PEM blocks, card numbers, well-known access keys,
// `password=…` pairs, URLs with credentials; e-mail addresses by switch. One alternation finds them all in one pass;
// a scan by character code before it lets ordinary text through untouched (tens of ns for a short string).
import { detached, SECRET, type Verdict } from './key.ts'
import { redactUrl } from './url.ts'

export const REDACTED = '[REDACTED]'

/** What a character can be the sign of: 0 nothing, else the number of its case below. */
const DIGIT = 1
const BLANK = 2
const DASH = 3
const signs = new Uint8Array(128)
for (let c = 48; c <= 57; c++) signs[c] = DIGIT
for (const char of ' \t\n\r') signs[char.charCodeAt(0)] = BLANK
signs['-'.charCodeAt(0)] = DASH
for (const char of '@=:JI_') signs[char.charCodeAt(0)] = 4

const at = (text: string, i: number): number => text.charCodeAt(i) | 32

/** False when no detector can possibly find something. `emails` counts an @ as a reason to look. */
export function isSuspicious(text: string, emails: boolean): boolean {
  let digits = 0
  const { length } = text
  for (let i = 0; i < length; i++) {
    const c = text.charCodeAt(i)
    const sign = c < 128 ? signs[c]! : 0
    if (sign === 0) digits = 0
    else if (sign === DIGIT) {
      if (++digits >= 13) return true
    } else if (sign === BLANK) {
      // Card numbers may be grouped by a blank or a dash, so neither ends a run of digits.
      const last = i > 4 ? at(text, i - 1) : 0
      if (last === 114 /* r */ && at(text, i - 6) === 98 && at(text, i - 5) === 101) return true
      if (last === 99 /* c */ && at(text, i - 5) === 98 && at(text, i - 4) === 97) return true
    } else if (sign === DASH) {
      if (text.charCodeAt(i + 1) === 45 && text.startsWith('-----BEGIN', i)) return true
    } else {
      digits = 0
      if (isSign(text, i, c, emails)) return true
    }
  }
  return false
}

function isSign(text: string, i: number, c: number, emails: boolean): boolean {
  switch (c) {
    case 61 /* = */:
      return true
    case 58 /* : */:
      // `key: value`, `"key":`, `scheme://`; not 12:30.
      return i > 0 && i + 1 < text.length && (!isDigit(text.charCodeAt(i - 1)) || text.charCodeAt(i + 1) === 47)
    case 64 /* @ */:
      return emails
    case 74 /* J, of a JWT's eyJ */:
      return text.charCodeAt(i - 1) === 121 && text.charCodeAt(i - 2) === 101
    case 73 /* I, of AKIA and ASIA */:
      return (text.charCodeAt(i - 1) === 75 || text.charCodeAt(i - 1) === 83) && text.charCodeAt(i + 1) === 65
    default:
      // ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ sk_live_ rk_test_ npm_
      return i >= 3 && isKeyPrefix(text, i)
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function isKeyPrefix(text: string, i: number): boolean {
  return (
    (text.charCodeAt(i - 3) === 103 && text.charCodeAt(i - 2) === 104) ||
    text.startsWith('pat', i - 3) ||
    text.startsWith('live', i - 4) ||
    text.startsWith('test', i - 4) ||
    text.startsWith('npm', i - 3)
  )
}

/** Lengths and prefixes of the card networks (ISO/IEC 7812), then Luhn: a random number of the length seldom passes. */
export function isCard(digits: string): boolean {
  const n = digits.length
  const two = Number(digits.slice(0, 2))
  const three = Number(digits.slice(0, 3))
  const four = Number(digits.slice(0, 4))
  const known =
    (digits[0] === '4' && (n === 13 || n === 16 || n === 19)) ||
    (n === 16 && ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720))) ||
    (n === 15 && (two === 34 || two === 37)) ||
    (n >= 16 && (four === 6011 || two === 65 || two === 62 || (three >= 644 && three <= 649))) ||
    (n === 14 && (two === 36 || two === 38 || (three >= 300 && three <= 305))) ||
    (n === 16 && two === 35)
  if (!known) return false
  let sum = 0
  for (let i = 0; i < n; i++) {
    let digit = digits.charCodeAt(n - 1 - i) - 48
    if (i % 2 === 1 && (digit *= 2) > 9) digit -= 9
    sum += digit
  }
  return sum % 10 === 0
}

// Each branch begins at a boundary and has bounded or possessive-like repeats, so the pass is linear in the text.
const BRANCHES = [
  '-----BEGIN [A-Z0-9 ]{1,64}-----[^]*?(?:-----END [A-Z0-9 ]{1,64}-----|$)', // 1 PEM
  '(?<![\\w+.-])[A-Za-z][A-Za-z0-9+.-]{1,30}:\\/\\/[^\\s"\'<>`\\\\]+', // 2 URL
  // 3: scheme and credentials; `basic authentication` is prose, so a short one needs more than letters
  '(?<!\\w)(?:[Bb][Ee][Aa][Rr][Ee][Rr]|[Bb][Aa][Ss][Ii][Cc])\\s+(?!REDACTED)' +
    '(?:(?=[\\w.~+\\/-]*(?:[\\d=+\\/_]|\\.\\w))[\\w.~+\\/=-]{6,}|[\\w.~+\\/=-]{20,})',
  'eyJ[\\w-]{5,}(?:\\.[\\w-]*){1,4}|eyJ[\\w-]{40,}', // 4 JWT, JWE
  '(?<![\\w])(?:gh[pousr]_\\w{20,}|github_pat_\\w{20,}|npm_\\w{20,}|[srp]k_(?:live|test)_\\w{8,}|A[KS]IA[A-Z0-9]{12,})', // 5
  '(?<![\\d.])\\d(?:[ -]?\\d){12,18}(?![\\d])', // 6 card
  '(?<![\\w.$-])[A-Za-z][\\w.$-]{0,127}(?:\\\\?["\'])?\\)?[ \\t]{0,4}(?:=>?|:)', // 7 key of a pair
]
const EMAIL = '(?<![\\w.%+-])[\\w.%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\\.){1,8}[A-Za-z]{2,24}'

// The value of a secret pair: quoted, or up to a separator; headers whose value has blanks and semicolons run to the line's end.
const QUOTED = /[ \t]*(\\?["'])((?:(?!\1)[^\\\n]|\\[\s\S])*)(\1?)/y
const PLAIN = /[ \t]*(?:(?:bearer|basic|digest|token)[ \t]+)?[^\s"',;&|)\]}]+/iy
const BRACKETED = /[ \t]*\[REDACTED\]/y
const LINE = /[ \t]*[^\r\n"']+/y
const WHOLE_LINE = /(?:cookie|authorization)[\s"'\\=>:]*$/i

export interface TextOptions {
  judge: (key: string) => Verdict
  emails: boolean
  /** Longest text that is given back, in characters. */
  maxText: number
}

const TRUNCATED = '…[TRUNCATED]'
const CACHED_LENGTH = 256
const CACHE = 1024
const MAX_WITHIN = 4

/** A function that gives the text back without what it must not carry: the very same string when nothing was found. */
export function textRedactor(options: TextOptions): (text: string) => string {
  const { judge, emails, maxText } = options
  const sources = emails ? [...BRANCHES, EMAIL] : BRANCHES
  const pattern = new RegExp(sources.map((source) => `(${source})`).join('|'), 'g')
  /** By text; null where nothing was found. */
  let answers = new Map<string, string | null>()

  /** One pass over `text`. */
  function pass(text: string): string {
    let out = ''
    let from = 0
    pattern.lastIndex = 0
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      const found = match[0]
      const start = match.index
      let end = start + found.length
      let instead: string | null = null
      if (match[1] !== undefined) instead = REDACTED
      else if (match[2] !== undefined) {
        const url = redactUrl(found, judge, valueInUrl)
        // Its values were passed by the same pattern, which has forgotten where this pass stands.
        pattern.lastIndex = end
        if (url !== found) instead = url
      } else if (match[3] !== undefined) instead = `${found.slice(0, found.search(/\s/))} ${REDACTED}`
      else if (match[6] !== undefined) {
        if (isCard(found.replace(/[ -]/g, ''))) instead = REDACTED
        // A longer run may hide a card further on: look again behind the first digit.
        else pattern.lastIndex = start + 1
      } else if (match[7] !== undefined) {
        const key = found.replace(/[\s"'\\)=>:]+$/, '')
        // Only the key is passed by: its value may hold another finding.
        if (judge(key) === SECRET) {
          const value = pairValue(text, end, found)
          if (value !== null) {
            const inUrl = start > 0 && (text[start - 1] === '?' || text[start - 1] === '&')
            instead = found + value.before + (inUrl ? 'REDACTED' : REDACTED) + value.after
            end = value.end
          }
        }
      } else instead = REDACTED
      if (instead !== null) {
        out += text.slice(from, start) + instead
        from = end
        pattern.lastIndex = end
      }
    }
    return from === 0 ? text : out + text.slice(from)
  }

  /** URLs within URLs are followed a few levels down: each level scans the rest of the text once more. */
  let within = 0

  function valueInUrl(text: string): string {
    if (!isSuspicious(text, emails)) return text
    if (within === MAX_WITHIN) return text.startsWith('/') ? '/REDACTED' : 'REDACTED'
    within++
    try {
      return pass(text).replaceAll(REDACTED, 'REDACTED')
    } finally {
      within--
    }
  }

  /** Scans, cuts to the bound, and scans what the cut may have laid bare, until nothing changes. */
  function slow(text: string): string {
    let value = text
    for (let round = 0; round < 8; round++) {
      const bounded = value.length > maxText ? cut(value, maxText) : value
      const next = pass(bounded)
      if (next === value) return value
      value = next
    }
    return REDACTED
  }

  return function redactText(text) {
    if (text.length <= maxText && !isSuspicious(text, emails)) return text
    if (text.length > CACHED_LENGTH) return slow(text)
    const known = answers.get(text)
    if (known !== undefined) return known ?? text
    const answer = slow(text)
    if (answers.size >= CACHE) answers = new Map()
    answers.set(detached(text), answer === text ? null : detached(answer))
    return answer
  }
}

function pairValue(text: string, at: number, key: string): { before: string; after: string; end: number } | null {
  BRACKETED.lastIndex = at
  if (BRACKETED.test(text)) return null
  QUOTED.lastIndex = at
  const quoted = QUOTED.exec(text)
  if (quoted !== null) {
    if (quoted[2] === '' || quoted[2] === REDACTED) return null
    const lead = quoted[0].slice(0, quoted[0].indexOf(quoted[1]!))
    return { before: lead + quoted[1], after: quoted[3]!, end: QUOTED.lastIndex }
  }
  const rest = WHOLE_LINE.test(key) ? LINE : PLAIN
  rest.lastIndex = at
  const plain = rest.exec(text)
  if (plain === null) return null
  const lead = plain[0].length - plain[0].trimStart().length
  const value = plain[0].slice(lead)
  if (value === '' || value === 'REDACTED' || value.startsWith(REDACTED) || value === '[object') return null
  return { before: plain[0].slice(0, lead), after: '', end: rest.lastIndex }
}

/** Cuts at the last blank before the bound, so that half a secret is not left standing. */
function cut(text: string, max: number): string {
  const room = Math.max(0, max - TRUNCATED.length)
  const blank = Math.max(text.lastIndexOf(' ', room), text.lastIndexOf('\n', room), text.lastIndexOf(',', room))
  const kept = text.slice(0, Math.max(blank, 0))
  return kept + TRUNCATED.slice(0, max)
}
