// Where the metrics of one collection live. Instruments are declared once and found by name ever after; what meets under
// one name is settled here by ruling 48, so that the text never has two kinds, or two label sets of one declaration, for one
// name. It promises that declaring and recording never throw (unless `strict`) and that nothing grows without bound; it
// refuses to share anything with another registry (S-03).
import { now as clock } from '../base/clock.ts'
import { notice, noticeOnce, thrownText } from '../base/notice.ts'
import type { Family, Label, Series } from '../model/metric.ts'
import { type Group, NAMES, type Name } from '../model/names.ts'
import { redactLabel } from '../redact/redact.ts'
import type { Naming } from '../wire/prometheus/naming.ts'
import { Counter } from './counter.ts'
import * as declared from './declaration.ts'
import { type Declaration, OWN_SCOPE, RANK } from './declaration.ts'
import { deltaOf } from './delta.ts'
import { ExemplarSource, type ReadIds } from './exemplar.ts'
import { Gauge } from './gauge.ts'
import type { Ground, Limits } from './ground.ts'
import { Histogram } from './histogram.ts'
import { Ledger } from './ledger.ts'
import { Observable, type ObserveCallback } from './observable.ts'
import type {
  GaugeOptions,
  HistogramOptions,
  InstrumentOptions,
  ObservableOptions,
  RegistryOptions,
} from './options.ts'
import type { Leaf, SeriesTrie } from './series.ts'
import { type View, type Viewed, viewed } from './views.ts'

export type Instrument = Counter | Gauge | Histogram | Observable

/** One metric, by its size. */
export interface MetricSize {
  readonly family: Family
  /** What notices and our own counters call it. */
  readonly label: string
  /** The overflow series not counted. */
  readonly series: number
  readonly overflows: boolean
}

export interface Sizes {
  readonly metrics: readonly MetricSize[]
  readonly total: number
  readonly limits: Limits
  /** When callbacks were asked last, milliseconds since the epoch; 0 before the first time. */
  readonly collected: number
}

interface Entry {
  declaration: Declaration
  readonly instrument: Instrument
  names: readonly string[]
  /** Families of text alone: the counter of a histogram's count, aliases. */
  extra: Family[]
}

const SERIES = 2000
const TOTAL = 100_000
const REFUSED = 500
/** Names are code, not data: an application that makes them of data must not grow for ever. */
const INSTRUMENTS = 10_000
let registries = 0

export class Registry {
  readonly #prefix: string
  readonly #entries: Entry[] = []
  readonly #claims = new Map<string, Entry>()
  readonly #refused = new Map<string, Instrument>()
  readonly #observables: Observable[] = []
  readonly #hooks: (() => void)[] = []
  readonly #source = new ExemplarSource()
  readonly #ledger = new Ledger()
  readonly #ground: Ground
  #views: readonly View[] = []
  #off: ReadonlySet<string> = new Set()

