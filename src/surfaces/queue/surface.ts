// The queue surface: messages as the application hands them to a queue and takes them from one. `publish` and `consume`
// work with any queue; the adapters beside them are these two put around one client. It promises that a message carries
// the trace of who sent it, that every message counts once as ack or nack, and that what a handler returns or throws goes
// on to the caller unchanged. It refuses to be a queue: it settles nothing, retries nothing and stores nothing.
import { noticeOnce, thrownText } from '../../base/notice.ts'
import { shared } from '../../base/slot.ts'
import type { Propagator } from '../../context/propagator.ts'
import type { Registry } from '../../metrics/registry.ts'
import type { Started, Tracer } from '../../trace/tracer.ts'
import { Instruments, type QueueSeries } from './instruments.ts'

/** How the span of a consumer stands to the span of whoever sent: below it, or beside it with a link. */
export type Relation = 'parent' | 'link'

/** Attributes of a span by the names of the semantic conventions; what is undefined is left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

export function describeBy(span: Started, attributes: Attributes): void {
  for (const key in attributes) span.set(key, attributes[key])
}

/** What `publish` and `consume` tell of alike, read whole. */
export interface About {
  readonly queue: string
  readonly attributes: Attributes
}

export function aboutOf(given: {
  readonly queue?: unknown
  readonly system?: string | undefined
  readonly id?: string | number | undefined
  readonly batch?: readonly unknown[] | undefined
  readonly attributes?: Attributes | undefined
}): About {
  const { queue, system, id, batch, attributes } = given
  const name = String(queue ?? '')
  return {
    queue: name,
    attributes: {
      'messaging.system': system,
      'messaging.destination.name': name === '' ? undefined : name,
      'messaging.batch.message_count': batch?.length,
      'messaging.message.id': batch !== undefined || id === undefined ? undefined : String(id),
      ...attributes,
    },
  }
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
