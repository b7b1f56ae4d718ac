// Whether a text is worth a closer look. Most are not, so this is where nearly all of the time goes that redaction takes:
// signs that are cheap to find (tens of ns for a short text), and behind each what makes it a sign rather than a letter.
import { SECRET, type Verdict } from './key.ts'

/** What a character can be the sign of: 0 nothing, else the number of its case below. */
const DIGIT = 1
const BLANK = 2
const DASH = 3
const OTHER = 4
const signs = new Uint8Array(128)
for (let c = 48; c <= 57; c++) signs[c] = DIGIT
for (const char of ' \t\n\r') signs[char.charCodeAt(0)] = BLANK
signs['-'.charCodeAt(0)] = DASH
for (const char of '@=:JI_.%>') signs[char.charCodeAt(0)] = OTHER

export type Judge = (key: string) => Verdict

/** The end of a longer key decides. */
const MOST_KEY = 256

const at = (text: string, i: number): number => text.charCodeAt(i) | 32

/**
 * A sign that is told in native code, at a third of what looking at each character costs; too many rather than too few, but
 * the dashes of a UUID, a slug or a date are none.
 */
const SIGN = /[=:%>@JI]|[_.](?:-|[\w-]{10})|-(?:-|(?<=[ktiX]-|xox.-|xapp-)[\w-]{10})|[Bb][EeAa][AaSs]/
/** Digits of the shortest card. */
const CARD = 13

/** True for most texts: nothing in it is a sign of anything. Small, so that it becomes part of who calls it. */
export function isPlain(text: string): boolean {
  return !SIGN.test(text) && (text.length < CARD || !hasManyDigits(text))
}

/** False when no detector can possibly find something. `emails` counts an @ as a reason to look. */
export function isSuspicious(text: string, emails: boolean, judge: Judge): boolean {
  return !isPlain(text) && hasSign(text, emails, judge)
}

/** The same for a text that is known not to be plain. */
export function hasSign(text: string, emails: boolean, judge: Judge): boolean {
  let digits = 0
  let slashes: boolean | undefined
  const { length } = text
  for (let i = 0; i < length; i++) {
    const c = text.charCodeAt(i)
    const sign = c < 128 ? signs[c]! : isWideGap(c) ? BLANK : 0
    if (sign === 0) digits = 0
    else if (sign === DIGIT) {
      if (++digits >= 13) return true
    } else if (sign === BLANK) {
      // Card numbers may be grouped by a blank or a dash, so neither ends a run of digits.
      const last = i > 4 ? at(text, i - 1) : 0
      if (last === 114 /* r */ && at(text, i - 6) === 98 && at(text, i - 5) === 101) return true
      if (last === 99 /* c */ && at(text, i - 5) === 98 && at(text, i - 4) === 97) return true
    } else if (sign === DASH) {
      if (isDashSign(text, i)) return true
    } else {
      digits = 0
      if (c === 64 /* @ */) {
        // Of an address, or of a URL without a scheme: //user:password@host
        if (emails || (slashes ??= text.includes('//'))) return true
      } else if (isSign(text, i, c, judge)) return true
    }
  }
  return false
}

/**
 * Whether so many digits stand in a row, single gaps among them. Of thirteen characters in a row, one of every twelve stands
 * behind another of them: these two are looked at, and are letters mostly.
 */
function hasManyDigits(text: string): boolean {
  const { length } = text
  for (let i = CARD - 1; i < length; i += CARD - 1) {
    const c = text.charCodeAt(i)
    if (c > 57 && c < 128) continue
    const before = text.charCodeAt(i - 1)
    if (before > 57 && before < 128) continue
    if (isInCard(text, i, c, before)) return true
  }
  return false
}

function isInCard(text: string, i: number, c: number, before: number): boolean {
  const digit = isDigit(c)
  if (isDigit(before) ? !digit && !isGap(c) : !digit || !isGap(before)) return false
  // Too short a run on both sides.
  if (digit && !isOfCard(text.charCodeAt(i + 6)) && !isOfCard(text.charCodeAt(i - 6))) return false
  return digitsFrom(text, i - 1, -1, !digit) + digitsFrom(text, i + 1, 1, !digit) + (digit ? 1 : 0) >= CARD
}

function isOfCard(c: number): boolean {
  return isDigit(c) || isGap(c)
}

/** Digits from `i` on in one direction, until something other than one gap comes between them. */
function digitsFrom(text: string, i: number, step: 1 | -1, behindGap: boolean): number {
  let digits = 0
  let gap = behindGap
  for (let at = i; digits < CARD; at += step) {
    const c = text.charCodeAt(at)
    if (isDigit(c)) {
      digits++
      gap = false
    } else if (!gap && isGap(c)) gap = true
    else break
  }
  return digits
}

function isGap(c: number): boolean {
  return c === 32 || c === 45 || (c >= 128 && isWideGap(c))
}

/** Blanks and dashes beyond ASCII: no-break and thin ones, hyphens. */
function isWideGap(c: number): boolean {
  return c === 0xa0 || (c >= 0x2000 && c <= 0x2015) || c === 0x202f
}

