// The operations endpoints over a clock that stands, with sources that answer what a test says.
import { guardOf } from '../../../src/access/guard.ts'
import { Tenants } from '../../../src/access/tenants.ts'
import type { AuditEntry } from '../../../src/audit/row.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { createConsole } from '../../../src/console/console.ts'
import type { Overview } from '../../../src/console/ops/answers.ts'
import { Fleet } from '../../../src/console/ops/fleet.ts'
import { Operations, type OperationsMeans } from '../../../src/console/ops/operations.ts'
import { databaseOf } from '../../../src/console/ops/provided.ts'
import { operationRoutes } from '../../../src/console/ops/routes.ts'
import { Absent } from '../../../src/console/ops/source.ts'
import { Registry } from '../../../src/metrics/registry.ts'
import { NAMES } from '../../../src/model/names.ts'
import { familyFinder } from '../../../src/objectives/source.ts'
import { redactText } from '../../../src/redact/redact.ts'
import { TrafficRing } from '../../../src/traffic/ring.ts'

export const NOW: number = Date.UTC(2027, 0, 15, 8, 0, 0)

export interface Given extends Partial<Omit<OperationsMeans, 'ops' | 'fleet' | 'database'>> {
  /** YAML of `ops`. */
  readonly ops?: string
  /** Answers of Prometheus by query. */
  readonly prometheus?: (query: string) => Promise<number | null>
  readonly client?: unknown
  /** Milliseconds that the process runs. */
  readonly ageMs?: number
}

export function operationsOf({ ops = '{}', prometheus, client, ageMs = 3_600_000, ...more }: Given = {}) {
  const { config } = loadConfig({ text: `name: shop\nops: ${ops}\n`, env: {} })
  const time = { now: NOW }
  const clock = { now: () => time.now, monotonic: () => time.now - NOW + 10_000_000 }
  const registry = new Registry({ now: clock.now })
  const traffic = new TrafficRing(1000)
  const rows: AuditEntry[] = []
  const fleet = prometheus
    ? new Fleet({
        prometheus: { value: prometheus, range: async () => new Map(), close: () => {} } as never,
        service: 'shop',
        naming: 'short',
        namespace: '',
        requests: () => registry.declare(NAMES.http_request_duration_seconds).trie.family,
        presence: () => registry.observe(NAMES.uptime_seconds).trie.family,
        clock,
      })
    : null
  const operations = new Operations({
    ops: config.ops,
    instance: 'shop-1',
    preset: 'operator',
    counted: true,
    registry,
    find: familyFinder(registry, ''),
    health: { run: async () => ({ status: 'ok', checks: [], time: time.now }) },
    traffic,
    sinks: [],
    database: {
      get() {
        if (client === undefined) throw new Absent('no client of the database was handed over')
        return databaseOf(client)
      },
    },
    breaches: () => [],
    fleet,
    age: () => ageMs + time.now - NOW,
    clock,
    redact: redactText,
    adminRoles: ['platform_admin'],
    record: async (entry) => void rows.push(entry),
    ...more,
  })
  const { fetch } = createConsole({
    routes: operationRoutes({
      load: async () => operations,
      now: clock.now,
      messages: config.ops.outbox !== undefined,
    }),
    guard: guardOf({
      tenants: new Tenants({ mode: 'header_only', strict: false, defaultTenant: 'main' }),
      rules: { authentication: false, dev: true, scrapeGuard: 'none' },
    }),
  })
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(new Request(`http://h${path}`, init))
    const body = (await response.json()) as Record<string, unknown>
    return response.status === 200 ? body : { status: response.status, code: body['code'], detail: body['detail'] }
  }
  return {
    time,
    registry,
    traffic,
    operations,
    rows,
    ask,
    overview: () => ask('/admin/ops/overview') as Promise<unknown> as Promise<Overview>,
  }
}
