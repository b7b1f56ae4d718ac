// What a request does to which record, told by its method and its path: the authoriser's view of a URL. The tenant's
// segment is taken off by the very function that the router uses, so no spelling of a path means two things. It fails
// closed: what it does not know is `unknown`, for which no scope speaks, and no path is "a system path" that goes unchecked.
import { EXEMPT_PATHS, isExempt } from './path.ts'
import { RESERVED_SEGMENTS, stripTenantPrefix, type TenantRules } from './tenant.ts'

export type OperationKind =
  | 'read'
  | 'search'
  | 'create'
  | 'update'
  | 'delete'
  | 'history'
  /** The whole system: its history, its search, a batch. */
  | 'system'
  /** A URL of the console: never an operation on records (H-45). */
  | 'console'
  | 'exempt'
  | 'unknown'

export interface Operation {
  readonly kind: OperationKind
  /** The record type; null where the operation is not on one. */
  readonly type: string | null
  readonly id: string | null
  /** What the path named as tenant; null when nothing was taken off. */
  readonly tenant: string | null
}

export interface OperationRules extends Pick<TenantRules, 'mode' | 'reserved'> {
  /** The record types that there are, in their own letter case; without them every word may be one. */
  readonly types?: readonly string[]
  /** Paths that authentication leaves alone, exact. */
  readonly exempt?: readonly string[]
  /** What stands before the record types, after the tenant: `/api`, `/fhir/r4`. */
  readonly base?: string
}

const TYPE = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/
const ID = /^[A-Za-z0-9._~:@-]{1,128}$/
const reserved = new Set(RESERVED_SEGMENTS)
const CONSOLE = new Set(['console', 'admin', 'metrics', 'ops', 'internal'])
const READS = new Set(['GET', 'HEAD'])

/** Classifies a request; `path` is as it was asked for, without query. */
export function classify(method: string, path: string, rules: OperationRules): Operation {
  if (isExempt(path, rules.exempt ?? EXEMPT_PATHS)) return { kind: 'exempt', type: null, id: null, tenant: null }
  const { tenant, path: rest } = stripTenantPrefix(path, rules)
  const said = (kind: OperationKind, type: string | null = null, id: string | null = null): Operation => ({
    kind,
    type,
    id,
    tenant,
  })
  const all = segmentsOf(rest)
  if (all === null) return said('unknown')
  if (CONSOLE.has(all[0]?.toLowerCase() ?? '')) return said('console')
  const segments = below(all, rules.base)
  if (segments === null) return said('unknown')
  const [first, second, third, ...more] = segments
  if (first === undefined) return said(method === 'POST' ? 'system' : 'unknown')
  if (CONSOLE.has(first.toLowerCase())) return said('console')
  if (first === '_history') return said(READS.has(method) && second === undefined ? 'system' : 'unknown')
  if (first === '_search') return said(method === 'POST' && second === undefined ? 'system' : 'unknown')
  if (!isType(first, rules)) return said('unknown')
  if (second === undefined) return said(onType(method), first)
  if (second === '_history' && third === undefined) return said(READS.has(method) ? 'history' : 'unknown', first)
  if (second === '_search' && third === undefined) return said(method === 'POST' ? 'search' : 'unknown', first)
  if (!ID.test(second) || second.charCodeAt(0) === 95) return said('unknown', first)
  if (third === undefined) return said(onRecord(method), first, second)
  if (third === '_history' && more.length === 0) return said(READS.has(method) ? 'history' : 'unknown', first, second)
  if (third === '_history' && more.length === 1 && ID.test(more[0]!))
    return said(READS.has(method) ? 'read' : 'unknown', first, second)
  // A compartment, `/Patient/123/Observation`: what is searched is the type at its end.
  if (more.length === 0 && isType(third, rules)) return said(READS.has(method) ? 'search' : 'unknown', third)
  return said('unknown', first, second)
}

function onType(method: string): OperationKind {
  if (READS.has(method)) return 'search'
  if (method === 'POST') return 'create'
  // Conditional ones, which name the record by a query.
  if (method === 'PUT' || method === 'PATCH') return 'update'
  return method === 'DELETE' ? 'delete' : 'unknown'
}

function onRecord(method: string): OperationKind {
  if (READS.has(method)) return 'read'
  if (method === 'PUT' || method === 'PATCH') return 'update'
  return method === 'DELETE' ? 'delete' : 'unknown'
}

function isType(segment: string, { types }: OperationRules): boolean {
  if (types !== undefined) return types.includes(segment)
  return TYPE.test(segment) && !reserved.has(segment.toLowerCase())
}

/** Decoded segments; null where a router might read another path than we: empty ones, dots, slashes that were encoded. */
function segmentsOf(path: string): string[] | null {
  const whole = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
  if (whole === '/') return []
  if (!whole.startsWith('/')) return null
  const segments: string[] = []
  for (const raw of whole.slice(1).split('/')) {
    let segment = raw
    try {
      if (raw.includes('%')) segment = decodeURIComponent(raw)
    } catch {
      return null
    }
    if (segment === '' || segment === '.' || segment === '..' || /[\\/\0]/.test(segment)) return null
    segments.push(segment)
  }
  return segments
}

/** Without the segments of `base`; null where the path does not begin with them. */
function below(segments: readonly string[], base = ''): readonly string[] | null {
  const wanted = base.split('/').filter((segment) => segment !== '')
  for (const [i, segment] of wanted.entries()) if (segments[i] !== segment) return null
  return segments.slice(wanted.length)
}
