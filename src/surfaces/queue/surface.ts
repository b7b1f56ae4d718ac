// The queue surface: messages as the application hands them to a queue and takes them from one. `publish` and `consume`
// work with any queue; the adapters beside them are these two put around one client. It promises that a message carries
// the trace of who sent it, that every message counts once as ack or nack, and that what a handler returns or throws goes
// on to the caller unchanged. It refuses to be a queue: it settles nothing, retries nothing and stores nothing.
import { now } from '../../base/clock.ts'
import { noticeOnce, thrownText } from '../../base/notice.ts'
import { shared } from '../../base/slot.ts'
import type { Propagator } from '../../context/propagator.ts'
import type { Registry } from '../../metrics/registry.ts'
import { Template } from '../../model/span.ts'
import type { Span } from '../../trace/span.ts'
import type { Started, Tracer } from '../../trace/tracer.ts'
import { Instruments, type QueueSeries } from './instruments.ts'
import { type Doing, Lane, nameOf } from './lane.ts'

/** How the span of a consumer stands to the span of whoever sent: below it, or beside it with a link. */
export type Relation = 'parent' | 'link'

/** Attributes of a span by the names of the semantic conventions; what is undefined is left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** What `publish` and `consume` tell of alike, read whole. */
export class About {
  readonly queue: string
  readonly #system: string | undefined
  readonly #id: string | undefined
  readonly #count: number | undefined
  readonly #attributes: Attributes | undefined

  constructor(given: {
    readonly queue?: unknown
    readonly system?: string | undefined
    readonly id?: string | number | undefined
    readonly batch?: readonly unknown[] | undefined
    readonly attributes?: Attributes | undefined
  }) {
    const { queue, system, id, batch, attributes } = given
    this.queue = String(queue ?? '')
    this.#system = system
    this.#id = id === undefined ? undefined : String(id)
    this.#count = batch?.length
    this.#attributes = attributes
  }

  /** `name` for its spans, or one of what is done with its messages. */
  lane(surface: QueueSurface, doing: Doing, name?: string): Lane {
    const template = templateOf(this.#system, doing)
    return new Lane(surface, surface.series(this.queue), name ?? nameOf(doing.operation, this.queue), template)
  }

  describe(span: Started): void {
    if (this.queue !== '') span.set('messaging.destination.name', this.queue)
    if (this.#count !== undefined) span.set('messaging.batch.message_count', this.#count)
    else if (this.#id !== undefined) span.set('messaging.message.id', this.#id)
    describeBy(span, this.#attributes)
  }
}

/** Those that cannot be read are left out. */
export function describeBy(span: Started, attributes: Attributes | null | undefined): void {
  try {
    for (const key in attributes) {
      if (attributes[key] === undefined) continue
      if (span.recording && SHARED.includes(key)) open(span as Span)
      span.set(key, attributes[key])
    }
  } catch {}
}

const SHARED = ['messaging.system', 'messaging.operation.name', 'messaging.operation.type']
const MAX_TEMPLATES = 100
const templates: { readonly system: string | undefined; readonly operation: string; readonly template: Template }[] = []

/** What spans of one operation of one system have in common. Systems are words of code: there are few. */
function templateOf(system: string | undefined, { operation, type }: Doing): Template {
  for (let i = 0; i < templates.length; i++) {
    const one = templates[i]!
    if (one.system === system && one.operation === operation) return one.template
  }
  const flat = system === undefined ? [] : ['messaging.system', String(system)]
  const template = new Template([...flat, 'messaging.operation.name', operation, 'messaging.operation.type', type])
  if (templates.length < MAX_TEMPLATES) templates.push({ system, operation, template })
  return template
}

/** A key stands once: what is said of this one span wins. */
function open(span: Span): void {
  if (span.template === null) return
  const flat = span.template.attributes
  span.template = null
  for (let i = 0; i < flat.length; i += 2) span.set(flat[i] as string, flat[i + 1])
}

/** Something that a caller without types, or with getters, gave: it goes its way without us. */
export function unreadable(what: 'sent' | 'processed', error: unknown): void {
  const text = `a message that cannot be read is ${what} without being observed: ${thrownText(error)}`
  noticeOnce(`queue.unreadable\n${what}`, 'warn', 'queue.unreadable', text)
}

export interface QueueOptions {
  /** Null: nothing is counted. */
  readonly registry: Registry | null
  /** Null: no spans; the context of a message still goes on. */
  readonly tracer: Tracer | null
  readonly propagator: Propagator
  /** For one message. */
  readonly message: Relation
  /** For several that are processed as one. */
  readonly batch: Relation
}

export class QueueSurface {
  readonly tracer: Tracer | null
  readonly propagator: Propagator
  readonly message: Relation
  readonly batch: Relation
  readonly #instruments: Instruments | null

  constructor(options: QueueOptions) {
    this.tracer = options.tracer
    this.propagator = options.propagator
    this.message = options.message
    this.batch = options.batch
    this.#instruments = options.registry === null ? null : new Instruments(options.registry)
  }

  series(queue: string): QueueSeries | null {
    return this.#instruments === null ? null : this.#instruments.queue(queue)
  }

  /** What spans are timed by: float milliseconds since the epoch. */
  now(): number {
    return this.tracer === null ? now() : this.tracer.engine.now()
  }

  start(): void {
    running.surface = this
  }

  /** Nothing new is begun; what is under way is finished. */
  stop(): void {
    if (running.surface === this) running.surface = null
  }
}

/** Once per process: a copy of the package loaded as CommonJS uses what the ESM copy started. */
export const running: { surface: QueueSurface | null } = shared('queue', () => ({
  surface: null as QueueSurface | null,
}))
