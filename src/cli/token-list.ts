// Tokens as a table of 80 columns for a person, and as JSON for a program. Neither has a hash.
import { timeText } from '../access/tokens/document.ts'
import { endOf, type KeptToken, stateOf, verdict } from '../access/tokens/record.ts'

export function tokenJson(token: KeptToken, at: number) {
  return {
    token_id: token.id,
    scopes: token.scopes,
    label: token.label,
    state: stateOf(token, at),
    accepted: verdict(token, at) === 'ok',
    created_at: timeText(token.createdAt),
    expires_at: timeText(token.expiresAt),
    revoked_at: timeText(token.revokedAt),
    replaced_by: token.replacedBy,
    accepted_until: timeText(token.acceptedUntil),
  }
}

const HEAD = ['TOKEN ID', 'STATE', 'AGE', 'EXPIRES', 'SCOPES'] as const
const WIDTHS = [36, 8, 4, 8] as const

/** One line a token; its label and its further scopes stand below, so that usual ones keep within 80 columns. */
export function tokenTable(tokens: readonly KeptToken[], at: number): string {
  let text = line(HEAD)
  for (const token of tokens) {
    const { id, label, createdAt } = token
    const [first = '', ...more] = token.scopes
    text += line([id, stateOf(token, at), span(at - createdAt), expiry(token, at), first])
    if (label !== null) text += line([`  ${label}`, '', '', '', more.shift() ?? ''])
    for (const scope of more) text += line(['', '', '', '', scope])
  }
  return text
}

/** A label that is wider than the first column pushes the others. */
function line(cells: readonly string[]): string {
  return `${cells
    .map((cell, i) => cell.padEnd(WIDTHS[i] ?? 0))
    .join('  ')
    .trimEnd()}\n`
}

function expiry(token: KeptToken, at: number): string {
  if (token.revokedAt !== null) return '-'
  if (token.replacedBy !== null && token.acceptedUntil === null) return '-'
  const end = endOf(token)
  if (end === null) return 'never'
  return end > at ? `in ${span(end - at, Math.round)}` : `${span(at - end)} ago`
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const

/** In the largest unit that fits twice: `47h`, `2d`. */
function span(ms: number, whole: (count: number) => number = Math.floor): string {
  const [unit, size] = UNITS.find(([, size]) => whole(ms / size) >= 2) ?? ['s', 1000]
  return `${Math.max(0, whole(ms / size))}${unit}`
}