function isDashSign(text: string, i: number): boolean {
  switch (text.charCodeAt(i - 1)) {
    case 45 /* -: a flag of a command line, or -----BEGIN */:
      return isLetter(text.charCodeAt(i + 1))
    case 107 /* k, of sk- */:
      return text.charCodeAt(i - 2) === 115
    case 116 /* t, of glpat- */:
      return text.startsWith('glpa', i - 5)
    case 105 /* i, of pypi- */:
      return text.startsWith('pyp', i - 4)
    case 88 /* X, of GOCSPX- */:
      return text.startsWith('GOCSP', i - 6)
    default:
      // xoxb-, xoxp-, xapp-
      return i >= 4 && text.charCodeAt(i - 4) === 120 && (text.startsWith('ox', i - 3) || text.startsWith('app', i - 3))
  }
}

function isSign(text: string, i: number, c: number, judge: Judge): boolean {
  switch (c) {
    case 61 /* = */:
      return isSecretPair(text, i, judge)
    case 58 /* : */:
      return text.startsWith('//', i + 1) || isSecretPair(text, i, judge)
    case 62 /* >, of a tag with something behind it */:
      return isTagEnd(text.charCodeAt(i - 1)) && i + 1 < text.length && text.charCodeAt(i + 1) !== 60
    case 37 /* %3D and %3A: an encoded pair */:
      return text.charCodeAt(i + 1) === 51 && (at(text, i + 2) === 100 || at(text, i + 2) === 97)
    case 46 /* . */:
      return isDotSign(text, i)
    case 74 /* J, of a JWT's eyJ */:
      return text.charCodeAt(i - 1) === 121 && text.charCodeAt(i - 2) === 101
    case 73 /* I, of AKIA, ASIA and AIza */:
      return (
        ((text.charCodeAt(i - 1) === 75 || text.charCodeAt(i - 1) === 83) && text.charCodeAt(i + 1) === 65) ||
        (text.charCodeAt(i - 1) === 65 && text.charCodeAt(i + 1) === 122)
      )
    default:
      return i >= 2 && isKeyPrefix(text, i)
  }
}

/** Whether a secret's key stands before the sign at `i`: `pin: `, `"pin" =>`, `user[pin]=`. Told as branch 7 tells it. */
function isSecretPair(text: string, i: number, judge: Judge): boolean {
  let to = i
  for (let blanks = 0; blanks < 4 && isBlank(text.charCodeAt(to - 1)); blanks++) to--
  let before = text.charCodeAt(to - 1)
  if (before === 93 /* ] */ || before === 41 /* ) */) before = text.charCodeAt(--to - 1)
  if (before === 34 || before === 39) {
    to--
    for (let slashes = 0; slashes < 7 && text.charCodeAt(to - 1) === 92; slashes++) to--
  }
  let from = to
  let letters = false
  for (let c = text.charCodeAt(from - 1); isKeyChar(c); c = text.charCodeAt(from - 1)) {
    // Encoded: the pass takes that apart.
    if (c === 37) return true
    letters ||= isLetter(c)
    from--
  }
  return letters && judge(to - from > MOST_KEY ? text.slice(to - MOST_KEY, to) : text.slice(from, to)) === SECRET
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9
}

function isKeyChar(code: number): boolean {
  return isLetter(code) || isDigit(code) || code === 95 || code === 46 || code === 36 || code === 45 || code === 37
}

/** SG. ya29. hvs. hvb. */
function isDotSign(text: string, i: number): boolean {
  const before = text.charCodeAt(i - 1)
  if (before === 71) return text.charCodeAt(i - 2) === 83
  if (before === 57) return text.startsWith('ya2', i - 4)
  return (before === 115 || before === 98) && text.charCodeAt(i - 2) === 118 && text.charCodeAt(i - 3) === 104
}

/** A letter, a digit or a quote: `->` and `=>` end no tag. */
function isTagEnd(code: number): boolean {
  return isLetter(code) || isDigit(code) || code === 34 || code === 39
}

function isLetter(code: number): boolean {
  const lower = code | 32
  return lower >= 97 && lower <= 122
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** What stands before the _ of ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ sk_live_ rk_test_ npm_ hf_ whsec_ shpat_ glsa_ do…_v1_, and of our own tt_. */
function isKeyPrefix(text: string, i: number): boolean {
  return (
    (text.charCodeAt(i - 3) === 103 && text.charCodeAt(i - 2) === 104) ||
    (text.charCodeAt(i - 2) === 104 && text.charCodeAt(i - 1) === 102) ||
    text.startsWith('pat', i - 3) ||
    text.startsWith('live', i - 4) ||
    text.startsWith('test', i - 4) ||
    text.startsWith('npm', i - 3) ||
    text.startsWith('whsec', i - 5) ||
    text.startsWith('shp', i - 5) ||
    text.startsWith('glsa', i - 4) ||
    text.startsWith('_v1', i - 3) ||
    (text.charCodeAt(i - 1) === 116 && text.charCodeAt(i - 2) === 116 && !isKeyChar(text.charCodeAt(i - 3)))
  )
}
