// Whether the scopes of a caller permit an operation on records.
import type { Operation, OperationKind } from './operation.ts'
import { hasSystemScope, type Permission, parseScope, type ScopeContext } from './scope.ts'

/** One way in which an operation is permitted. */
export interface Grant {
  /** Whose records: all of them, the user's, or the one patient's. */
  readonly context: ScopeContext
  /** What narrows it, as the scope has it; null when nothing does. */
  readonly query: string | null
}

export type Authorised =
  | {
      readonly ok: true
      /** Permitted is what one of them covers; the application keeps its answer to that. Empty on exempt paths. */
      readonly grants: readonly Grant[]
    }
  | { readonly ok: false; readonly status: 403; readonly code: 'scope_missing'; readonly detail: string }

export interface AuthoriseOptions {
  /** Take scopes with a filter too: the application keeps to the `query` of the grants. Without it they permit nothing. */
  readonly queries?: boolean
}

const NEEDS: Readonly<Partial<Record<OperationKind, Permission>>> = {
  read: 'read',
  history: 'read',
  search: 'search',
  create: 'create',
  update: 'update',
  delete: 'delete',
}

const REFUSED: Authorised = {
  ok: false,
  status: 403,
  code: 'scope_missing',
  detail: 'No scope of the token permits this.',
}
const FREE: Authorised = { ok: true, grants: [] }

/** Decides for one operation. Those on the whole system and the console need a `system/*` scope that reads. */
export function authorise(
  { kind, type }: Pick<Operation, 'kind' | 'type'>,
  scopes: readonly string[],
  options: AuthoriseOptions = {},
): Authorised {
  if (kind === 'exempt') return FREE
  if (kind === 'system' || kind === 'console')
    return hasSystemScope(scopes) ? { ok: true, grants: [{ context: 'system', query: null }] } : REFUSED
  const needed = NEEDS[kind]
  if (needed === undefined || type === null) return REFUSED
  const grants: Grant[] = []
  for (const text of scopes) {
    const scope = parseScope(text)
    if (scope === null || !scope.permissions.has(needed)) continue
    if (scope.resource !== '*' && scope.resource !== type) continue
    const { context, query } = scope
    if (query !== null && options.queries !== true) continue
    if (!grants.some((grant) => grant.context === context && grant.query === query)) grants.push({ context, query })
  }
  return grants.length === 0 ? REFUSED : { ok: true, grants }
}
