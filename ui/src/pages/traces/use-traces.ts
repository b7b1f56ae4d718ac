// The list of traces: the first page is asked again as time goes on, further pages come when the reader gets there, and
// new ones stream in. Who reads further down is not disturbed: what is new waits until it is asked for.
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { TraceRow } from '../../../../src/store/answers.ts'
import { ask, Problem } from '../../api/client.ts'
import type { TraceQuestion } from '../../api/types.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { useFollow } from '../../api/use-follow.ts'
import { live, range } from '../../shell/time.ts'
import type { Order } from './question.ts'

const FIRST = 100
const FURTHER = 200
/** More rows than anyone reads, and as many as a page should hold. */
const MOST = 10_000

const BEFORE: Readonly<Record<Order, (a: TraceRow, b: TraceRow) => number>> = {
  newest: (a, b) => b.start_ms - a.start_ms,
  slowest: (a, b) => b.duration_ms - a.duration_ms,
  errors: (a, b) => b.errors - a.errors || b.start_ms - a.start_ms,
}

interface Held {
  readonly key: string
  readonly rows: ReadonlyMap<string, TraceRow>
  readonly cursor: string | null
}

export function useTraces(question: TraceQuestion, order: Order) {
  const { from, to, relative } = range.value
  const asked = order === 'newest' ? question : { ...question, order }
  const first = useAnswer('/traces', { ...asked, from, to, limit: FIRST })
  const key = JSON.stringify([asked, relative ?? [from, to]])
  const [further, setFurther] = useState<Held>({ key, rows: new Map(), cursor: null })
  const [streamed, setStreamed] = useState<Held>({ key, rows: new Map(), cursor: null })
  const [hold, setHold] = useState<ReadonlySet<string> | null>(null)
  const [problem, setProblem] = useState<{ key: string; problem: Problem }>()
  /** The question whose next page is under way. */
  const asking = useRef<string | null>(null)
  const streams = live.value && order === 'newest'

  const { state } = useFollow('/traces', streams ? question : null, (rows) => {
    setStreamed((before) => {
      const next = new Map(before.key === key ? before.rows : [])
      for (const row of rows) next.set(row.trace_id, row)
      while (next.size > 1000) next.delete(next.keys().next().value!)
      return { key, rows: next, cursor: null }
    })
  })

  // A row that is known stays with its newest state; the stream knows more than the page that was asked for.
  const rows = useMemo(() => {
    const all = new Map<string, TraceRow>()
    if (further.key === key) for (const [id, row] of further.rows) all.set(id, row)
    for (const row of first.data?.items ?? []) all.set(row.trace_id, row)
    if (streams && streamed.key === key && !first.stale)
      for (const [id, row] of streamed.rows) {
        const known = all.get(id)
        if (known === undefined || row.spans >= known.spans) all.set(id, row)
      }
    return [...all.values()]
      .filter((row) => row.start_ms >= from)
      .sort(BEFORE[order])
      .slice(0, MOST)
  }, [first.data, first.stale, further, streamed, key, order, streams, from])

  const shown = hold === null ? rows : rows.filter(({ trace_id: id }) => hold.has(id))
  const latest = useRef(rows)
  latest.current = rows
  useLayoutEffect(() => {
    const main = document.querySelector<HTMLElement>('main')
    if (main === null || order !== 'newest') return
    const onScroll = (): void => {
      const away = main.scrollTop > 260
      setHold((now) => (away ? (now ?? new Set(latest.current.map((row) => row.trace_id))) : null))
    }
    main.addEventListener('scroll', onScroll, { passive: true })
    return () => main.removeEventListener('scroll', onScroll)
  }, [order, key])

  const more = (): void => {
    const cursor = further.key === key && further.rows.size > 0 ? further.cursor : (first.data?.next_cursor ?? null)
    if (cursor === null || asking.current === key || first.stale || rows.length >= MOST) return
    asking.current = key
    ask('/traces', { ...asked, from, to, limit: FURTHER, cursor })
      .then(
        ({ items, next_cursor: next }) => {
          if (asking.current !== key) return
          setFurther((before) => {
            const held = new Map(before.key === key ? before.rows : [])
            for (const row of items) held.set(row.trace_id, row)
            return { key, rows: held, cursor: next }
          })
          setHold((now) => now && new Set([...now, ...items.map((row) => row.trace_id)]))
        },
        (error: unknown) => setProblem(error instanceof Problem ? { key, problem: error } : undefined),
      )
      .finally(() => {
        if (asking.current === key) asking.current = null
      })
  }
  return {
    rows: shown,
    loading: first.loading,
    stale: first.stale,
    error: first.error ?? (problem?.key === key ? problem.problem : undefined),
    again: first.again,
    state,
    waiting: rows.length - shown.length,
    show(): void {
      setHold(null)
      document.querySelector('main')?.scrollTo(0, 0)
    },
    more,
  }
}
