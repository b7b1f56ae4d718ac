// Rows of the same things, as many as there are: only those in sight are in the page, and the keyboard walks through all.
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { visit } from '../shell/place.ts'
import { Icon } from './icon.tsx'
import './table.css'
import { useVirtual } from './virtual.ts'

export interface Column<Row> {
  readonly name: string
  readonly title: string
  cell(row: Row): ComponentChildren
  readonly align?: 'end'
  /** A track of the grid: `120px`, `minmax(160px, 2fr)`. Default `1fr`. */
  readonly width?: string
  /** From which width of the table on it is shown; default always. */
  readonly from?: 'medium' | 'wide'
  /** Sorting by it is offered. */
  readonly sorts?: boolean
  /** Said for the title where that is short. */
  readonly help?: string
}

export interface Sort {
  readonly by: string
  readonly down: boolean
}

interface TableProps<Row> {
  readonly label: string
  readonly rows: readonly Row[]
  readonly columns: readonly Column<Row>[]
  keyOf(row: Row): string
  /** Where a row leads; its first cell is the link. */
  href?(row: Row): string
  /** What opening a row does, where it leads nowhere. */
  open?(row: Row): void
  /** Key of the row that is open. */
  readonly selected?: string | null
  /** Pixels; default 36. */
  readonly rowHeight?: number
  readonly sort?: Sort
  onSort?(sort: Sort): void
  classOf?(row: Row): string
  /** Called when the last rows come into sight. */
  more?(): void
  /** How many rows there are in all, when more can be asked for; default those given. */
  readonly count?: number
  /** What is shown answers an older question. */
  readonly stale?: boolean
}

const HEADER = 32

export function Table<Row>(props: TableProps<Row>) {
  const { label, rows, columns, keyOf, href, open, selected, rowHeight = 36, sort, more, stale } = props
  const id = useId()
  const [at, setAt] = useState<string | null>(null)
  const grid = useRef<HTMLDivElement>(null)
  const { list, first, end, total, fits, scrollTo } = useVirtual({
    count: rows.length,
    height: rowHeight,
    covered: HEADER,
  })
  const current = at ?? selected ?? null
  const place = current === null ? -1 : rows.findIndex((row) => keyOf(row) === current)

  const nearEnd = end >= rows.length - 5 && rows.length > 0
  useEffect(() => {
    if (nearEnd) more?.()
  }, [nearEnd, rows.length])

  const walk = (to: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, to))
    const row = rows[next]
    if (row === undefined) return
    setAt(keyOf(row))
    scrollTo(next)
  }
  const follow = (row: Row): void => {
    if (href !== undefined) visit(href(row), false)
    else open?.(row)
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
      Enter: () => rows[place] !== undefined && follow(rows[place]),
    }
    const move = moves[event.key]
    if (move === undefined) return
    event.preventDefault()
    move()
  }

  const tracks = {
    '--tracks': tracksOf(columns, 'wide'),
    '--tracks-medium': tracksOf(columns, 'medium'),
    '--tracks-narrow': tracksOf(columns, undefined),
    '--row-height': `${rowHeight}px`,
  }
  const shown: ComponentChildren[] = []
  for (let i = first; i < end; i++) {
    const row = rows[i]!
    const key = keyOf(row)
    const target = href?.(row)
    shown.push(
      <div
        key={key}
        id={`${id}-${i}`}
        role="row"
        aria-rowindex={i + 2}
        aria-selected={key === (selected ?? null) || (selected === undefined && i === place)}
        class={`table-row${i === place ? ' table-at' : ''}${key === selected ? ' table-open' : ''} ${props.classOf?.(row) ?? ''}`}
        style={{ transform: `translateY(${i * rowHeight}px)` }}
        onClick={(event) => {
          if (event.defaultPrevented || (event.target as Element).closest('a,button')) return
          if (getSelection()?.toString()) return
          setAt(key)
          if (event.metaKey || event.ctrlKey) window.open(target, '_blank', 'noopener')
          else follow(row)
        }}
      >
        {columns.map((column, c) => (
          <div key={column.name} role="gridcell" class={cellClass(column)}>
            {c === 0 && target !== undefined ? (
              <a class="table-link clip" href={target} tabIndex={-1} onClick={() => setAt(key)}>
                {column.cell(row)}
              </a>
            ) : (
              column.cell(row)
            )}
          </div>
        ))}
      </div>,
    )
  }

  return (
    <div class={`table${stale ? ' table-stale' : ''}`} style={tracks}>
      <div
        ref={grid}
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={(props.count ?? rows.length) + 1}
        aria-colcount={columns.length}
        aria-activedescendant={place >= first && place < end ? `${id}-${place}` : undefined}
        class="table-grid"
        onKeyDown={onKeyDown}
      >
        <div role="row" aria-rowindex={1} class="table-head">
          {columns.map((column) => (
            <Head key={column.name} column={column} sort={sort} onSort={props.onSort} />
          ))}
        </div>
        <div ref={list} class="table-body" role="rowgroup" style={{ height: `${total}px` }}>
          {shown}
        </div>
      </div>
    </div>
  )
}

function Head<Row>({ column, sort, onSort }: { column: Column<Row>; sort?: Sort; onSort?(sort: Sort): void }) {
  const on = sort?.by === column.name
  const said = column.sorts ? (on ? (sort.down ? 'descending' : 'ascending') : 'none') : undefined
  return (
    <div role="columnheader" class={cellClass(column)} aria-sort={said} title={column.help}>
      {column.sorts ? (
        <button
          type="button"
          class={`table-sort${on ? ' table-sorted' : ''}`}
          onClick={() => onSort?.({ by: column.name, down: on ? !sort.down : true })}
        >
          {column.title}
          <Icon name={on && !sort.down ? 'up' : 'down'} size={12} />
        </button>
      ) : (
        <span class="clip">{column.title}</span>
      )}
    </div>
  )
}

const cellClass = ({ align, from }: Column<never> | Column<unknown>): string =>
  `table-cell${align === 'end' ? ' table-end num' : ''}${from ? ` table-${from}` : ''}`

function tracksOf<Row>(columns: readonly Column<Row>[], width: 'wide' | 'medium' | undefined): string {
  return columns
    .filter(({ from }) => from === undefined || from === width || width === 'wide')
    .map((column) => column.width ?? 'minmax(0, 1fr)')
    .join(' ')
}
