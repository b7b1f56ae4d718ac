// Who makes spans: an instrumentation scope that knows its engine. A span's `scope` is its tracer, so a record needs
// no further field to find its limits and its way out.
import type { ApiContext, ApiLink, TimeInput } from '../context/api.ts'
import { current, runWith } from '../context/current.ts'
import { Frame, frameOf } from '../context/frame.ts'
import type { NonRecordingSpan } from '../context/non-recording.ts'
import { type Flat, Scope } from '../model/attribute.ts'
import { KIND_CONSUMER, KIND_INTERNAL } from '../model/span.ts'
import type { TraceEngine } from './engine.ts'
import { Span } from './span.ts'
import { epochMs } from './time.ts'

/** The API's SpanOptions. Its kinds count from 0, ours (and OTLP's) from 1. */
export interface StartOptions {
  kind?: number
  attributes?: object
  links?: readonly ApiLink[]
  startTime?: TimeInput
  root?: boolean
}

type Work<S, R> = (span: S) => R
export type Started = Span | NonRecordingSpan

export class Tracer extends Scope {
  /** Changed by `install` alone, when the process starts, stops or starts again. */
  engine: TraceEngine

  constructor(engine: TraceEngine, name: string, version: string, schemaUrl: string, attributes: Flat | null) {
    super(name, version, schemaUrl, attributes)
    this.engine = engine
  }

  /** `parent` undefined is what is current, null is none; `startTime` in float milliseconds since the epoch. */
  start(name: string, kind: number = KIND_INTERNAL, parent?: Frame | null, startTime: number = Number.NaN): Started {
    return this.engine.start(this, name, kind, parent === undefined ? (current() ?? null) : parent, startTime, null)
  }

  /** The API's startSpan: not made current. */
  startSpan(name: string, options?: StartOptions | null, context?: ApiContext): Started {
    const parent = context === undefined || context === null ? (current() ?? null) : frameOf(context)
    if (options === undefined || options === null) {
      return this.engine.start(this, name, KIND_INTERNAL, parent, Number.NaN, null)
    }
    const { attributes, links, startTime } = options
    const span = this.engine.start(
      this,
      name,
      kindOf(options.kind),
      options.root === true ? rootOf(parent) : parent,
      startTime === undefined ? Number.NaN : epochMs(startTime),
      attributes ?? null,
    )
    if (span instanceof Span) {
      if (attributes) span.setAttributes(attributes)
      if (links) span.addLinks(links)
    }
    return span
  }

  /** The API's three forms: (name, fn), (name, options, fn), (name, options, context, fn). The caller ends the span. */
  startActiveSpan<R>(name: string, work: Work<Started, R>): R
  startActiveSpan<R>(name: string, options: StartOptions, work: Work<Started, R>): R
  startActiveSpan<R>(name: string, options: StartOptions, context: ApiContext, work: Work<Started, R>): R
  startActiveSpan<R>(
    name: string,
    second: StartOptions | Work<Started, R>,
    third?: ApiContext | Work<Started, R>,
    fourth?: Work<Started, R>,
  ): R | undefined {
    let options: StartOptions | undefined
    let context: ApiContext | undefined
    let work: Work<Started, R> | undefined
    if (typeof second === 'function') {
      work = second
    } else if (typeof third === 'function') {
      options = second
      work = third
    } else {
      options = second
      context = third
      work = fourth
    }
    if (typeof work !== 'function') return undefined
    const parent = context ? frameOf(context) : (current() ?? null)
    const span = this.startSpan(name, options, context)
    // With nothing recorded and no context of its own the work runs where it is: no async context is switched on.
    if (!this.engine.on && context === undefined) return work(span)
    return runWith(new Frame(parent).hold(span), work, span)
  }
}

/** What is left of a frame for a span that must not have a parent: whether tracing is suppressed. */
function rootOf(parent: Frame | null): Frame | null {
  if (parent === null || !parent.suppressed) return null
  return parent
}

function kindOf(kind: number | undefined): number {
  if (typeof kind !== 'number') return KIND_INTERNAL
  const ours = kind + 1
  return ours >= KIND_INTERNAL && ours <= KIND_CONSUMER ? ours : KIND_INTERNAL
}
