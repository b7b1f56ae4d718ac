// Cards in as many columns as fit, packed without holes. A card keeps its column while it is read: columns are chosen when the
// width or the set of cards changes and until every card has its first content, never because a number got longer.
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import './masonry.css'

/** Pixels: the least width of a column, the gap, and the height of a track. */
const COLUMN = 400
const GAP = 12
const TRACK = 4
/** After this long cards stay where they are, milliseconds. */
const SETTLE_MS = 4000

interface MasonryProps {
  /** Changes when the set of cards does. */
  readonly of: string
  /** Where they stand is chosen before, and seen by nobody. */
  readonly shown: boolean
  readonly children: ComponentChildren
}

export function Masonry({ of, shown, children }: MasonryProps) {
  const host = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = host.current
    if (element === null) return
    const layout = new Layout(element)
    return () => layout.end()
  }, [of])
  return (
    <div ref={host} class={`masonry${shown ? '' : ' masonry-unseen'}`}>
      {children}
    </div>
  )
}

class Layout {
  readonly #host: HTMLElement
  readonly #sizes: ResizeObserver
  readonly #begun = performance.now()
  readonly #columnOf = new Map<Element, number>()
  #columns = 0

  constructor(host: HTMLElement) {
    this.#host = host
    this.#sizes = new ResizeObserver(() => this.#place())
    this.#sizes.observe(host)
    for (const cell of host.children) if (cell.firstElementChild) this.#sizes.observe(cell.firstElementChild)
    this.#place()
  }

  end(): void {
    this.#sizes.disconnect()
  }

  #place(): void {
    const width = this.#host.clientWidth
    if (width === 0) return
    const columns = Math.max(1, Math.floor((width + GAP) / (COLUMN + GAP)))
    const cells = [...this.#host.children] as HTMLElement[]
    const anew = columns !== this.#columns || performance.now() - this.#begun < SETTLE_MS
    const spans = cells.map(({ dataset: { wide } }) =>
      wide === 'page' ? columns : Math.min(columns, wide === 'two' ? 2 : 1),
    )
    // How high a card is depends on how wide it is.
    if (columns !== this.#columns) {
      this.#host.style.setProperty('--columns', String(columns))
      cells.forEach((cell, i) => {
        cell.style.gridArea = `auto / span ${spans[i]}`
      })
    }
    this.#columns = columns
    const ends = new Array<number>(columns).fill(0)
    // All is read before anything is written.
    const heights = cells.map((cell) => cell.firstElementChild?.getBoundingClientRect().height ?? 0)
    cells.forEach((cell, i) => {
      const span = spans[i]!
      const column = (anew ? undefined : this.#columnOf.get(cell)) ?? shortest(ends, span)
      this.#columnOf.set(cell, column)
      const start = Math.max(...ends.slice(column, column + span))
      const tracks = Math.ceil((heights[i]! + GAP) / TRACK)
      cell.style.gridArea = `${start + 1} / ${column + 1} / span ${tracks} / span ${span}`
      ends.fill(start + tracks, column, column + span)
    })
  }
}

/** The first column from which `span` columns end soonest. */
function shortest(ends: readonly number[], span: number): number {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let column = 0; column + span <= ends.length; column++) {
    const end = Math.max(...ends.slice(column, column + span))
    if (end < least) {
      least = end
      best = column
    }
  }
  return best
}
