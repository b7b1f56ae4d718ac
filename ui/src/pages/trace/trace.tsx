// One trace: who did what, when, for how long, what failed and what was logged meanwhile.
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import type { TraceAnswer } from '../../../../src/store/answers.ts'
import { useAnswer } from '../../api/use-answer.ts'
import type { PageProps } from '../../pages.ts'
import { Button } from '../../parts/button.tsx'
import { Busy, Empty, Failed } from '../../parts/empty.tsx'
import { useKeys } from '../../shell/keys.ts'
import { href, query, setQuery } from '../../shell/place.ts'
import { criticalPath, linesOf, matchesOf, parentsOf, shapeOf } from './lines.ts'
import { SpanDetails } from './span-details.tsx'
import { Summary } from './summary.tsx'
import { Tools } from './tools.tsx'
import './trace.css'
import { type Pointer, Waterfall } from './waterfall.tsx'

/** A trace that ended just now may still grow; seconds. */
const GROWS_MS = 15_000

export function TracePage({ params: { trace_id: id = '' } }: PageProps) {
  const { data, error, loading, again } = useAnswer('/traces/:trace_id', {}, { trace_id: id }, { still: true })
  useEffect(() => {
    if (data === undefined) return
    const open = data.tree.some((span) => span.running) || !data.rooted
    if (!open && Date.now() - (data.start_ms + data.duration_ms) > GROWS_MS) return
    const timer = setTimeout(again, 2500)
    return () => clearTimeout(timer)
  }, [data])
  if (error?.status === 404)
    return (
      <Empty title="This trace is not here" icon="traces">
        <p>
          <code>{id}</code> has not arrived yet, or made room for newer ones. A trace shows up within seconds after its
          first span ended.
        </p>
        <div class="empty-actions">
          <Button icon="refresh" onClick={again}>
            Look again
          </Button>
          <a class="button" href={href('/logs', { trace_id: id })}>
            Its logs
          </a>
        </div>
      </Empty>
    )
  if (error !== undefined && data === undefined) return <Failed problem={error} again={again} />
  if (data === undefined || loading) return <Busy label="Asking for the trace" />
  return <Trace key={id} trace={data} />
}

function Trace({ trace }: { trace: TraceAnswer }) {
  const shape = useMemo(() => shapeOf(trace), [trace])
  const path = useMemo(() => criticalPath(shape), [shape])
  const pointer = useRef<Pointer>(null)
  const fold = query('fold') ?? ''
  const folded = useMemo(
    () => (fold === 'all' ? foldable(shape.spans) : new Set(fold.split('.').filter(Boolean))),
    [fold, shape],
  )
  const withLogs = query('logs') !== '0'
  const find = query('find') ?? ''
  const selected = query('span') ?? null
  const window = windowOf(query('view'), shape.end - shape.start)
  const lines = useMemo(
    () => linesOf(shape, trace.loose_logs, folded, withLogs),
    [shape, trace.loose_logs, folded, withLogs],
  )
  const matches = useMemo(() => matchesOf(shape, find), [shape, find])
  const failed = useMemo(() => shape.spans.filter(({ span }) => span.status === 'error').map(({ key }) => key), [shape])
  const span = selected === null ? undefined : shape.byId.get(selected)?.span

  const setFolded = (next: ReadonlySet<string>): void => setQuery({ fold: [...next].join('.') }, { replace: true })
  const foldAll = (): void => setQuery({ fold: folded.size > 0 ? null : 'all' }, { replace: true })
  /** Shows a span wherever it is, and opens its details. */
  const choose = (id: string | null): void => {
    const hiding = id === null ? [] : parentsOf(shape, id).filter((one) => folded.has(one))
    const rest = [...folded].filter((one) => !hiding.includes(one)).join('.')
    setQuery({ span: id, fold: rest }, { replace: selected !== null && id !== null })
  }
  const step = (among: readonly string[], by: 1 | -1): void => {
    if (among.length === 0) return
    const place = selected === null ? -1 : (shape.byId.get(selected)?.place ?? -1)
    const places = among.map((id) => shape.byId.get(id)!.place)
    const next = by > 0 ? places.findIndex((one) => one > place) : places.findLastIndex((one) => one < place)
    const id = among[next < 0 ? (by > 0 ? 0 : among.length - 1) : next]!
    choose(id)
    requestAnimationFrame(() => pointer.current?.show(id))
  }
  useKeys('Trace', [
    { keys: 'n', does: 'Next that is found', run: () => step(matches, 1) },
    { keys: 'N', does: 'The one before', run: () => step(matches, -1) },
    { keys: 'e', does: 'Next span that failed', run: () => step(failed, 1) },
    { keys: 'l', does: 'Logs inline, or not', run: () => setQuery({ logs: withLogs ? '0' : null }, { replace: true }) },
    { keys: 'x', does: 'Fold or unfold all', run: () => foldAll() },
    { keys: 'z', does: 'The whole time', run: () => setQuery({ view: null }, { replace: true }) },
  ])

  // A permalink shows its span. Before the next key: a focus that comes later would be taken from who searches already.
  useLayoutEffect(() => {
    if (selected !== null) pointer.current?.show(selected)
    else pointer.current?.focus()
  }, [])

  return (
    <div class={`trace${span ? ' trace-with-details' : ''}`}>
      <div class="trace-main">
        <Summary trace={trace} shape={shape} />
        <Tools
          find={find}
          found={matches.length}
          place={selected === null ? -1 : matches.indexOf(selected)}
          failed={failed.length}
          logs={trace.logs}
          withLogs={withLogs}
          anyFolded={folded.size > 0}
          step={(by) => step(matches, by)}
          nextFailed={() => step(failed, 1)}
          foldAll={foldAll}
        />
        <Waterfall
          ref={pointer}
          shape={shape}
          lines={lines}
          path={path}
          window={window}
          selected={selected}
          found={find === '' ? null : new Set(matches)}
          linked={new Set(trace.linked_by.map((link) => link.to_span_id))}
          choose={choose}
          fold={(ids, on) => {
            const next = new Set(folded)
            for (const id of ids) on ? next.add(id) : next.delete(id)
            setFolded(next)
          }}
        />
      </div>
      {span && <SpanDetails key={span.span_id} trace={trace} span={span} shape={shape} close={() => choose(null)} />}
    </div>
  )
}

/** All but the first level: what is left is what the trace began with. */
const foldable = (spans: ReturnType<typeof shapeOf>['spans']): Set<string> =>
  new Set(spans.filter(({ children, depth }) => children > 0 && depth > 0).map(({ key }) => key))

/** `12.5-80`: milliseconds after the start. */
function windowOf(text: string | undefined, length: number): { from: number; to: number } {
  const match = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text ?? '')
  const from = match ? Math.min(Number(match[1]), length) : 0
  const to = match ? Math.min(Number(match[2]), length) : length
  return to > from ? { from, to } : { from: 0, to: length }
}
