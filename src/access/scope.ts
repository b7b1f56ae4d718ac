// SMART scopes, parsed to the grammar of SMART App Launch 1 and 2: `system/*.read`, `user/Observation.rs?category=lab`.
// What does not fit the grammar to the letter grants nothing: no other case, no spaces, no letters out of order.

export type ScopeContext = 'patient' | 'user' | 'system'

export type Permission = 'create' | 'read' | 'update' | 'delete' | 'search'

export interface Scope {
  readonly context: ScopeContext
  /** A record type, or `*`. */
  readonly resource: string
  readonly permissions: ReadonlySet<Permission>
  /** What narrows it (version 2), as it was written; null when nothing does. */
  readonly query: string | null
}

/** The record type is bounded, so that no scope makes the search long. */
const SCOPE =
  /^(patient|user|system)\/(\*|[A-Za-z][A-Za-z0-9_-]{0,63})\.(read|write|\*|[cruds]{1,5})(?:\?([\x21-\x7e]{1,1024}))?$/
const IN_ORDER = /^c?r?u?d?s?$/
const QUERY = /^[A-Za-z_][\w:.-]*=[^&=]+(?:&[A-Za-z_][\w:.-]*=[^&=]+)*$/

const LETTERS: Readonly<Record<string, Permission>> = {
  c: 'create',
  r: 'read',
  u: 'update',
  d: 'delete',
  s: 'search',
}
/** What version 1 calls read and write, in letters of version 2. */
const WORDS: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' }

/** A scope by the grammar; null for any other text, which may still be a scope of another kind (`openid`). */
export function parseScope(text: string): Scope | null {
  const match = SCOPE.exec(text)
  if (match === null) return null
  const [, context, resource, written, query] = match as unknown as [string, ScopeContext, string, string, string?]
  const letters = WORDS[written] ?? written
  if (!IN_ORDER.test(letters)) return null
  if (query !== undefined && (WORDS[written] !== undefined || !QUERY.test(query))) return null
  const permissions = new Set([...letters].map((letter) => LETTERS[letter]!))
  return { context, resource, permissions, query: query ?? null }
}

/**
 * Whether one of the scopes speaks for the whole system: context `system`, every resource, and reading among what it
 * permits, narrowed by nothing. A wildcard of a user or a patient never does (H-44, ruling 22).
 */
export function hasSystemScope(scopes: readonly string[]): boolean {
  for (const text of scopes) {
    const scope = parseScope(text)
    if (scope === null || scope.context !== 'system' || scope.resource !== '*') continue
    if (scope.query === null && scope.permissions.has('read')) return true
  }
  return false
}
