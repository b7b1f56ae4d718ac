// What the tests of the HTTP surface share: a private surface with real tracing and metrics, and plain views of what it
// recorded, whole, so that a test compares everything and not a part.
import { Propagator } from '../../../src/context/propagator.ts'
import { Registry } from '../../../src/metrics/registry.ts'
import { attributesObject } from '../../../src/model/attribute.ts'
import { type SpanRecord, spanAttributes } from '../../../src/model/span.ts'
import { redactSpan } from '../../../src/redact/redact.ts'
import { type HttpOptions, HttpSurface } from '../../../src/surfaces/http/surface.ts'
import { TraceEngine } from '../../../src/trace/engine.ts'

export interface Kit {
  readonly surface: HttpSurface
  readonly engine: TraceEngine
  readonly registry: Registry
  readonly spans: SpanRecord[]
  /** What the request log was handed. */
  readonly log: { status: number; tenant: number; ms: number; time: number }[]
  /** Resolves when `count` spans of `kind` have ended. */
  ended(count: number, kind?: number): Promise<SpanRecord[]>
  stop(): void
}

export function kit(options: Partial<HttpOptions> & { engine?: TraceEngine } = {}): Kit {
  const spans: SpanRecord[] = []
  const log: Kit['log'] = []
  const engine = options.engine ?? new TraceEngine({ finish: (span) => keep(spans, span) })
  const registry = new Registry()
  const surface = new HttpSurface({
    registry,
    tracer: engine.tracer('http'),
    propagator: new Propagator(['tracecontext', 'baggage']),
    outbound: false,
    onFinish: (time, ms, status, tenant) => void log.push({ time, ms, status, tenant }),
    ...options,
  })
  surface.start()
  return {
    surface,
    engine,
    registry,
    spans,
    log,
    ended: (count, kind) => until(() => spans.filter((span) => kind === undefined || span.kind === kind), count),
    stop: () => surface.stop(),
  }
}

/** As the pipeline does, redacted before anybody sees it. */
function keep(spans: SpanRecord[], span: SpanRecord): void {
  redactSpan(span)
  spans.push(span)
}

async function until(read: () => SpanRecord[], count: number): Promise<SpanRecord[]> {
  const deadline = Date.now() + 30_000
  while (read().length < count && Date.now() < deadline) await pause(5)
  const found = read()
  if (found.length < count) throw new Error(`${found.length} of ${count} spans: ${found.map((s) => s.name).join(', ')}`)
  return found
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Until `check` holds; the test's own expectation says what was missing. */
export async function settled(check: () => boolean, ms = 30_000): Promise<void> {
  const deadline = Date.now() + ms
  while (!check() && Date.now() < deadline) await pause(5)
}

const STATUS = ['unset', 'ok', 'error'] as const
const KINDS = ['', 'internal', 'server', 'client', 'producer', 'consumer'] as const

/** A span as a plain object; ports of the day read `PORT`. */
export function view(span: SpanRecord): object {
  const attributes = attributesObject(spanAttributes(span))
  for (const key of ['server.port', 'network.peer.port']) {
    if (typeof attributes[key] === 'number' && attributes[key] > 1024) attributes[key] = 'PORT'
  }
  for (const key of ['url.full']) {
    if (typeof attributes[key] === 'string') attributes[key] = attributes[key].replace(/:\d{4,5}/, ':PORT')
  }
  const message = span.rare?.statusMessage
  return {
    name: span.name,
    kind: KINDS[span.kind],
    status: STATUS[span.status],
    ...(message ? { message } : {}),
    attributes,
  }
}

/** `{ 'GET /orders/:id 200': 2 }`: the request counter, which is the histogram's count. */
export function requests(registry: Registry, name = 'http_request_duration_seconds'): Record<string, number> {
  const found: Record<string, number> = {}
  for (const family of registry.families()) {
    if (family.short !== name) continue
    for (const series of family.series) {
      const labels = attributesObject(series.attributes)
      if (series.count > 0) found[Object.values(labels).join(' ')] = series.count
    }
  }
  return found
}

/** Values of a counter or gauge by its label values. */
export function values(registry: Registry, name: string): Record<string, number> {
  const found: Record<string, number> = {}
  for (const family of registry.families()) {
    if (family.short !== name) continue
    for (const series of family.series) {
      found[
        Object.values(attributesObject(series.attributes))
          .filter((value) => value !== '')
          .join(' ')
      ] = series.value
    }
  }
  return found
}

/** In-flight of all methods together; nothing may be left. */
export function inFlight(registry: Registry): number {
  return Object.values(values(registry, 'http_requests_in_flight')).reduce((sum, value) => sum + value, 0)
}
