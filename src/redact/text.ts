// What a free text must not carry: bearer tokens, JWTs, PEM blocks, card numbers, well-known access keys,
// `password=…` pairs, URLs with credentials; e-mail addresses by switch. One alternation finds them all in one pass;
// a scan by character code before it lets ordinary text through untouched (tens of ns for a short string).
import { detached, type Finding, SECRET } from './key.ts'
import { REDACTED } from './mark.ts'
import { keyIn, pairValue, tagOf, tagValue } from './pair.ts'
import { hasSign, isSuspicious, type Judge } from './sign.ts'
import { redactUrl } from './url.ts'

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

const KEY_CHAR = '\\w.$%-'
/** Between the groups of a card number. */
const GAP = '[ \\u00a0\\u2000-\\u2015\\u202f-]'

// Each branch begins at a boundary and has bounded or possessive-like repeats, so the pass is linear in the text.
const BRANCHES = [
  '-----BEGIN [A-Z0-9 ]{1,64}-----[^]*?(?:-----END [A-Z0-9 ]{1,64}-----|$)', // 1 PEM
  '(?<![\\w+.-])[A-Za-z][A-Za-z0-9+.-]{1,30}:\\/\\/[^\\s"\'<>`\\\\]+|(?<![\\w:/.])\\/\\/[^\\s"\'<>`\\\\@/]*:[^\\s"\'<>`\\\\@]*@[^\\s"\'<>`\\\\]+', // 2 URL
  // 3: scheme and credentials; `basic authentication` is prose, so a short one needs more than letters
  '(?<!\\w)(?:[Bb][Ee][Aa][Rr][Ee][Rr]|[Bb][Aa][Ss][Ii][Cc])\\s+["\']?(?!REDACTED(?![\\w.~+\\/=-]))' +
    '(?:(?=[\\w.~+\\/-]*(?:[\\d=+\\/_]|\\.\\w))[\\w.~+\\/=-]{6,}|[\\w.~+\\/=-]{20,})',
  'eyJ[\\w-]{5,}(?:\\.[\\w-]*){1,4}|eyJ[\\w-]{40,}', // 4 JWT, JWE
  // 5: keys of GitHub, GitLab, npm, PyPI, Stripe, AWS, Google, Slack, OpenAI, SendGrid, Hugging Face, Shopify, DigitalOcean, Docker, Grafana, Vault, and ours
  '(?<![\\w])(?:gh[pousr]_\\w{20,}|github_pat_\\w{20,}|glpat-[\\w-]{16,}|npm_\\w{20,}|pypi-[\\w-]{20,}' +
    '|[srp]k_(?:live|test)_\\w{8,}|whsec_[\\w+/=]{16,}|A[KS]IA[A-Z0-9]{12,}|AIza[\\w-]{30,}|GOCSPX-[\\w-]{16,}' +
    '|ya29\\.[\\w-]{20,}|xox[a-z]-[\\w-]{10,}|xapp-[\\w-]{10,}|sk-[\\w-]{20,}|SG\\.[\\w-]{16,}\\.[\\w-]{16,}|hf_\\w{20,}' +
    '|shp(?:at|ss|ca|pa)_\\w{20,}|do[opr]_v1_\\w{20,}|dckr_pat_[\\w-]{20,}|glsa_\\w{20,}|tt_[0-9A-Za-z]{22}_\\w{8,}|hv[sb]\\.[\\w-]{20,})',
  `(?<![\\d.])\\d(?:${GAP}?\\d){12,18}(?![\\d])`, // 6 card
  `(?<![${KEY_CHAR}])[${KEY_CHAR}]{1,1024}(?:\\\\{0,7}["'])?[\\])]?[ \\t]{0,4}(?:=>?|:|%3[DdAa])`, // 7 key of a pair
  '(?<![\\w-])--[A-Za-z][\\w.-]{0,63}[ \\t]+(?![-=])', // 8 flag of a command line
  '(?<=<[A-Za-z][\\w.:-]{0,127}(?:\\s[^<>]{0,200})?)>(?=[^<])', // 9 end of a tag
]
const DETECTORS = ['', 'pem', 'url', 'authorization', 'jwt', 'known_key', 'card', 'key', 'key', 'key', 'email']
const EMAIL = '(?<![\\w.%+-])[\\w.%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\\.){1,8}[A-Za-z]{2,24}'

const SEPARATORS = new RegExp(GAP, 'g')
export interface TextOptions {
  judge: Judge
  emails: boolean
  /** Longest text that is given back, in characters. */
  maxText: number
  /** Further patterns, each with the flag `g`. */
  patterns?: readonly { readonly name: string; readonly pattern: RegExp }[]
  /** Told of what is replaced; then nothing is remembered, so that each time is told. */
  onFound?: ((found: Finding) => void) | null
}

