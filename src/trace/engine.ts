// What all tracers of one process share: the sampler, the limits, the clock, the source of ids, and the one function
// that takes finished spans. It decides once per span and keeps nothing of it; spans live in their callers and in
// whatever `finish` does with them. Nothing here throws into the application.
import { now as clock } from '../base/clock.ts'
import { randomInt } from '../base/ids.ts'
import { noticeOnce, thrownText } from '../base/notice.ts'
import type { Frame } from '../context/frame.ts'
import { NO_SPAN, NonRecordingSpan } from '../context/non-recording.ts'
import type { Flat } from '../model/attribute.ts'
import { FLAG_HAS_REMOTE, FLAG_RANDOM, FLAG_REMOTE, FLAG_SAMPLED, SpanRare, type SpanRecord } from '../model/span.ts'
import { DEFAULT_LIMITS, type Limits } from './limits.ts'
import { ALWAYS_ON, type Decision, DROP, parentBased, SAMPLE, type Sampler } from './sampler.ts'
import { Span } from './span.ts'
import { Tracer } from './tracer.ts'

/** How a value is redacted: never, always, or by looking at it; the room redact judges keys, once each. */
export type Verdict = 'keep' | 'redact' | 'free'

export interface EngineOptions {
  readonly sampler?: Sampler
  readonly limits?: Partial<Limits>
  /** Called once for each sampled span, at its end, synchronously. */
  readonly finish?: (span: SpanRecord) => void
  /** 32 random bits as a signed integer, never 0. */
  readonly ids?: () => number
  /** Float milliseconds since the epoch. */
  readonly now?: () => number
  readonly judge?: (key: string) => Verdict
  /** Whether new trace ids are marked as random (W3C Level 2, 3.2.2.5.2). Off for peers that refuse flags above 01. */
  readonly randomFlag?: boolean
}

const MAX_NAMES = 1000
const MAX_TRACERS = 1000

export class TraceEngine {
  /** False for the engine of "off": nothing is recorded, ids of a parent travel on. */
  readonly on: boolean
  readonly limits: Limits
  sampler: Sampler
  readonly now: () => number
  readonly ids: () => number
  readonly judge: (key: string) => Verdict
  /** Spans started, at `origin * 3 + decision`; origin is 0 for a root, 1 for a local parent, 2 for a remote one. */
  readonly started = new Float64Array(9)
  /** Spans started and not ended, by decision (RECORD and SAMPLE); shared by engines that follow one another. */
  live = new Float64Array(3)
  /** Changes that came after the end of their span and were ignored. */
  late = 0
  readonly #finish: (span: SpanRecord) => void
  #constant: Decision | -1
  #names: Map<string, Decision | -1> | null
  readonly #newFlags: number
  readonly #tracers = new Map<string, Tracer[]>()
  #tracerCount = 0

  constructor(options: EngineOptions | null = {}) {
    this.on = options !== null
    const given = options ?? {}
    this.limits = { ...DEFAULT_LIMITS, ...given.limits }
    this.sampler = given.sampler ?? parentBased(ALWAYS_ON)
    this.now = given.now ?? clock
    this.ids = given.ids ?? randomInt
    this.judge = given.judge ?? (() => 'keep')
    this.#finish = given.finish ?? (() => {})
    this.#constant = this.sampler.constant ?? -1
    this.#names = this.sampler.byName === undefined ? null : new Map()
    this.#newFlags = given.randomFlag === false ? 0 : FLAG_RANDOM
  }

  /** Spans that begin from now on are decided by `sampler`; those that have begun stay as they are. */
  resample(sampler: Sampler): void {
    this.sampler = sampler
    this.#constant = sampler.constant ?? -1
    this.#names = sampler.byName === undefined ? null : new Map()
  }

  /** The tracer of that scope, the same object every time; it belongs to this engine alone. */
  tracer(name: string, version = '', schemaUrl = '', attributes: Flat | null = null): Tracer {
    const list = this.#tracers.get(name) ?? []
    for (const held of list) {
      if (held.version === version && held.schemaUrl === schemaUrl && sameAttributes(held.attributes, attributes)) {
        return held
      }
    }
    const made = new Tracer(this, name, version, schemaUrl, attributes)
    // Names come from code, not from data; past this many the caller keeps the only reference.
    if (this.#tracerCount < MAX_TRACERS) {
      this.#tracerCount++
      list.push(made)
      this.#tracers.set(name, list)
    }
    return made
  }

