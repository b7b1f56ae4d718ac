// An answer that keeps itself fresh. What is shown stays while the next is asked for, so that nothing flickers; what was
// seen before is shown at once on the way back.
import { useEffect, useState } from 'preact/hooks'
import { tick } from '../shell/time.ts'
import { ask, Problem } from './client.ts'
import type { Answers, Asked, Path, Question } from './types.ts'

export interface Answer<T> {
  readonly data: T | undefined
  readonly error: Problem | undefined
  /** Nothing to show yet. */
  readonly loading: boolean
  /** What is shown answers another question than the one that is being asked. */
  readonly stale: boolean
  again(): void
}

interface Held {
  readonly key: string
  readonly data?: unknown
  readonly error?: Problem
}

/** The newest answers by question, whatever their time. */
const seen = new Map<string, unknown>()
const MOST_SEEN = 40

interface Options {
  /** It does not change by itself: asked once, and again only by `again`. */
  readonly still?: boolean
}

/** `null` asks nothing. It is asked again whenever the range moves; its `from` and `to` belong into the question. */
export function useAnswer<P extends Path>(
  path: P,
  question: Question<P> | null,
  place?: Asked['place'],
  { still = false }: Options = {},
): Answer<Answers[P]> {
  const asked = question === null ? null : JSON.stringify([path, place, question])
  const key = asked === null ? '' : keyOf(path, question as object, place)
  const [held, hold] = useState<Held>(() => ({ key, data: seen.get(key) }))
  const [turn, setTurn] = useState(0)
  const moved = still ? 0 : tick.value

  // `asked` says all of the question, `turn` asks again.
  useEffect(() => {
    if (asked === null) return
    const known = seen.get(key)
    if (known !== undefined) hold((now) => (now.key === key ? now : { key, data: known }))
    const stop = new AbortController()
    ask(path, question as Question<P>, { place, signal: stop.signal }).then(
      (data) => {
        keep(key, data)
        if (!stop.signal.aborted) hold({ key, data })
      },
      (error: unknown) => {
        if (stop.signal.aborted) return
        const problem = error instanceof Problem ? error : new Problem(0, String(error))
        // An answer that could not be renewed is still worth seeing.
        hold((now) => ({ key, data: problem.status === 0 && now.key === key ? now.data : undefined, error: problem }))
      },
    )
    return () => stop.abort()
  }, [asked, turn, moved])

  const current = held.key === key
  const data = question === null ? undefined : (held.data as Answers[P] | undefined)
  return {
    data,
    error: current ? held.error : undefined,
    loading: question !== null && data === undefined && !(current && held.error !== undefined),
    stale: data !== undefined && !current,
    again: () => setTurn((n) => n + 1),
  }
}

function keyOf(path: string, question: object, place: Asked['place']): string {
  const { from: _from, to: _to, ...rest } = question as { from?: unknown; to?: unknown }
  return JSON.stringify([path, place, rest])
}

function keep(key: string, data: unknown): void {
  seen.delete(key)
  seen.set(key, data)
  if (seen.size > MOST_SEEN) seen.delete(seen.keys().next().value!)
}
