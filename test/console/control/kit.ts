// The insides of a process and its control over sources that stand still.
import { loadConfig } from '../../../src/config/load.ts'
import type { OfThisProcess } from '../../../src/console/control/answers.ts'
import { Insides, type InsidesSource } from '../../../src/console/control/insides.ts'
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
