// A private queue surface with real tracing and metrics, and plain views of what it recorded, whole.
import { afterEach } from 'vitest'
import { forgetNotices, onNotice } from '../../../src/base/notice.ts'
import { Propagator } from '../../../src/context/propagator.ts'
import { Registry } from '../../../src/metrics/registry.ts'
import { attributesObject } from '../../../src/model/attribute.ts'
import { type SpanRecord, spanAttributes } from '../../../src/model/span.ts'
import { type QueueOptions, QueueSurface } from '../../../src/surfaces/queue/surface.ts'
import { TraceEngine } from '../../../src/trace/engine.ts'
import type { Tracer } from '../../../src/trace/tracer.ts'
import { REQUIRED } from '../../otel/servers.ts'

const undo: (() => unknown)[] = []

export function later(work: () => unknown): void {
  undo.push(work)
}

afterEach(async () => {
  for (const work of undo.splice(0).reverse()) await work()
})

export interface Kit {
  readonly registry: Registry
  readonly tracer: Tracer
  /** Every ended span, as `shown` has it. */
  spans(): object[]
  /** Samples by name and labels, without sums of durations. */
  counts(): Record<string, number>
  /** Nothing new is begun; it is called at the end of the test in any case. */
  stop(): void
}

export function kit(options: Partial<QueueOptions> = {}): Kit {
  const ended: SpanRecord[] = []
  let next = 0
  const engine = new TraceEngine({ finish: (span) => ended.push(span), ids: () => ++next })
  const registry = new Registry()
  const tracer = engine.tracer('test')
  const propagator = new Propagator(['tracecontext', 'baggage'])
  const surface = new QueueSurface({ registry, tracer, propagator, message: 'parent', batch: 'link', ...options })
  surface.start()
  const stop = (): void => surface.stop()
  later(stop)
  return { registry, tracer, spans: () => ended.map(shown(ended)), counts: () => counted(registry), stop }
}

const STATUS = ['unset', 'ok', 'error']
const KINDS = ['', 'internal', 'server', 'client', 'producer', 'consumer']

/** Parents and links by the name of the span they mean; a trace by the name of the first span that ended in it. */
export function shown(all: readonly SpanRecord[]): (span: SpanRecord) => object {
  const nameOf = (s0: number, s1: number): string =>
    all.find((one) => one.s0 === s0 && one.s1 === s1)?.name ?? 'elsewhere'
  return (span) => ({
    name: span.name,
    kind: KINDS[span.kind],
    parent: (span.p0 | span.p1) === 0 ? null : nameOf(span.p0, span.p1),
    trace: all.find(({ t2, t3 }) => t2 === span.t2 && t3 === span.t3)!.name,
    ...(span.rare?.links?.length && { links: span.rare.links.map(({ s0, s1 }) => nameOf(s0, s1)) }),
    ...(span.status !== 0 && { status: STATUS[span.status], message: span.rare?.statusMessage ?? null }),
    attributes: attributesObject(spanAttributes(span)),
  })
}

export function counted(registry: Registry): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const family of registry.families()) {
    if (!/queue|errors|process_(started|terminated|active)/.test(family.short ?? family.name)) continue
    for (const series of family.series) {
      const labels = Object.entries(attributesObject(series.attributes)).filter(([, value]) => value !== '')
      const text = labels.map(([key, value]) => `${key}=${value}`).join(',')
      counts[`${family.short ?? family.name}{${text}}`] = family.type === 'histogram' ? series.count : series.value
    }
  }
  return counts
}

/** Whether a test that needs this program has to be left out here. */
export function missing(name: string, found: string | undefined): boolean {
  if (found === undefined && REQUIRED) throw new Error(`${name} is not installed`)
  return found === undefined
}

export async function until(done: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
  const end = performance.now() + ms
  while (!(await done())) {
    if (performance.now() > end) throw new Error(`it did not happen: ${done}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Name, kind, parent, and what the span failed with. */
export function summary(spans: readonly object[]): unknown[] {
  return spans.map((span) => {
    const { name, kind, parent, message, attributes } = span as Record<string, unknown>
    const type = (attributes as Record<string, unknown>)['error.type']
    return type === undefined ? [name, kind, parent] : [name, kind, parent, type, message]
  })
}

/** What is counted of one queue, whole, and all errors. */
export function countedOf(queue: string, counts: Record<string, number>): Record<string, number> {
  const found: Record<string, number> = {}
  for (const [key, value] of Object.entries(counts)) {
    if (key.startsWith('errors_total')) found[key.replace('surface=queue,', '')] = value
    if (key.includes(`{queue=${queue}}`) || key.includes(`{queue=${queue},`)) {
      found[key.replace(`queue=${queue}`, '').replace('{,', '{').replace('{}', '')] = value
    }
  }
  return found
}

/** What is said about it, instead of stderr. */
export function notices(): string[] {
  const said: string[] = []
  onNotice(({ event, text }) => said.push(`${event}: ${text}`))
  later(() => {
    onNotice(undefined)
    forgetNotices()
  })
  return said
}

/** What the application hears of rejections that nobody handles, instead of the test runner. */
export function rejections(): unknown[] {
  const heard: unknown[] = []
  const theirs = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (reason) => heard.push(reason))
  later(() => {
    process.removeAllListeners('unhandledRejection')
    for (const one of theirs) process.on('unhandledRejection', one)
  })
  return heard
}
