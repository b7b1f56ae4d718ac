// The records of the page: those that are held, page after page, and those that arrive, newest first. What arrives while
// one reads further down waits until one comes back up, so that nothing moves under the eyes.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { LogRow } from '../../../../src/store/answers.ts'
import { ask, Problem } from '../../api/client.ts'
import type { LogQuestion } from '../../api/types.ts'
import { type Follow, useFollow } from '../../api/use-follow.ts'
import type { Range } from '../../shell/time.ts'
import type { LogFilters } from './question.ts'

const PAGE = 200
/** Kept while following; what is further back is asked for again. */
const MOST = 5000

export interface Logs {
  readonly rows: readonly LogRow[]
  readonly loading: boolean
  readonly error: Problem | undefined
  readonly follow: Follow
  /** Arrived and not shown yet. */
  readonly waiting: number
  readonly atEnd: boolean
  show(): void
  more(): void
  again(): void
}

interface Held {
  readonly key: string
  readonly rows: readonly LogRow[]
  readonly cursor: string | null
  readonly error?: Problem
  readonly done: boolean
}

export const keyOf = ({ number, time_ms }: LogRow): string => `${number}-${time_ms}`

/**
 * `range`: what is asked about; while `following`, its start counts and the rest arrives. `hold`: what arrives waits, that
 * of a stream which was taken up again too.
 */
export function useLogs(filters: LogFilters, { from, to, relative }: Range, following: boolean, hold: boolean): Logs {
  const range = { from, to }
  // A live range moves all the time, and grows while little is held: it is asked about once, then followed.
  const key = JSON.stringify([filters, following ? relative : [from, to]])
  const [held, setHeld] = useState<Held>({ key: '', rows: [], cursor: null, done: false })
  const [waiting, setWaiting] = useState<readonly LogRow[]>([])
  const [turn, setTurn] = useState(0)
  const latest = useRef({ key, hold, held })
  latest.current = { key, hold, held }
  /** The question whose next page is under way. */
  const asking = useRef<string | null>(null)

  const put = useCallback((arrived: readonly LogRow[]): void => {
    setHeld((now) => {
      const rows = merged(now.rows, arrived)
      return rows.length > MOST ? { ...now, rows: rows.slice(0, MOST), cursor: null } : { ...now, rows }
    })
  }, [])
  const follow = useFollow('/logs', following ? filters : null, (rows) => {
    if (latest.current.hold) setWaiting((now) => merged(now, rows).slice(0, MOST))
    else put(rows)
  })

  // `key` says all of the question, `turn` asks again; a stream that opens may have missed some.
  useEffect(() => {
    if (following && follow.state === 'connecting') return
    const stop = new AbortController()
    const question: LogQuestion = following ? { ...filters, from: range.from } : { ...filters, ...range }
    ask('/logs', { ...question, limit: PAGE }, { signal: stop.signal }).then(
      ({ items, next_cursor: cursor }) => {
        if (stop.signal.aborted) return
        const { hold: waits, held: now } = latest.current
        const same = now.key === key && now.done && turn === 0
        const top = same && waits ? now.rows[0] : undefined
        const late = top === undefined ? [] : items.filter((row) => newest(row, top) < 0)
        const early = late.length === 0 ? items : items.slice(late.length)
        setHeld((before) => ({
          key,
          rows: same ? merged(before.rows, early) : early,
          cursor: same ? before.cursor : cursor,
          done: true,
        }))
        setWaiting((before) =>
          late.length > 0
            ? merged(before, late).slice(0, MOST)
            : before.filter(({ time_ms }) => time_ms > (items[0]?.time_ms ?? 0)),
        )
      },
      (error: unknown) => {
        if (stop.signal.aborted) return
        const problem = error instanceof Problem ? error : new Problem(0, String(error))
        setHeld((now) => ({ ...now, key, rows: now.key === key ? now.rows : [], error: problem, done: true }))
      },
    )
    return () => stop.abort()
  }, [key, turn, following && follow.state === 'open'])

  useEffect(() => setWaiting([]), [key])

  const show = (): void => {
    put(waiting)
    setWaiting([])
  }
  const more = (): void => {
    const { cursor } = held
    if (cursor === null || asking.current === key || held.key !== key) return
    asking.current = key
    const question: LogQuestion = following ? { ...filters, from: range.from } : { ...filters, ...range }
    ask('/logs', { ...question, limit: PAGE, cursor })
      .then(({ items, next_cursor }) =>
        setHeld((now) => (now.key === key ? { ...now, rows: merged(now.rows, items), cursor: next_cursor } : now)),
      )
      .catch(() => {})
      .finally(() => {
        if (asking.current === key) asking.current = null
      })
  }
  const current = held.key === key
  return {
    rows: held.rows,
    loading: !current && held.rows.length === 0,
    error: current ? held.error : undefined,
    follow,
    waiting: waiting.length,
    atEnd: current && held.done && held.cursor === null,
    show,
    more,
    again: () => setTurn((n) => n + 1),
  }
}

/** Newest first, each once. */
function merged(rows: readonly LogRow[], others: readonly LogRow[]): readonly LogRow[] {
  if (others.length === 0) return rows
  const known = new Set(rows.map(keyOf))
  const fresh = others.filter((row) => !known.has(keyOf(row)))
  if (fresh.length === 0) return rows
  fresh.sort(newest)
  const first = rows[0]
  const last = rows[rows.length - 1]
  if (first === undefined || newest(fresh[fresh.length - 1]!, first) < 0) return [...fresh, ...rows]
  if (last !== undefined && newest(last, fresh[0]!) < 0) return [...rows, ...fresh]
  return [...rows, ...fresh].sort(newest)
}

function newest(a: LogRow, b: LogRow): number {
  return b.time_ms - a.time_ms || b.number - a.number
}