const TRUNCATED = '…[TRUNCATED]'
const CACHED_LENGTH = 256
const CACHE = 1024
const MAX_WITHIN = 4

export interface TextRedactor {
  /** Gives the text back without what it must not carry: the very same string when nothing was found. */
  readonly text: (text: string) => string
  /** The same for one that is known not to be plain. */
  readonly doubtful: (text: string) => string
}

export function textRedactor(options: TextOptions): TextRedactor {
  const { judge, emails, maxText, patterns = [], onFound = null } = options
  const sources = emails ? [...BRANCHES, EMAIL] : BRANCHES
  const pattern = new RegExp(sources.map((source) => `(${source})`).join('|'), 'g')
  const own = patterns.length > 0
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
      let key: string | undefined
      if (match[2] !== undefined) {
        const url = redactUrl(found, judge, valueInUrl, onFound)
        // Its values were passed by the same pattern, which has forgotten where this pass stands.
        pattern.lastIndex = end
        if (url !== found) instead = url
      } else if (match[3] !== undefined) instead = `${found.slice(0, found.search(/\s/))} ${REDACTED}`
      else if (match[6] !== undefined) {
        if (isCard(found.replace(SEPARATORS, ''))) instead = REDACTED
        // A longer run may hide a card further on: look again behind the first digit.
        else pattern.lastIndex = start + 1
      } else if (match[7] !== undefined || match[8] !== undefined || match[9] !== undefined) {
        // Only the key is passed by: its value may hold another finding.
        key = match[9] === undefined ? keyIn(found, match[7] !== undefined) : tagOf(text, start)
        const secret = key !== '' && judge(key) === SECRET
        // A key that is judged for the first time is passed by the same pattern itself.
        pattern.lastIndex = end
        if (secret) {
          const value = match[9] === undefined ? pairValue(text, end, found) : tagValue(text, end)
          if (value !== null) {
            const inUrl = start > 0 && (text[start - 1] === '?' || text[start - 1] === '&')
            instead = found + value.before + (inUrl ? 'REDACTED' : REDACTED) + value.after
            end = value.end
          }
        }
      } else instead = REDACTED
      if (instead !== null) {
        // A URL tells by itself what it hides.
        if (onFound !== null && match[2] === undefined) {
          const by = DETECTORS[match.findIndex((group, i) => i > 0 && group !== undefined)]!
          onFound(key === undefined ? { by } : { by, key })
        }
        out += text.slice(from, start) + instead
        from = end
        pattern.lastIndex = end
      }
    }
    return from === 0 ? text : out + text.slice(from)
  }

  /** What the user's own patterns find. */
  function ownPass(text: string): string {
    let value = text
    for (const { name, pattern: one } of patterns) {
      one.lastIndex = 0
      value = value.replace(one, (found) => {
        // Nothing, and what stands for something replaced, is no finding.
        if (found === '' || REDACTED.includes(found)) return found
        onFound?.({ by: name })
        return REDACTED
      })
    }
    return value
  }

  /** URLs within URLs are followed a few levels down: each level scans the rest of the text once more. */
  let within = 0

  function valueInUrl(text: string): string {
    if (!isSuspicious(text, emails, judge)) return text
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
      const seen = own ? ownPass(bounded) : bounded
      const next = pass(seen)
      if (next === value) return value
      value = next
    }
    return REDACTED
  }

  function remembered(text: string): string {
    if (text.length > CACHED_LENGTH || onFound !== null) return slow(text)
    const known = answers.get(text)
    if (known !== undefined) return known ?? text
    const answer = slow(text)
    if (answers.size >= CACHE) answers = new Map()
    answers.set(detached(text), answer === text ? null : detached(answer))
    return answer
  }

  const whole = (text: string): boolean => !own && text.length <= maxText
  return {
    text: (text) => (whole(text) && !isSuspicious(text, emails, judge) ? text : remembered(text)),
    doubtful: (text) => (whole(text) && !hasSign(text, emails, judge) ? text : remembered(text)),
  }
}

/** Cuts at the last blank before the bound, so that half a secret is not left standing. */
function cut(text: string, max: number): string {
  const room = Math.max(0, max - TRUNCATED.length)
  const blank = Math.max(text.lastIndexOf(' ', room), text.lastIndexOf('\n', room), text.lastIndexOf(',', room))
  const kept = text.slice(0, Math.max(blank, 0))
  return kept + TRUNCATED.slice(0, max)
}