  /** Every tracer handed out. */
  *tracers(): Generator<Tracer> {
    for (const list of this.#tracers.values()) yield* list
  }

  /** `parent` null is a root; `startTime` NaN is now. */
  start(
    tracer: Tracer,
    name: string,
    kind: number,
    parent: Frame | null,
    startTime: number,
    attributes: object | null,
  ): Span | NonRecordingSpan {
    if (!this.on) return carried(parent)
    let t0: number
    let t1: number
    let t2: number
    let t3: number
    let flags: number
    let origin = 0
    let from: Frame | null = null
    if (parent?.hasTrace) {
      if (parent.suppressed) return NO_SPAN
      from = parent
      t0 = parent.t0
      t1 = parent.t1
      t2 = parent.t2
      t3 = parent.t3
      const remote = parent.flags & FLAG_REMOTE
      // A trace id that others made keeps its mark, whatever it is (W3C Level 2, 3.2.2.5.2).
      flags = (parent.flags & FLAG_RANDOM) | FLAG_HAS_REMOTE | remote
      origin = remote === 0 ? 1 : 2
    } else {
      if (parent?.suppressed) return NO_SPAN
      // A decision that came without ids (B3) holds for the trace that begins here.
      if (parent !== null && (parent.flags & FLAG_REMOTE) !== 0) from = parent
      t0 = this.ids()
      t1 = this.ids()
      t2 = this.ids()
      t3 = this.ids()
      flags = this.#newFlags | FLAG_HAS_REMOTE
    }
    const decision =
      this.#constant >= 0 ? (this.#constant as Decision) : this.#decide(t2, t3, from, name, kind, attributes)
    this.started[origin * 3 + decision]!++
    const s0 = this.ids()
    const s1 = this.ids()
    const state = from === null ? null : from.traceState
    if (decision === DROP) return new NonRecordingSpan(t0, t1, t2, t3, s0, s1, flags & FLAG_RANDOM, state)
    this.live[decision]!++
    const span = new Span(tracer, name, kind, Number.isNaN(startTime) ? this.now() : startTime)
    span.t0 = t0
    span.t1 = t1
    span.t2 = t2
    span.t3 = t3
    span.s0 = s0
    span.s1 = s1
    if (from !== null) {
      span.p0 = from.s0
      span.p1 = from.s1
    }
    span.flags = decision === SAMPLE ? flags | FLAG_SAMPLED : flags
    if (state !== null) {
      span.rare = new SpanRare()
      span.rare.traceState = state
    }
    return span
  }

  #decide(
    t2: number,
    t3: number,
    parent: Frame | null,
    name: string,
    kind: number,
    attributes: object | null,
  ): Decision {
    try {
      const names = this.#names
      if (names !== null) {
        let known = names.get(name)
        if (known === undefined) {
          known = this.sampler.byName?.(name) ?? -1
          if (names.size < MAX_NAMES) names.set(name, known)
        }
        if (known >= 0) return known as Decision
      }
      return this.sampler.decide(t2, t3, parent, name, kind, attributes)
    } catch (error) {
      noticeOnce(
        'trace.sampler',
        'warn',
        'trace.sampler',
        `the sampler threw and spans are dropped: ${thrownText(error)}`,
      )
      return DROP
    }
  }

  /** The span has its end time; called by Span.end and by nobody else. */
  ended(span: Span): void {
    if ((span.flags & FLAG_SAMPLED) === 0) {
      this.live[1]!--
      return
    }
    this.live[2]!--
    try {
      this.#finish(span)
    } catch (error) {
      noticeOnce(
        'trace.finish',
        'error',
        'trace.finish',
        `a finished span could not be handed on: ${thrownText(error)}`,
      )
    }
  }

  /** Somebody changed a span after its end. */
  tooLate(span: Span): void {
    if (this.late++ === 0) {
      noticeOnce(
        'trace.late',
        'debug',
        'trace.late',
        `span "${span.name}" was changed after its end; such changes are ignored and counted`,
      )
    }
  }
}

/** A span that stands for `parent` where nothing is recorded: its ids travel on unchanged. */
function carried(parent: Frame | null): NonRecordingSpan {
  if (parent === null || !parent.hasTrace) return NO_SPAN
  return new NonRecordingSpan(
    parent.t0,
    parent.t1,
    parent.t2,
    parent.t3,
    parent.s0,
    parent.s1,
    parent.flags,
    parent.traceState,
  )
}

function sameAttributes(a: Flat | null, b: Flat | null): boolean {
  if (a === b) return true
  if (a === null || b === null || a.length !== b.length) return false
  return a.every((item, i) => item === b[i])
}
