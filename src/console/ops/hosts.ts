// Errors of clients quote the machines that they speak to; who sees a message need not know them. Every pattern is bounded, so
// that no text keeps it busy.

const HOST = '[HOST]'
const GROUP = '[0-9a-f]{1,4}'
const SOME = `(?:${GROUP}(?::${GROUP}){0,6})?`

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // The authority of a URL.
  [/\b([a-z][a-z0-9+.-]{1,15}:\/\/)[^\s/?#"'<>)]{1,300}/gi, `$1${HOST}`],
  // IPv4, and IPv6 whole or with its zeroes left out.
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b/g, HOST],
  [new RegExp(`\\[?(?<![\\w:])(?:(?:${GROUP}:){7}${GROUP}|${SOME}::${SOME})(?![\\w:])\\]?(?::\\d{1,5})?`, 'gi'), HOST],
  // What follows a code of Node.
  [
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)\s+[^\s,;]{1,300}/g,
    `$1 ${HOST}`,
  ],
  // A name with a port.
  [/\b(?:[a-z0-9][a-z0-9-]{0,62}\.){0,8}[a-z][a-z0-9-]{0,62}:\d{2,5}\b/gi, HOST],
  // A name of the inside.
  [/\b(?:[a-z0-9][a-z0-9-]{0,62}\.){1,8}(?:internal|local|localdomain|lan|intranet|corp|home|svc|cluster)\b/gi, HOST],
]

export function withoutHosts(text: string): string {
  let shown = text
  for (const [pattern, replacement] of PATTERNS) shown = shown.replace(pattern, replacement)
  return shown
}
