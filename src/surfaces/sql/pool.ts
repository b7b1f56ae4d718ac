// Pools as gauges, read when somebody collects. A pool is held weakly, so that one that its application forgot is gone here
// too; pools of one name are added up.
import { noticeOnce } from '../../base/notice.ts'
import { shared } from '../../base/slot.ts'
import type { Registry } from '../../metrics/registry.ts'
import { NAMES } from '../../model/names.ts'
import { fault } from './guard.ts'

export interface PoolState {
  readonly active: number
  readonly idle: number
  /** Undefined: without a limit. */
  readonly max: number | undefined
  readonly pending: number
}

interface Watched {
  readonly pool: WeakRef<object>
  readonly name: string
  /** Null once it is closed. */
  readonly read: (pool: object) => PoolState | null
}

const MAX_POOLS = 256
const watched: Watched[] = shared('sql.pools', () => [] as Watched[])

export function watchPool(pool: object, name: string, read: (pool: object) => PoolState | null): void {
  if (watched.length >= MAX_POOLS) {
    const text = `more than ${MAX_POOLS} pools: the newest ones have no gauges`
    noticeOnce('sql.pools', 'warn', 'sql.pools', text)
    return
  }
  watched.push({ pool: new WeakRef(pool), name, read })
}

/** Starts the gauges; returns what ends them. */
export function collectPools(registry: Registry): () => void {
  const active = registry.observe(NAMES.database_connections_active)
  const idle = registry.observe(NAMES.database_connections_idle)
  const max = registry.observe(NAMES.database_connections_max)
  const pending = registry.observe(NAMES.database_connections_pending)
  const count = registry.observe(NAMES.db_client_connection_count)
  return registry.onCollect(() => {
    for (const [pool, state] of states()) {
      active.observe(state.active, { pool })
      idle.observe(state.idle, { pool })
      if (state.max !== undefined) max.observe(state.max, { pool })
      pending.observe(state.pending, { pool })
      count.observe(state.active, { pool, state: 'used' })
      count.observe(state.idle, { pool, state: 'idle' })
    }
  })
}

function states(): Map<string, PoolState> {
  const found = new Map<string, PoolState>()
  for (let i = watched.length - 1; i >= 0; i--) {
    const { pool, name, read } = watched[i]!
    const held = pool.deref()
    const state = held === undefined ? null : stateOf(held, read)
    if (state === null) {
      watched.splice(i, 1)
      continue
    }
    const before = found.get(name)
    found.set(name, before === undefined ? state : sum(before, state))
  }
  return found
}

/** A pool that cannot be read is watched no more, and the others go on. */
function stateOf(pool: object, read: Watched['read']): PoolState | null {
  try {
    return read(pool)
  } catch (error) {
    fault(error)
    return null
  }
}

function sum(a: PoolState, b: PoolState): PoolState {
  return {
    active: a.active + b.active,
    idle: a.idle + b.idle,
    max: a.max === undefined || b.max === undefined ? undefined : a.max + b.max,
    pending: a.pending + b.pending,
  }
}