  /** `prefix` goes before every name that is declared by code; for dedicated registries. */
  constructor(options: RegistryOptions & { prefix?: string; now?: () => number } = {}) {
    this.#prefix = options.prefix ? `${options.prefix}_` : ''
    this.#ground = {
      ledger: this.#ledger,
      limits: { series: SERIES, nodes: 8 * SERIES, valueLength: 1024, total: TOTAL },
      total: 0,
      redact: redactLabel,
      now: options.now ?? clock,
    }
    const rejected = this.declare(NAMES.telltale_metrics_rejected_total) as Counter
    const overflowed = this.declare(NAMES.telltale_metrics_overflow_total) as Counter
    this.#ledger.attach(rejected, overflowed, `registry ${++registries} `)
    this.configure(options)
  }

  /** Applies a configuration to what is declared already and to what will be; instruments and handles stay good. */
  configure(options: RegistryOptions): void {
    const { limits = {} } = options
    const series = limits.series ?? SERIES
    this.#ground.limits = {
      series,
      nodes: limits.nodes ?? 8 * series,
      valueLength: limits.valueLength ?? 1024,
      total: limits.total ?? TOTAL,
    }
    this.#ground.redact = options.redact ?? redactLabel
    this.#ledger.strict = options.strict ?? false
    this.#off = new Set(options.off ?? [])
    const before = this.#views
    this.#views = options.views ?? []
    if (before.length === 0 && this.#views.length === 0) return
    this.#claims.clear()
    for (const entry of this.#entries) this.#rebuild(entry)
  }

  counter(name: string, options: InstrumentOptions = {}): Counter {
    return this.#declare(this.#own('counter', name, options)) as Counter
  }

  gauge(name: string, options: GaugeOptions = {}): Gauge {
    const type = options.mode === 'add' ? 'updown' : 'gauge'
    return this.#declare({ ...this.#own(type, name, options), mode: options.mode }) as Gauge
  }

  /** A gauge that is added to: `gauge(name, { mode: 'add' })`. */
  updown(name: string, options: InstrumentOptions = {}): Gauge {
    return this.#declare({ ...this.#own('updown', name, options), mode: 'add' }) as Gauge
  }

  histogram(name: string, options: HistogramOptions = {}): Histogram {
    return this.#declare({ ...this.#own('histogram', name, options), bounds: options.buckets }) as Histogram
  }

  /** Asked at each collection; a second declaration adds its callback to the first. */
  observable(name: string, options: ObservableOptions, callback?: ObserveCallback): Observable {
    const instrument = this.#declare({
      ...this.#own(options.type ?? 'gauge', name, options),
      observed: true,
    }) as Observable
    if (callback !== undefined) instrument.add(callback)
    return instrument
  }

  /** The instrument of a row of `model/names`; use `declare` of `declare.ts`, which knows its type. */
  declare(row: Name): Instrument {
    return this.#declare(declared.builtin(row))
  }

  /** The same, asked at each collection. */
  observe(row: Name, callback?: ObserveCallback): Observable {
    const instrument = this.#declare({ ...declared.builtin(row), observed: true }) as Observable
    if (callback !== undefined) instrument.add(callback)
    return instrument
  }

  /** Runs before each collection, for readings that several metrics share. Returns its removal. */
  onCollect(hook: () => void): () => void {
    this.#hooks.push(hook)
    return () => {
      const at = this.#hooks.indexOf(hook)
      if (at >= 0) this.#hooks.splice(at, 1)
    }
  }

  /** Where exemplars get their ids; null turns them off. */
  exemplars(read: ReadIds | null): void {
    this.#source.use(read)
  }

  /** What was refused, and says so; for declarations that other files judge. */
  get ledger(): Ledger {
    return this.#ledger
  }

  /** How many series each metric has and how many there may be, without asking any callback. @internal */
  sizes(): Sizes {
    const metrics = this.#entries.map(({ instrument: { trie } }) => ({
      family: trie.family,
      label: trie.label,
      series: trie.canonical.size,
      overflows: trie.overflows,
    }))
    return { metrics, total: this.#ground.total, limits: this.#ground.limits, collected: this.#source.collected }
  }

  /** Everything under its OpenTelemetry name, one family per fact: for OTLP and the store. Runs the callbacks. */
  families(): Family[] {
    this.#collect()
    return this.#families()
  }

  /** The same as changes since the last call; counters and histograms only, the rest is as it is. */
  collectDelta(): Family[] {
    this.#collect()
    const time = this.#ground.now()
    return this.#families()
      .map((family) => deltaOf(family, time))
      .filter((family) => family.series.length > 0)
  }

  /** What is shown under `name`, with or without `_total`. No callback runs: what is observed is as it was collected last. */
  find(name: string): { readonly family: Family; readonly observed: boolean } | undefined {
    for (const { instrument, extra } of this.#entries)
      for (const family of [instrument.trie.family, ...extra])
        if (declared.namesOf(family).includes(name)) return { family, observed: instrument instanceof Observable }
    return undefined
  }

  #families(): Family[] {
    const families: Family[] = []
    for (const { instrument } of this.#entries) {
      const { family } = instrument.trie
      if (family.only !== 'short' && family.series.length > 0 && !this.#off.has(family.group)) families.push(family)
    }
    return families
  }

  /** Everything that the text shows, aliases and counts of histograms included, less the groups to `hide`. Runs the callbacks. */
  exposition(options: { naming?: Naming; hide?: readonly Group[] } = {}): Family[] {
    this.#collect()
    const other = options.naming === 'semconv' ? 'short' : 'semconv'
    const hidden = new Set<string>(options.hide)
    const families: Family[] = []
    for (const { instrument, extra } of this.#entries) {
      const { family } = instrument.trie
      if (family.series.length === 0 || this.#off.has(family.group) || hidden.has(family.group)) continue
      for (const each of extra) if (each.only !== other) families.push(each)
      if (family.only !== other) families.push(family)
    }
    return families
  }

  #collect(): void {
    const observables = this.#observables
    let failed = false
    for (let i = 0; i < observables.length; i++) observables[i]!.begin()
    for (const hook of [...this.#hooks]) {
      try {
        hook()
      } catch (error) {
        failed = true
        const text = `A hook before the collection failed, and what it reads keeps its last values: ${thrownText(error)}`
        noticeOnce('metrics.scrape.failed', 'warn', 'metrics.scrape.failed', text)
      }
    }
    for (let i = 0; i < observables.length; i++) observables[i]!.collect()
    for (let i = 0; i < observables.length; i++) observables[i]!.end(failed)
    const time = this.#ground.now()
    for (const { instrument } of this.#entries) {
      const { series } = instrument.trie.family
      for (let i = 0; i < series.length; i++) series[i]!.time = time
    }
    this.#source.collected = clock()
  }

  #own(type: Declaration['type'], name: string, options: InstrumentOptions): Declaration {
    const scope = options.scope ?? OWN_SCOPE
    const full = scope === OWN_SCOPE ? `${this.#prefix}${name}` : name
    return {
      type,
      observed: false,
      mode: undefined,
      name: full,
      short: scope === OWN_SCOPE && declared.SHORT_NAME.test(full) ? full : '',
      labels:
        options.labels?.map((label): Label => ({ short: label, semconv: label })) ??
        (options.labels as null | undefined),
      help: options.help ?? '',
      unit: options.unit ?? '',
      bounds: undefined,
      scope,
      group: options.group ?? 'custom',
      namespaced: false,
      only: null,
      rank: options.rank ?? RANK.code,
    }
  }

  #declare(declaration: Declaration): Instrument {
    const wrong = declared.nameFault(declaration)
    if (wrong !== undefined) return this.#refuse(declaration, 'name', wrong)
    const view = viewed(this.#views, declaration.short, declaration.name)
    const family = declared.buildFamily(declaration, view)
    const names = declared.claimed(family)
    const held = this.#claims.get(names[0]!)
    if (held !== undefined && held.names[0] === names[0] && sameKind(held, declaration)) {
      this.#meet(held, declaration)
      return held.instrument
    }
    const taken = names.find((name) => this.#claims.has(name))
    if (taken !== undefined) return this.#refuse(declaration, 'kind', `${declaration.type}; ${taken} is taken`)
    if (this.#entries.length >= INSTRUMENTS)
      return this.#refuse(declaration, 'name', `more than ${INSTRUMENTS} metrics; what varies belongs in a label`)
    const instrument = this.#make(declaration, family, declared.droppedLabels(declaration, view))
    const entry: Entry = { declaration, instrument, names, extra: [] }
    this.#entries.push(entry)
    if (instrument instanceof Observable) this.#observables.push(instrument)
    this.#settle(entry, family, view)
    return instrument
  }

  #make(declaration: Declaration, family: Family, dropped: readonly string[]): Instrument {
    if (declaration.observed) return new Observable(family, dropped, this.#ground)
    if (declaration.type === 'counter') return new Counter(family, dropped, this.#ground, this.#source)
    if (declaration.type === 'histogram') return new Histogram(family, dropped, this.#ground, this.#source)
    return new Gauge(family, dropped, this.#ground, declaration.mode)
  }

  /** Claims the names of a new or rebuilt family, adds what is shown beside it, and starts an unlabelled sum at 0. */
  #settle(entry: Entry, family: Family, view: Viewed): void {
    entry.names = declared.claimed(family)
    entry.extra = view.aliases.map((alias) => declared.aliasFamily(family, alias))
    for (const row of declared.DERIVED)
      if (family.short !== '' && entry.declaration.short === row.countOf && entry.declaration.rank === RANK.builtin) {
        const shown = viewed(this.#views, row.short, row.short)
        const derived = declared.derivedFamily(family, row, shown)
        entry.extra.push(derived, ...shown.aliases.map((alias) => declared.aliasFamily(derived, alias)))
      }
    for (const name of entry.names) this.#claims.set(name, entry)
    for (const extra of entry.extra)
      for (const name of declared.claimed(extra)) if (!this.#claims.has(name)) this.#claims.set(name, entry)
    const { declaration } = entry
    if (
      !declaration.observed &&
      declaration.labels !== null &&
      (declaration.labels ?? []).length === 0 &&
      family.type !== 'gauge'
    )
      (entry.instrument as Counter | Gauge | Histogram).with()
  }

  /** A second declaration of one kind and name: whoever knows better refines the other; two that know as much must agree. */
  #meet(held: Entry, now: Declaration): void {
    const before = held.declaration
    if (now.mode !== undefined && held.instrument instanceof Gauge) held.instrument.settle(now.mode === 'add' ? 2 : 1)
    const again = now.rank === RANK.full && before.rank === RANK.full
    const clash =
      now.labels !== undefined && before.labels !== undefined && !declared.sameLabels(now.labels, before.labels)
    const other = clash || (now.bounds !== undefined && !declared.sameNumbers(now.bounds, before.bounds))
    if (now.rank > before.rank || (again && other) || (before.labels === undefined && now.labels !== undefined)) {
      held.declaration = {
        ...before,
        labels: now.labels === undefined || now.rank < before.rank ? (before.labels ?? now.labels) : now.labels,
        help: now.help || before.help,
        unit: now.unit || before.unit,
        bounds: now.bounds ?? before.bounds,
        rank: Math.max(now.rank, before.rank),
      }
      this.#rebuild(held)
    } else if (clash && now.rank > RANK.short)
      this.#ledger.refuse(
        now.short || now.name,
        'labels',
        `declared again with ${(now.labels ?? []).map((label) => label.short).join(', ') || 'none'}`,
      )
  }

  #rebuild(entry: Entry): void {
    const { declaration, instrument } = entry
    const view = viewed(this.#views, declaration.short, declaration.name)
    const before = instrument.trie.family
    const family = declared.buildFamily(declaration, view)
    family.type = before.type
    const fits = declared.sameBounds(before.bounds, family.bounds)
    const merge = (into: Series, from: Series) =>
      (fits || from.count === 0) && declared.mergeSeries(family.type, into, from)
    const lost = (instrument.trie as SeriesTrie<Leaf>).refine(family, declared.droppedLabels(declaration, view), merge)
    if (lost > 0)
      notice(
        'warn',
        'metrics.refined',
        `${instrument.trie.label} got other labels or buckets; ${lost} series recorded before do not fit and start anew`,
      )
    for (const name of entry.names) if (this.#claims.get(name) === entry) this.#claims.delete(name)
    this.#settle(entry, family, view)
  }

  /** An instrument that records nothing, for a declaration that was refused. */
  #refuse(declaration: Declaration, reason: 'name' | 'kind', found: string): Instrument {
    const name = String(declaration.short || declaration.name).slice(0, 255)
    this.#ledger.refuse(name, reason, found)
    const key = `${declaration.type} ${declaration.observed} ${name}`
    const held = this.#refused.get(key)
    if (held !== undefined) return held
    const bare = { ...declaration, labels: undefined, bounds: undefined }
    const family = declared.buildFamily(bare, viewed([], '', ''))
    const instrument = this.#make(bare, family, [])
    instrument.trie.refuseAll()
    if (this.#refused.size < REFUSED) this.#refused.set(key, instrument)
    return instrument
  }
}

function sameKind(held: Entry, now: Declaration): boolean {
  const before = held.declaration
  if (before.observed !== now.observed) return false
  if (held.instrument instanceof Gauge && (now.type === 'gauge' || now.type === 'updown'))
    return now.mode === undefined || held.instrument.mode === 0 || held.instrument.mode === (now.mode === 'add' ? 2 : 1)
  return before.type === now.type
}
