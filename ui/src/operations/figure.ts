// Figures that keep themselves fresh. However many look at an address, it is asked once at a time, and only while somebody can
// see it; what was known stays while the next is on its way, and who does not answer is asked less and less often. All pages
// ask at the same moments, those that the period divides, so that what one is answered serves the others too.
import { effect, type Signal, signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Problem } from '../api/client.ts'
import { ahead, live } from '../shell/time.ts'
import { ask } from './client.ts'
import { session } from './session.ts'

export interface Figure<T> {
  /** The last answer. */
  readonly data: T | undefined
  /** Why there is no newer one; null after an answer. */
  readonly error: Problem | null
  /** When the last answer came, by the clock of the browser; null before the first. */
  readonly at: number | null
  /** Nothing to show yet, and no reason why. */
  readonly loading: boolean
  /** It is being asked. */
  readonly asking: boolean
  /** How often it is asked, milliseconds; null when it is asked once. */
  readonly everyMs: number | null
  again(): void
}

interface State {
  readonly data?: unknown
  readonly error: Problem | null
  readonly at: number | null
  readonly asking: boolean
}

const NOTHING: State = { error: null, at: null, asking: false }
/** The shortest and the longest that is waited for somebody who does not answer. */
const LEAST_MS = 2000
const MOST_MS = 60_000
/** An answer that takes longer is given up. */
const PATIENCE_MS = 20_000
/** Addresses that are kept after nobody looks at them any more. */
const MOST_KEPT = 60

class Source {
  readonly state: Signal<State> = signal(NOTHING)
  readonly #path: string
  readonly #wants = new Map<object, number | null>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #stop: AbortController | null = null
  #failures = 0
  /** When it was asked last, by the clock that only goes on. */
  #asked = Number.NEGATIVE_INFINITY

  constructor(path: string) {
    this.#path = path
  }

  get watched(): boolean {
    return this.#wants.size > 0
  }

  watch(everyMs: number | null): () => void {
    const who = {}
    this.#wants.set(who, everyMs)
    this.plan()
    return () => {
      this.#wants.delete(who)
      if (this.#wants.size === 0) this.rest()
    }
  }

  /** Asks now, whatever was planned. */
  again(): void {
    this.#failures = 0
    void this.#ask()
  }

  /** Asks when it is time to: now, when that is over. */
  plan(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (!this.watched || !seen() || this.#stop !== null) return
    const { at, error } = this.state.peek()
    const first = at === null && error === null
    if (first) return void this.#ask()
    if (!live.peek()) return
    const every = this.#every()
    if (every === null && this.#failures === 0) return
    const next =
      this.#failures === 0
        ? momentAfter(this.#asked, every!)
        : this.#asked + Math.min(MOST_MS, Math.max(every ?? 0, LEAST_MS) * 2 ** this.#failures)
    this.#timer = setTimeout(() => void this.#ask(), Math.max(0, next - performance.now()))
  }

  /** An answer that came another way; what is on its way is older. */
  put(data: unknown): void {
    this.rest()
    this.#failures = 0
    this.#asked = performance.now()
    this.state.value = { data, error: null, at: Date.now(), asking: false }
    this.plan()
  }

  /** Asks no more until somebody looks again. */
  rest(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#stop?.abort()
    this.#stop = null
  }

  #every(): number | null {
    let least: number | null = null
    for (const every of this.#wants.values()) if (every !== null && (least === null || every < least)) least = every
    return least
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#timer)
    if (this.#stop !== null) return
    const stop = new AbortController()
    this.#stop = stop
    this.#asked = performance.now()
    this.state.value = { ...this.state.peek(), asking: true }
    const patience = setTimeout(() => stop.abort('late'), PATIENCE_MS)
    try {
      const data = await ask(this.#path, { signal: stop.signal })
      if (this.#stop !== stop) return
      this.#failures = 0
      this.state.value = { data, error: null, at: Date.now(), asking: false }
    } catch (error) {
      if (this.#stop !== stop) return
      this.#failures = Math.min(this.#failures + 1, 6)
      const problem = error instanceof Problem ? error : new Problem(0, said(stop.signal, error), 'unreachable')
      this.state.value = { ...this.state.peek(), error: problem, asking: false }
    } finally {
      clearTimeout(patience)
      if (this.#stop === stop) {
        this.#stop = null
        this.plan()
      }
    }
  }
}

const said = ({ reason }: AbortSignal, error: unknown): string =>
  reason === 'late' ? `There was no answer within ${PATIENCE_MS / 1000} s.` : String(error)

/** The next moment that the period divides, by the clock of the service, and that is not too soon after the last one. */
function momentAfter(asked: number, everyMs: number): number {
  const offset = Date.now() + ahead.peek() - performance.now()
  return Math.ceil((asked + offset + everyMs / 2) / everyMs) * everyMs - offset
}

const seen = (): boolean => document.visibilityState === 'visible'

const sources = new Map<string, Source>()

function sourceOf(path: string): Source {
  let source = sources.get(path)
  if (source === undefined) {
    source = new Source(path)
    sources.set(path, source)
    for (const [name, one] of sources)
      if (sources.size > MOST_KEPT && !one.watched && name !== path) sources.delete(name)
  }
  return source
}

interface Options {
  /** Null asks once. */
  readonly everyMs: number | null
}

const UNASKED: Figure<never> = {
  data: undefined,
  error: null,
  at: null,
  loading: false,
  asking: false,
  everyMs: null,
  again: () => {},
}

/** What an address answers, again and again while the card is there and the page in sight. A path of null asks nothing. */
export function useFigure<T>(path: string | null, { everyMs }: Options): Figure<T> {
  useEffect(() => (path === null ? undefined : sourceOf(path).watch(everyMs)), [path, everyMs])
  if (path === null) return UNASKED
  const source = sourceOf(path)
  const { data, error, at, asking } = source.state.value
  return {
    data: data as T | undefined,
    error,
    at,
    asking,
    loading: at === null && error === null,
    everyMs,
    again: () => source.again(),
  }
}

/** Whether all that somebody looks at has an answer, or a reason why not. */
export const answered = (): boolean =>
  [...sources.values()].every(({ watched, state }) => !watched || state.value.at !== null || state.value.error !== null)

/** Asks everything that somebody looks at, now. `under`: only addresses that begin with it. */
export function refreshFigures(under = ''): void {
  for (const [path, source] of sources) if (source.watched && path.startsWith(under)) source.again()
}

/** Puts what a change answered where the figure of the same address is shown. */
export function setFigure(path: string, data: unknown): void {
  sourceOf(path).put(data)
}

export function startFigures(): void {
  const planAll = (): void => {
    for (const source of sources.values()) source.plan()
  }
  document.addEventListener('visibilitychange', planAll)
  effect(() => {
    void live.value
    planAll()
  })
  // What one may see is not for whoever comes next.
  let who: string | null = null
  effect(() => {
    const now = session.value === null ? null : JSON.stringify([session.value.caller, session.value.tiers])
    if (now !== who) {
      for (const source of sources.values()) {
        source.rest()
        source.state.value = NOTHING
        if (source.watched) source.plan()
      }
    }
    who = now
  })
}
