// The lines: those in sight are in the page, one of them open. The open one takes the room of some lines more.
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { LogRow } from '../../../../src/store/answers.ts'
import { useVirtual } from '../../parts/virtual.ts'
import { query, setQuery } from '../../shell/place.ts'
import { Detail } from './detail.tsx'
import { Line } from './line.tsx'
import type { LogFilters } from './question.ts'
import { keyOf } from './use-logs.ts'

const HEIGHT = 27
const HEADER = 30

interface LinesProps {
  readonly rows: readonly LogRow[]
  readonly filters: LogFilters
  readonly atEnd: boolean
  more(): void
}

export function Lines({ rows, filters, atEnd, more }: LinesProps) {
  const id = useId()
  const [at, setAt] = useState<string | null>(null)
  const open = query('line') ?? null
  const openPlace = open === null ? -1 : rows.findIndex((row) => keyOf(row) === open)
  const [room, setRoom] = useState(0)
  /** How many lines of room the open one takes below itself. */
  const extra = openPlace < 0 ? 0 : Math.ceil(room / HEIGHT)
  const { list, first, end, total, fits, scrollTo } = useVirtual({
    count: rows.length + extra,
    height: HEIGHT,
    covered: HEADER,
    overscan: 12,
  })
  const place = at === null ? openPlace : rows.findIndex((row) => keyOf(row) === at)
  const slotOf = (row: number): number => (openPlace >= 0 && row > openPlace ? row + extra : row)

  const nearEnd = !atEnd && end >= rows.length + extra - 20
  // Asked for once per length.
  useEffect(() => {
    if (nearEnd) more()
  }, [nearEnd, rows.length])

  const show = (row: LogRow): void => {
    const key = keyOf(row)
    setAt(key)
    setQuery({ line: key === open ? null : key }, { replace: true })
  }
  const walk = (to: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, to))
    const row = rows[next]
    if (row === undefined) return
    setAt(keyOf(row))
    scrollTo(slotOf(next))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return
    const moves: Record<string, () => void> = {
      ArrowDown: () => walk(place + 1),
      j: () => walk(place + 1),
      ArrowUp: () => walk(place < 0 ? 0 : place - 1),
      k: () => walk(place < 0 ? 0 : place - 1),
      PageDown: () => walk(place + fits),
      PageUp: () => walk(place - fits),
      Home: () => walk(0),
      End: () => walk(rows.length - 1),
      Enter: () => rows[place] !== undefined && show(rows[place]),
      Escape: () => setQuery({ line: null }, { replace: true }),
    }
    const move = moves[event.key]
    if (move === undefined || (event.key === 'Escape' && open === null)) return
    event.preventDefault()
    move()
  }

  const shown: ComponentChildren[] = []
  const firstRow = openPlace >= 0 && first > openPlace ? Math.max(openPlace, first - extra) : first
  for (let i = firstRow; i < rows.length && slotOf(i) < end; i++) {
    const row = rows[i]!
    const key = keyOf(row)
    shown.push(
      <Line
        key={key}
        id={`${id}-${i}`}
        row={row}
        top={slotOf(i) * HEIGHT}
        index={i + 2}
        at={i === place}
        open={i === openPlace}
        text={filters.text}
        show={() => show(row)}
      />,
    )
    if (i === openPlace)
      shown.push(
        <Opened key={`${key} open`} top={(i + 1) * HEIGHT} tell={setRoom}>
          <Detail row={row} />
        </Opened>,
      )
  }
  return (
    <div
      role="treegrid"
      tabIndex={0}
      class="logs-grid"
      aria-label="Log lines, newest first"
      aria-rowcount={atEnd ? rows.length + 1 : -1}
      aria-colcount={4}
      aria-activedescendant={place >= firstRow && slotOf(place) < end ? `${id}-${place}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div role="row" aria-rowindex={1} class="logs-head">
        {['Time', 'Level', 'Service', 'Message'].map((title) => (
          <div key={title} role="columnheader" class={`logs-cell-${title.toLowerCase()}`}>
            {title}
          </div>
        ))}
      </div>
      <div ref={list} role="rowgroup" class="logs-lines" style={{ height: `${total}px` }}>
        {shown}
      </div>
      {atEnd && <div class="logs-end">That is all that is held for this time.</div>}
    </div>
  )
}

/** Says how high it is. */
function Opened({ top, tell, children }: { top: number; tell(height: number): void; children: ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    tell(element.offsetHeight)
    const sizes = new ResizeObserver(() => tell(element.offsetHeight))
    sizes.observe(element)
    return () => sizes.disconnect()
  }, [tell])
  return (
    <div ref={box} role="row" class="logs-opened" style={{ transform: `translateY(${top}px)` }}>
      <div role="gridcell" aria-colspan={4}>
        {children}
      </div>
    </div>
  )
}
