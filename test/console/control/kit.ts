// The insides of a process and its control over sources that stand still.
import type { Caller } from '../../../src/access/decision.ts'
import type { AuditEntry } from '../../../src/audit/row.ts'
import { type Notice, onNotice } from '../../../src/base/notice.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { createConsole } from '../../../src/console/console.ts'
import type { OfThisProcess } from '../../../src/console/control/answers.ts'
import { Control, type ControlSource } from '../../../src/console/control/control.ts'
import { Insides, type InsidesSource } from '../../../src/console/control/insides.ts'
import { controlRoutes } from '../../../src/console/control/routes.ts'
import type { ProcessSource } from '../../../src/console/control/runtime.ts'
import { Registry } from '../../../src/metrics/registry.ts'

export const NOW: number = Date.UTC(2027, 0, 15, 8, 0, 0)

export const HEAD: OfThisProcess = {
  scope: 'single-instance',
  instance: 'shop-1',
  generated_at: '2027-01-15T08:00:00.000Z',
}

export const yaml = (text: string) => loadConfig({ text, env: {} }).config

/** A process that stands still, but for its CPU time. */
export function standing(cpu: NodeJS.CpuUsage = { user: 30_000_000, system: 6_000_000 }): ProcessSource {
  const modules = {
    'node:v8': {
      getHeapStatistics: () => ({ heap_size_limit: 4_000_000_000 }),
      getHeapSpaceStatistics: () => [
        { space_name: 'new_space', space_used_size: 1000, space_size: 2000 },
        { space_name: 'old_space', space_used_size: 50_000, space_size: 60_000 },
      ],
    },
    'node:os': { availableParallelism: () => 4 },
  }
  return {
    version: 'v24.1.0',
    uptime: () => 120,
    cpuUsage: () => ({ ...cpu }),
    memoryUsage: () => ({ rss: 9e7, heapTotal: 6e7, heapUsed: 5e7, external: 3e6, arrayBuffers: 1e6 }),
    availableMemory: () => 8e9,
    constrainedMemory: () => 2 ** 64,
    getActiveResourcesInfo: () => ['TCPServerWrap', 'Timeout', 'Timeout', 'TTYWrap'],
    getBuiltinModule: ((name: 'node:v8') => modules[name]) as never,
  }
}

export function source(over: Partial<InsidesSource> = {}): InsidesSource {
  return {
    config: yaml('name: shop\n'),
    instance: 'shop-1',
    registry: new Registry({ now: () => NOW }),
    pipeline: { sinks: [], self: { spans: {} as never, logs: {} as never } },
    loader: false,
    skipped: ['http', 'pino'],
    uptime: { seconds: () => 100.5, startedAt: () => '2027-01-15T07:58:19.500Z' },
    monotonic: () => 0,
    otherTracers: () => [],
    tracing: true,
    naming: 'short',
    namespace: '',
    redact: (text) => text.replaceAll('hunter2', '[REDACTED]'),
    monitors: () => null,
    unmonitored: () => 'system_metrics is false',
    noted: () => new Map(),
    api: () => null,
    contrib: () => null,
    scopes: () => [],
    process: standing(),
    ...over,
  }
}

export const insides = (over: Partial<InsidesSource> = {}): Insides => new Insides(source(over))

/** Time that passes when it is told to. */
export class StandingClock {
  at = NOW
  readonly #waiting: { work: () => void; at: number }[] = []

  readonly now = (): number => this.at

  readonly setTimeout = (work: () => void, ms: number): unknown => {
    const timer = { work, at: this.at + ms }
    this.#waiting.push(timer)
    return timer
  }

  readonly clearTimeout = (timer: unknown): void => {
    const at = this.#waiting.indexOf(timer as never)
    if (at >= 0) this.#waiting.splice(at, 1)
  }

  get timers(): number {
    return this.#waiting.length
  }

  pass(seconds: number): void {
    this.at += seconds * 1000
    for (const timer of this.#waiting.filter(({ at }) => at <= this.at)) {
      this.clearTimeout(timer)
      timer.work()
    }
  }
}

export const ALICE: Caller = {
  method: 'jwt',
  tokenId: 'jti-1',
  subject: 'alice',
  scopes: ['openid'],
  roles: ['platform_admin'],
  tenant: 'default',
}

interface Controlled {
  readonly control: Control
  readonly clock: StandingClock
  readonly rows: AuditEntry[]
  readonly said: Notice[]
  readonly logs: { level: string; hold(level: string | null): void }
  /** Descriptions of the samplers that were set. */
  readonly samplers: string[]
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
}

/** The control of a process that stands still, asked by Alice. */
export function controlled(over: Partial<ControlSource> = {}, caller: Caller | null = ALICE): Controlled {
  const clock = new StandingClock()
  const rows: AuditEntry[] = []
  const said: Notice[] = []
  onNotice((one) => said.push(one))
  const samplers: string[] = []
  const logs = {
    level: 'info',
    hold(level: string | null) {
      logs.level = level ?? 'info'
    },
  }
  const control = new Control({
    instance: 'shop-1',
    adminRoles: ['platform_admin'],
    logs: logs as never,
    logLevel: 'info',
    engine: {
      resample: ({ description }) => samplers.push(description.replace(/^ParentBased\{root=(.*?),.*/, 'parent $1')),
    },
    sampler: { name: 'parentbased_traceidratio', ratio: 0.5 },
    allowed: { cpu_profile: true, heap_snapshot: true },
    record: async (entry) => void rows.push(entry),
    clock,
    now: () => clock.at,
    ...over,
  })
  const { fetch } = createConsole({
    routes: controlRoutes({ load: async () => control, now: clock.now }),
    guard: { decide: () => ({ ok: true, caller, tenant: 'default' }) },
  })
  return {
    control,
    clock,
    rows,
    said,
    logs,
    samplers,
    ask(method, path, body, headers = {}) {
      const json = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
      return fetch(
        new Request(`http://h/admin/ops/control${path}`, {
          method,
          headers: {
            host: 'h',
            'x-correlation-id': 'c-1',
            ...(json && { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(json !== undefined && { body: json }),
        }),
      )
    },
  }
}
