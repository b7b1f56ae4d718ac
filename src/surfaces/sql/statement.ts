// What may be said about a statement: its first word, out of a closed list, and, where it is asked for, its shape, in which
// no literal is left. The text itself goes nowhere.

const WORDS: ReadonlySet<string> = new Set(
  `ALTER ANALYZE ATTACH BEGIN CALL CHECKPOINT CLOSE CLUSTER COMMENT COMMIT COPY CREATE DEALLOCATE DECLARE DELETE DESC
  DESCRIBE DETACH DISCARD DO DROP END EXECUTE EXPLAIN FETCH GRANT INSERT KILL LISTEN LOAD LOCK MERGE NOTIFY OPTIMIZE
  PRAGMA PREPARE REFRESH REINDEX RELEASE REPLACE RESET REVOKE ROLLBACK SAVEPOINT SELECT SET SHOW START TABLE TRUNCATE
  UNLISTEN UNLOCK UPDATE USE VACUUM VALUES WITH`.split(/\s+/),
)
const ANSWERS: ReadonlySet<string> = new Set([
  'DESC',
  'DESCRIBE',
  'EXPLAIN',
  'FETCH',
  'PRAGMA',
  'SELECT',
  'SHOW',
  'TABLE',
  'VALUES',
  'WITH',
])
const OTHER = '_OTHER'
const LONGEST = 12
/** By a hash of the letters: nothing is cut out of a statement to look its first word up. */
const BY_HASH: ReadonlyMap<number, string> = new Map(
  [...WORDS].map((word) => [hashOf(word, 0, word.length), word] as const),
)
const MAX_SHAPE = 2048
/** A statement can be megabytes of literals: what lies beyond this is cut off before it is looked at. */
const MAX_READ = 16_384

/** The statement's first word in capitals; `_OTHER` for what is no SQL known to us. */
export function verbOf(sql: string): string {
  let at = 0
  for (;;) {
    const code = sql.charCodeAt(at)
    if (code <= 32 || code === 40 || code === 59) at++
    else if (code === 45 && sql.charCodeAt(at + 1) === 45) at = after(sql, '\n', at + 2)
    else if (code === 47 && sql.charCodeAt(at + 1) === 42) at = after(sql, '*/', at + 2)
    else break
  }
  // Mostly the word of the statement before.
  if (begins(sql, at, lastWord)) return lastWord
  let end = at
  while (end - at < LONGEST && isLetter(sql.charCodeAt(end))) end++
  const word = BY_HASH.get(hashOf(sql, at, end))
  if (word === undefined || !begins(sql, at, word)) return OTHER
  lastWord = word
  return word
}

let lastWord = 'SELECT'

/** Whether `word`, in capitals, stands there and ends there. */
function begins(sql: string, at: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) if ((sql.charCodeAt(at + i) & ~32) !== word.charCodeAt(i)) return false
  return !isLetter(sql.charCodeAt(at + word.length))
}

function isLetter(code: number): boolean {
  const small = code | 32
  return small >= 97 && small <= 122
}

function hashOf(text: string, from: number, to: number): number {
  let hash = 0
  for (let i = from; i < to; i++) hash = (hash * 31 + (text.charCodeAt(i) & ~32)) | 0
  return hash
}

/** Whether a statement that begins so answers rows, for want of its answer. */
export function answersRows(verb: string): boolean {
  return ANSWERS.has(verb)
}

const TOKEN =
  /\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[eE]'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|(?:[xXbBnN]|[uU]&)?'(?:[^']|'')*(?:'|$)|\$([A-Za-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$)|"(?:[^"]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$)|[$:@]\w+|[^\W\d][\w$]*|\.?\d[\w.]*(?:(?<=[eE])[+-]?\d+)?|#[^\n]*|[\s\S]/gu
const LISTS = /\(\s*(?:\?|\$\d+)(?:\s*,\s*(?:\?|\$\d+))+\s*\)/g
const ROWS = /\(\?\)(?:\s*,\s*\(\?\))+/g

/**
 * The statement with `?` for each literal, without comments, lists of values as `(?)`, at most 2 048 characters. Where the
 * dialect decides what a backslash before a quote means, the rest is left out: rather a short shape than a piece of data.
 */
export function shapeOf(sql: string, system: string): string {
  const mysql = system === 'mysql' || system === 'mariadb'
  const whole = sql.length <= MAX_READ
  let out = ''
  for (const [token] of (whole ? sql : sql.slice(0, MAX_READ)).matchAll(TOKEN)) {
    const first = token[0]!
    if (first <= ' ' || token.startsWith('--') || token.startsWith('/*') || (mysql && first === '#')) {
      if (out !== '' && !out.endsWith(' ')) out += ' '
      continue
    }
    const quoted = literal(token, mysql)
    out += quoted ? '?' : token
    if (quoted && token.includes('\\') && !/^[eE]'/.test(token)) return `${out}…`
  }
  const shape = out.trim().replace(LISTS, '(?)').replace(ROWS, '(?)')
  return shape.length > MAX_SHAPE || !whole ? `${shape.slice(0, MAX_SHAPE)}…` : shape
}

function literal(token: string, mysql: boolean): boolean {
  const first = token[0]!
  if (token.length > 1 && first === '$') return token.endsWith('$') || !/^\$\w+$/.test(token)
  if (first === '"') return mysql
  if (first === '`') return false
  return token.includes("'") || /^\.?\d/.test(token)
}

function after(sql: string, mark: string, from: number): number {
  const at = sql.indexOf(mark, from)
  return at < 0 ? sql.length : at + mark.length
}
