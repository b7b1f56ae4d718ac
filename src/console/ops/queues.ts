// How deep the queues of `ops.queues` are: consumers of NATS, rows of a table, a gauge of the application. Each is asked on
// its own, and one that does not answer is null with the reason beside the others.
import type { Registry } from '../../metrics/registry.ts'
import type { FindFamily } from '../../objectives/source.ts'
import type { QueueState } from './answers.ts'
import type { NatsServers } from './nats.ts'
import type { HeldDatabase } from './provided.ts'
import { Absent, type Clock, type Known, Source } from './source.ts'
import { type Database, quoted, tableName, type Work } from './sql.ts'

interface Common {
  readonly name: string
  readonly backlog?: number | undefined
}

/** As `ops.queues` has them. */
export type QueueConfig =
  | (Common & { readonly source: 'nats'; readonly url: string; readonly stream: string; readonly consumer: string })
  | (Common & {
      readonly source: 'sql'
      readonly table: string
      readonly status_column?: string | undefined
      readonly pending: string
    })
  | (Common & { readonly source: 'metric'; readonly metric: string })

export interface QueueMeans {
  readonly queues: readonly QueueConfig[]
  /** Depth that is a backlog, where the queue does not say. */
  readonly backlog: number
  readonly nats: NatsServers
  readonly database: HeldDatabase
  readonly registry: Registry
  readonly find: FindFamily
  readonly clock: Clock
}

interface Depth {
  readonly depth: number
  readonly inFlight: number | null
  readonly scope: QueueState['scope']
}

export class Queues {
  readonly #means: QueueMeans
  readonly #asked: readonly (() => Promise<Known<Depth>> | Known<Depth>)[]

  constructor(means: QueueMeans) {
    this.#means = means
    this.#asked = means.queues.map((queue) => this.#asking(queue))
  }

  /** Each of them, in the order of the configuration, with the time at which it was asked. */
  read(): Promise<readonly { readonly state: QueueState; readonly at: number }[]> {
    const { queues, backlog, clock } = this.#means
    return Promise.all(
      queues.map(async (queue, i) => {
        const { value, reason, at } = await this.#asked[i]!()
        const measured = clock.now() - (clock.monotonic() - at)
        const state: QueueState = {
          name: queue.name,
          source: queue.source,
          scope: value?.scope ?? (queue.source === 'metric' ? 'single-instance' : 'cluster'),
          depth: value?.depth ?? null,
          in_flight: value?.inFlight ?? null,
          backlog: queue.backlog ?? backlog,
          measured_at: value === null ? null : new Date(measured).toISOString(),
          reason,
        }
        return { state, at }
      }),
    )
  }

  #asking(queue: QueueConfig): () => Promise<Known<Depth>> | Known<Depth> {
    const { nats, database, clock } = this.#means
    if (queue.source === 'nats') {
      return async () => {
        const { value, ...rest } = await nats.waiting(queue.url, queue.stream, queue.consumer)
        return { ...rest, value: value && { ...value, scope: 'cluster' } }
      }
    }
    if (queue.source === 'metric') return () => this.#gauge(queue.metric)
    const source = new Source<Depth>({
      name: `the queue ${queue.name}`,
      clock,
      async ask() {
        const db = database.get()
        return { depth: await db.read(waiting(db, queue)), inFlight: null, scope: db.scope }
      },
    })
    return () => source.read()
  }

  #gauge(metric: string): Known<Depth> {
    const { registry, find, clock } = this.#means
    const now = clock.monotonic()
    const not = (reason: string) => ({ value: null, reason, at: now })
    const found = find(metric)
    if (found === undefined) return not(`there is no metric ${metric}`)
    const { family, observed } = found
    if (family.type !== 'gauge' && family.type !== 'updown') return not(`${metric} is a ${family.type} and no gauge`)
    if (family.series.length === 0) return not(`${metric} has no value yet`)
    let depth = 0
    for (const { value } of family.series) depth += value
    // A callback was asked at the last collection.
    const at = observed ? now - Math.max(0, clock.now() - registry.sizes().collected) : now
    return { value: { depth, inFlight: null, scope: 'single-instance' }, reason: null, at }
  }
}

function* waiting(db: Database, { table, status_column, pending }: QueueConfig & { source: 'sql' }): Work<number> {
  const columns = yield* db.columns(table)
  if (columns === null) throw new Absent('the database has no such table')
  const column = status_column === undefined ? undefined : columns.get(status_column)
  if (status_column !== undefined && column === undefined) throw new Absent('the table has no such status column')
  const where = column === undefined ? '1 = 1' : `${quoted(status_column!)} = ${db.value(1, column.type)}`
  const text = `SELECT CAST(count(*) AS TEXT) AS n FROM ${tableName(table)} WHERE ${where}`
  const [row] = yield { text, values: column === undefined ? [] : [pending] }
  return Number(row?.['n'] ?? 0)
}
