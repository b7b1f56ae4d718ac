// What a message of logical replication says, in the shapes that the plugins of pg-logical-replication parse it to: pgoutput,
// wal2json in both formats, test_decoding. Rows are not looked at.
import type { Op } from './surface.ts'

export interface Told {
  readonly changes: readonly Op[]
  /** Of a commit: when it was, epoch milliseconds. */
  readonly committed: number | null
}

interface Shapes {
  /** pgoutput */
  readonly tag?: unknown
  readonly commitTime?: unknown
  readonly relations?: readonly unknown[]
  /** wal2json 1 */
  readonly change?: readonly { readonly kind?: unknown }[]
  /** wal2json 2: a letter; test_decoding: a word */
  readonly action?: unknown
  readonly timestamp?: unknown
  /** test_decoding */
  readonly trx?: unknown
  readonly time?: unknown
}

const OPS: ReadonlyMap<unknown, readonly Op[]> = new Map(
  (['insert', 'update', 'delete', 'truncate'] as const).flatMap((op) => {
    const one = [op] as const
    return [op, op.toUpperCase(), op[0]!.toUpperCase()].map((word) => [word, one] as const)
  }),
)
const NOTHING: Told = { changes: [], committed: null }

/** Null when it is no shape that we know. */
export function read(message: unknown): Told | null {
  if (typeof message !== 'object' || message === null) return null
  const { tag, change, action, trx } = message as Shapes
  if (typeof tag === 'string') return pgoutput(tag, message as Shapes)
  if (Array.isArray(change)) {
    const changes = change.flatMap((one: { kind?: unknown }) => OPS.get(one?.kind) ?? [])
    return { changes, committed: time((message as Shapes).timestamp) }
  }
  if (typeof action === 'string') {
    const ops = OPS.get(action)
    if (ops !== undefined) return { changes: ops, committed: null }
    return action === 'C' ? { changes: [], committed: time((message as Shapes).timestamp) } : NOTHING
  }
  if (typeof trx !== 'string') return null
  return trx === 'COMMIT' ? { changes: [], committed: time((message as Shapes).time) } : NOTHING
}

function pgoutput(tag: string, { commitTime, relations }: Shapes): Told {
  if (tag === 'commit')
    return { changes: [], committed: typeof commitTime === 'bigint' ? Number(commitTime) / 1000 : null }
  // One TRUNCATE of several tables is one message here, and one a table with the other plugins.
  if (tag === 'truncate' && Array.isArray(relations))
    return { changes: relations.map(() => 'truncate'), committed: null }
  const changes = OPS.get(tag)
  return changes === undefined ? NOTHING : { changes, committed: null }
}

/** `2026-11-21 09:49:43.123456+00`, which is ISO 8601 but for its space and a short zone. */
function time(text: unknown): number | null {
  if (typeof text !== 'string') return null
  const iso = text
    .trim()
    .replace(' ', 'T')
    .replace(/([+-]\d\d)$/, '$1:00')
  const ms = Date.parse(iso)
  return Number.isFinite(ms) ? ms : null
}
