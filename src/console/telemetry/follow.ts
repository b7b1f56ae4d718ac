// Server-Sent Events: what matches, as it arrives (https://html.spec.whatwg.org/multipage/server-sent-events.html).
// A follower that reads slowly costs the senders nothing: what waits for it is bounded, the oldest goes first, and an
// event `dropped` says how many went; one that takes nothing at all is let go. It ends when the reader goes or the server closes.
import { monotonic, timers } from '../../base/clock.ts'

export interface Told {
  readonly event: string
  /** Comes back as Last-Event-ID after a reconnect. */
  readonly id?: string
  /** What waits under the same key is replaced: only the newest state of a thing is worth sending. */
  readonly key?: string
  readonly data: unknown
}

export interface FollowOptions {
  /** Hands over what matches, at once or later, and returns what ends it. */
  readonly begin: (tell: (told: Told) => void) => () => void
  readonly signals?: readonly AbortSignal[]
  readonly ended?: () => void
  /** Silence after which a comment is sent, milliseconds: proxies cut what says nothing. */
  readonly heartbeatMs?: number
  /** Most that waits for a slow reader. */
  readonly waiting?: number
  /** A reader for whom something waits and that takes nothing for so long is let go, milliseconds. */
  readonly patienceMs?: number
}

export const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  // nginx holds a stream back otherwise.
  'x-accel-buffering': 'no',
}

/** What a browser waits before it connects again, milliseconds. */
const RETRY_MS = 2000
const PATIENCE_MS = 60_000
/** Written together at most, so that one slice of a burst stays short. */
const SLICE = 64

export function follow(options: FollowOptions): Response {
  const follower = new Follower(options)
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => follower.begin(controller),
    pull: (controller) => follower.pull(controller),
    cancel: () => follower.end(),
  })
  return new Response(body, { headers: STREAM_HEADERS })
}

class Follower {
  readonly #options: FollowOptions
  readonly #encoder = new TextEncoder()
  /** Oldest first. */
  readonly #queue = new Map<string | number, Told>()
  readonly #most: number
  readonly #heart: ReturnType<typeof setInterval>
  readonly #end = () => this.end()
  #text = `retry: ${RETRY_MS}\n: following\n\n`
  #unnamed = 0
  #dropped = 0
  #quiet = false
  #wake: (() => void) | null = null
  #stop: (() => void) | null = null
  #over = false
  /** When something began to wait for a reader that does not read; 0 while it reads. */
  #stuckSince = 0
  #pulling = false
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null

  constructor(options: FollowOptions) {
    this.#options = options
    this.#most = options.waiting ?? 1000
    this.#heart = timers.setInterval(() => this.#beat(), options.heartbeatMs ?? 15_000)
    this.#heart.unref()
  }

  begin(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller
    for (const signal of this.#options.signals ?? []) {
      if (signal.aborted) return this.end()
      signal.addEventListener('abort', this.#end, { once: true })
    }
    this.#stop = this.#options.begin((told) => this.#tell(told))
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.#stuckSince = 0
    this.#pulling = true
    while (!this.#over) {
      const text = this.#next()
      if (text !== '') {
        this.#pulling = false
        return controller.enqueue(this.#encoder.encode(text))
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = null
    }
  }

  end(): void {
    if (this.#over) return
    this.#over = true
    timers.clearInterval(this.#heart)
    for (const signal of this.#options.signals ?? []) signal.removeEventListener('abort', this.#end)
    this.#stop?.()
    this.#queue.clear()
    this.#wake?.()
    this.#options.ended?.()
    try {
      // What a reader has not taken yet is still there for it, then comes the end.
      this.#controller?.close()
    } catch {
      // It was the reader that left.
    }
  }

  #tell(told: Told): void {
    const key = told.key ?? this.#unnamed++
    this.#queue.delete(key)
    this.#queue.set(key, told)
    if (this.#queue.size > this.#most) {
      this.#queue.delete(this.#queue.keys().next().value!)
      this.#dropped++
    }
    this.#wake?.()
  }

  #beat(): void {
    if (!this.#pulling) {
      // Nobody asks for the next piece: the reader does not take what it has.
      if (this.#stuckSince === 0) this.#stuckSince = monotonic()
      else if (monotonic() - this.#stuckSince >= (this.#options.patienceMs ?? PATIENCE_MS)) return this.end()
    }
    if (this.#quiet) this.#text = ': still here\n\n'
    this.#quiet = true
    this.#wake?.()
  }

  #next(): string {
    let text = this.#text
    this.#text = ''
    if (this.#dropped > 0) text += eventText({ event: 'dropped', data: { dropped: this.#dropped } })
    this.#dropped = 0
    let left = SLICE
    for (const [key, told] of this.#queue) {
      if (left-- === 0) break
      this.#queue.delete(key)
      text += eventText(told)
    }
    if (text !== '') this.#quiet = false
    return text
  }
}

function eventText({ event, id, data }: Told): string {
  return `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`
}
