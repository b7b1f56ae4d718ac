// Walks a chain from its first row and says the first that does not fit. What a chain cannot show by itself, that its last
// rows were cut off or that all of it was written anew, shows against a hash that was noted elsewhere.
import { EMPTY, GENESIS, type Head, hashOf } from './chain.ts'
import type { AuditRow, ChainedRow } from './row.ts'
import { coveredBy, type Reader } from './store.ts'

/**
 * `changed`: a field or a hash is not as it was written. `missing`: rows before it are gone. `order`: it stands in another
 * place than it was written in. `genesis`: the trail does not begin with its first row, and nothing says that rows before
 * it were pruned. `head`: the noted hash is not in the trail. `start`: there is no row to begin with.
 */
export type Break = 'changed' | 'missing' | 'order' | 'genesis' | 'head' | 'start'

export interface Broken {
  readonly kind: Break
  /** Of the first row that does not fit; null where it is none's. */
  readonly id: string | null
  readonly seq: number | null
  readonly text: string
}

export interface Verification {
  readonly ok: boolean
  /** How many rows were walked. */
  readonly rows: number
  /** The last row that fits; its hash is what to note elsewhere. Null where there is none. */
  readonly head: { readonly seq: number; readonly id: string; readonly hash: string } | null
  readonly broken: Broken | null
}

export interface VerifyOptions {
  /** Begin at the row with this id, and believe what is before it. */
  readonly fromId?: string | undefined
  /** A hash that the trail had at some time: it has to have it still. */
  readonly head?: string | undefined
}

const BATCH = 1000

export async function verifyChain(reader: Reader, options: VerifyOptions = {}): Promise<Verification> {
  const noted = options.head?.toLowerCase()
  let rows = 0
  let last: ChainedRow | null = null
  let met = noted === undefined
  const done = (broken: Broken | null): Verification => {
    const head = last === null ? null : { seq: last.seq, id: last.id, hash: last.hash }
    return { ok: broken === null, rows, head, broken }
  }
  const begin = await beginning(reader, options.fromId)
  if ('kind' in begin) return done(begin)
  const { covered } = begin
  let { before } = begin
  if (noted === covered?.hash && noted !== undefined) met = true
  for (;;) {
    const batch: readonly ChainedRow[] = await reader.after(before.seq, BATCH)
    for (const row of batch) {
      const broken = await judge(row, before, covered, reader, last)
      if (broken !== null) return done(broken)
      rows++
      last = row
      before = row
      if (row.hash === noted) met = true
    }
    if (batch.length < BATCH) break
  }
  if (covered !== null && options.fromId === undefined && before.seq < covered.seq) {
    return done(breakAt('missing', last, `the rows up to the pruned row ${covered.seq} are gone, and those after it`))
  }
  if (met) return done(null)
  const text = `no row has the noted hash ${noted}: rows were cut off, pruned since, or the trail was written anew`
  return done({ kind: 'head', id: null, seq: null, text })
}

interface Beginning {
  /** What the first row has to follow. */
  readonly before: Head
  /** The last row that was pruned, or is to be. */
  readonly covered: Head | null
}

async function beginning(reader: Reader, fromId: string | undefined): Promise<Beginning | Broken> {
  const checkpoint = await reader.checkpoint()
  const covered = checkpoint === undefined ? null : coveredBy(checkpoint)
  if (fromId !== undefined) {
    const row = await reader.byId(fromId)
    if (row === undefined) return { kind: 'start', id: fromId, seq: null, text: 'the trail has no row with this id' }
    return { before: { seq: row.seq - 1, hash: row.prev_hash }, covered }
  }
  const [first] = await reader.after(0, 1)
  if (first === undefined || first.seq <= 1) return { before: EMPTY, covered }
  // A trail whose pruning was broken off begins at any row that the checkpoint covers.
  if (covered !== null && first.seq - 1 < covered.seq)
    return { before: { seq: first.seq - 1, hash: first.prev_hash }, covered }
  if (covered !== null && first.seq - 1 === covered.seq) return { before: covered, covered }
  const text = `the trail begins with row ${first.seq}, and no row says that those before it were pruned`
  return breakAt('genesis', first, text)
}

async function judge(
  row: ChainedRow,
  before: Head,
  covered: Head | null,
  reader: Reader,
  last: ChainedRow | null,
): Promise<Broken | null> {
  if (!isWhole(row)) return breakAt('changed', row, 'a field or its hash is not as it was written')
  if (row.prev_hash !== before.hash) {
    if (last === null && before.hash === GENESIS)
      return breakAt('genesis', row, 'it is not the first row of this trail')
    if (await reader.hasHash(row.prev_hash))
      return breakAt('order', row, 'it follows another row than the one before it')
    if (row.seq === before.seq + 1 && last !== null)
      return breakAt(
        'changed',
        last,
        `row ${row.seq} follows another row than this: it was written anew, or rows were removed`,
      )
    return breakAt('missing', row, `the row that it follows is gone: ${gap(before, row)}`)
  }
  if (row.seq !== before.seq + 1) return breakAt('order', row, `its number is not ${before.seq + 1}`)
  if (covered !== null && row.seq === covered.seq && row.hash !== covered.hash)
    return breakAt('changed', row, 'it is not the row that the checkpoint says to be the last pruned')
  return null
}

function gap(before: Head, row: ChainedRow): string {
  const [from, to] = [before.seq + 1, row.seq - 1]
  return from === to
    ? `row ${from} is missing`
    : from < to
      ? `rows ${from} to ${to} are missing`
      : 'nothing has its hash'
}

/** Whether the hash is that of what is there; what cannot even be encoded is not. */
function isWhole(row: ChainedRow): boolean {
  if (!/^[0-9a-f]{64}$/.test(row.prev_hash)) return false
  try {
    return hashOf(row as AuditRow, row.prev_hash) === row.hash
  } catch {
    return false
  }
}

function breakAt(kind: Break, row: ChainedRow | null, text: string): Broken {
  return { kind, id: row?.id ?? null, seq: row?.seq ?? null, text }
}
