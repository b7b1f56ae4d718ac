// What the tests of change data capture share: a PostgreSQL that decodes logically, and what was counted, whole.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { LogicalReplicationService, PgoutputPlugin } from 'pg-logical-replication'
import { afterEach } from 'vitest'
import { Registry } from '../../../src/metrics/registry.ts'
import { attributesObject } from '../../../src/model/attribute.ts'
import { configureCdc } from '../../../src/surfaces/cdc/settings.ts'
import { POSTGRES, REQUIRED } from '../../otel/servers.ts'

export const LOGICAL = ['wal_level=logical', 'max_replication_slots=16', 'max_wal_senders=16']
export const noPostgres = POSTGRES === undefined && !REQUIRED
export const noWal2json = noPostgres || (!existsSync(join(POSTGRES!, '../lib/wal2json.so')) && !REQUIRED)

const undo: (() => unknown)[] = []

export function later(work: () => unknown): void {
  undo.push(work)
}

afterEach(async () => {
  for (const work of undo.splice(0).reverse()) await work()
})

export interface Kit {
  readonly registry: Registry
  /** Samples by name and labels; of durations their number. */
  counts(only?: RegExp): Record<string, number>
  stop(): void
}

/** `now`: the clock of the surface. */
export function kit(now?: () => number): Kit {
  const registry = new Registry()
  const stop = configureCdc({ registry, ...(now && { now }) })
  later(stop)
  return { registry, counts: (only = /^(cdc|errors)_/) => counted(registry, only), stop }
}

function counted(registry: Registry, only: RegExp): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const family of registry.families()) {
    const name = family.short ?? family.name
    if (!only.test(name)) continue
    for (const series of family.series) {
      const labels = Object.entries(attributesObject(series.attributes)).map(([key, value]) => `${key}=${value}`)
      counts[`${name}{${labels}}`] = family.type === 'histogram' ? series.count : series.value
    }
  }
  return counts
}

/** A client that is closed after the test. */
export async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  later(() => client.end().catch(() => {}))
  return client
}

/** A service that is stopped after the test. */
export function service(
  url: string,
  ...[config = { acknowledge: { auto: true, timeoutSeconds: 0 } }]: [
    ConstructorParameters<typeof LogicalReplicationService>[1]?,
  ]
): LogicalReplicationService {
  const made = new LogicalReplicationService({ connectionString: url }, config)
  later(() => made.destroy())
  return made
}

export function pgoutput(publication: string): PgoutputPlugin {
  return new PgoutputPlugin({ protoVersion: 1, publicationNames: [publication] })
}

export async function until(done: () => boolean | Promise<boolean>, ms = 40_000): Promise<void> {
  const end = performance.now() + ms
  while (!(await done())) {
    if (performance.now() > end) throw new Error(`it did not happen: ${done}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
