// What of the application is observed: each surface and integration, whether it is on, how it works, since when something of
// it has been seen, and why it is off. What cannot be known is said to be unknown: first times are kept by series, which
// start with their first recording, and by notes that are taken where a client is handed over.
import type { Config } from '../../config/config.ts'
import type { Sizes } from '../../metrics/registry.ts'
import { REACH } from '../../surfaces/http/reach.ts'
import type {
  ContribAnswer,
  InstrumentationAnswer,
  InstrumentationItem,
  OfThisProcess,
  OtelApiAnswer,
} from './answers.ts'
import { type Counted, OBSERVED, type Observed } from './surfaces.ts'

export interface InstrumentationSource {
  readonly config: Config
  /** Spans are recorded. */
  readonly tracing: boolean
  readonly registry: { sizes(): Sizes }
  /** By name, milliseconds since the epoch. */
  readonly noted: () => ReadonlyMap<string, number>
  /** Null where the API is left alone. */
  readonly api: () => {
    readonly registered: readonly string[]
    readonly taken: Readonly<Record<string, string>>
  } | null
  /** Null where none was looked for. */
  readonly contrib: () => {
    readonly loaded: readonly string[]
    readonly missing: readonly string[]
    readonly failed: Readonly<Record<string, string>>
  } | null
  /** What `auto` leaves to our own surfaces. */
  readonly skipped: readonly string[]
  readonly loader: boolean
  readonly otherTracers: () => readonly string[]
  /** Names of tracers that were asked for. */
  readonly scopes: () => Iterable<string>
  readonly redact: (text: string) => string
}

const SCOPES = 50
const WHY = 300
const OFF = 'Metrics of it are off, and nothing else keeps when it was seen first.'

export function instrumentationOf(source: InstrumentationSource, head: OfThisProcess): InstrumentationAnswer {
  const { config } = source
  const { metrics } = source.registry.sizes()
  const starts = new Map<string, number>()
  for (const { family } of metrics) {
    const at = firstOf(family.series)
    if (at !== null) for (const name of [family.short, family.name]) starts.set(name, at)
  }
  const noted = source.noted()
  return {
    ...head,
    mode: config.mode,
    items: OBSERVED.map((one) => item(one, source, starts, noted)),
    otel_api: apiOf(source),
    contrib: contribOf(source),
  }
}

function item(
  { name, group, title, how, off, seen, waits }: Observed,
  { config, tracing }: InstrumentationSource,
  starts: ReadonlyMap<string, number>,
  noted: ReadonlyMap<string, number>,
): InstrumentationItem {
  const why = off(config, tracing)
  const about = { name, group, title, how }
  const at = seen === 'always' ? undefined : seen === 'noted' ? noted.get(name) : earliest(seen, starts)
  const first_seen_at = at === undefined ? null : new Date(at).toISOString()
  if (why !== null) return { ...about, state: 'off', why, first_seen_at, first_seen_reason: null }
  if (seen === 'always' || at !== undefined) {
    return { ...about, state: 'on', why: null, first_seen_at, first_seen_reason: null }
  }
  if (seen !== 'noted' && !seen.recorded(config)) {
    return { ...about, state: 'on', why: null, first_seen_at: null, first_seen_reason: OFF }
  }
  return { ...about, state: 'waiting', why: waits || reachOf(title), first_seen_at: null, first_seen_reason: null }
}

/** What the table of frameworks says of it. */
function reachOf(title: string): string | null {
  const says = REACH.filter(({ framework }) => framework === title).map((one) => one.says)
  return says[0] ?? null
}

function earliest({ metrics }: Counted, starts: ReadonlyMap<string, number>): number | undefined {
  const found = metrics.map((name) => starts.get(name)).filter((at) => at !== undefined)
  return found.length === 0 ? undefined : Math.min(...found)
}

/** A series starts with its first recording, but for those that are there at 0. */
function firstOf(series: Sizes['metrics'][number]['family']['series']): number | null {
  let first: number | null = null
  for (let i = 0; i < series.length; i++) {
    const { start, value, count } = series[i]!
    if ((value !== 0 || count !== 0) && (first === null || start < first)) first = start
  }
  return first
}

function apiOf({ config, api, otherTracers, scopes }: InstrumentationSource): OtelApiAnswer {
  const found = api()
  const names = new Set<string>()
  for (const name of scopes()) {
    if (name !== 'telltale' && !name.startsWith('telltale/')) names.add(name)
    if (names.size === SCOPES) break
  }
  const off = config.disabled
    ? 'telemetry is disabled (OTEL_SDK_DISABLED or observability.opentelemetry.enabled)'
    : 'nothing was registered'
  return {
    state: found !== null && found.registered.length > 0 ? 'on' : 'off',
    why: found === null ? off : found.registered.length > 0 ? null : 'another SDK has taken every part',
    registered: found?.registered ?? [],
    taken: Object.entries(found?.taken ?? {}).map(([part, by]) => ({ part, by })),
    other_tracers: otherTracers(),
    scopes: [...names].sort(),
  }
}

function contribOf({ config, contrib, skipped, loader, redact }: InstrumentationSource): ContribAnswer {
  const { instrumentations: asked } = config
  const found = contrib()
  const failed = Object.entries(found?.failed ?? {})
  return {
    asked: asked as ContribAnswer['asked'],
    loaded: found?.loaded ?? [],
    missing: found?.missing ?? [],
    failed: failed.map(([name, why]) => ({ name, why: redact(why).slice(0, WHY) })),
    skipped: asked === 'auto' ? skipped : [],
    loader,
  }
}
