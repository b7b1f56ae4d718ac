// The waterfall: a tree of spans with its time beside it. Only the lines in sight are in the page; the keyboard walks and
// folds as in any tree.
import type { Ref } from 'preact'
import { forwardRef } from 'preact/compat'
import { useId, useImperativeHandle, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { durationText } from '../../parts/format.ts'
import { useVirtual } from '../../parts/virtual.ts'
import { LogLineRow, SpanLineRow, type View } from './line.tsx'
import type { Line, Shape, Stretch } from './lines.ts'
import { Minimap } from './minimap.tsx'
import { ticksOf } from './ruler.ts'

/** What can be asked of the waterfall from outside. */
export interface Pointer {
  /** Brings a span into sight. */
  show(id: string): void
  focus(): void
}

interface WaterfallProps {
  readonly shape: Shape
  readonly lines: readonly Line[]
  readonly path: ReadonlyMap<string, Stretch[]>
  /** Milliseconds after the start. */
  readonly window: { readonly from: number; readonly to: number }
  readonly selected: string | null
  /** Spans that a search found; null without a search. */
  readonly found: ReadonlySet<string> | null
  /** Spans that others link to. */
  readonly linked: ReadonlySet<string>
  choose(id: string | null): void
  fold(ids: readonly string[], on: boolean): void
}

export const LINE = 28

export const Waterfall = forwardRef(function Waterfall(props: WaterfallProps, pointer: Ref<Pointer>) {
  const { shape, lines, path, window, selected, found, linked, choose, fold } = props
  const id = useId()
  const grid = useRef<HTMLDivElement>(null)
  const head = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState<string | null>(selected)
  const [width, setWidth] = useState(600)
  const { list, first, end, total, fits, scrollTo } = useVirtual({
    count: lines.length,
    height: LINE,
    overscan: 12,
    covered: 150,
  })
  useLayoutEffect(() => {
    const element = head.current
    if (element === null) return
    const sizes = new ResizeObserver(() => setWidth(element.clientWidth))
    sizes.observe(element)
    return () => sizes.disconnect()
  }, [])

  const place = lines.findIndex(({ key }) => key === at)
  const walk = (to: number): void => {
    const next = Math.max(0, Math.min(lines.length - 1, to))
    const line = lines[next]
    if (line === undefined) return
    setAt(line.key)
    scrollTo(next)
    if (selected !== null && line.kind === 'span') choose(line.key)
  }
  useImperativeHandle(pointer, () => ({
    show(key) {
      setAt(key)
      const next = lines.findIndex((line) => line.key === key)
      if (next >= 0) scrollTo(next, true)
    },
    focus: () => grid.current?.focus({ preventScroll: true }),
  }))
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return
    const line = lines[place]
    const parent = line?.parent ?? null
    const moves: Record<string, () => void> = {
      ArrowDown: () => walk(place + 1),
      j: () => walk(place + 1),
      ArrowUp: () => walk(place < 0 ? 0 : place - 1),
      k: () => walk(place < 0 ? 0 : place - 1),
      PageDown: () => walk(place + fits - 6),
      PageUp: () => walk(place - fits + 6),
      Home: () => walk(0),
      End: () => walk(lines.length - 1),
      ArrowRight() {
        if (line?.kind === 'span' && line.folded) fold([line.key], false)
        else if (lines[place + 1]?.parent === line?.key) walk(place + 1)
      },
      ArrowLeft() {
        if (line?.kind === 'span' && line.children > 0 && !line.folded) fold([line.key], true)
        else if (parent !== null) walk(lines.findIndex(({ key }) => key === parent))
      },
      Enter: () => line && choose(line.kind === 'span' ? line.key : line.parent),
      ' ': () => line?.kind === 'span' && line.children > 0 && fold([line.key], !line.folded),
    }
    const move = moves[event.key]
    if (move === undefined) return
    event.preventDefault()
    move()
  }

  const view: View = {
    start: shape.start + window.from,
    length: window.to - window.from,
    zero: shape.start,
    path,
    found,
    linked,
  }
  const ticks = ticksOf(window.from, window.to, Math.max(2, Math.floor((width * 0.6) / 110)))
  const left = (ms: number): string => `${((ms - window.from) / (window.to - window.from)) * 100}%`
  return (
    <div class="waterfall">
      <div class="waterfall-top" ref={head}>
        <Minimap shape={shape} window={window} />
        <div class="ruler" aria-hidden="true">
          <span class="ruler-name">Span</span>
          <span class="ruler-time num">
            {ticks.map((ms) => (
              <span key={ms} class="ruler-tick" style={{ left: left(ms) }}>
                {durationText(Number(ms.toPrecision(6)))}
              </span>
            ))}
          </span>
        </div>
      </div>
      <div
        ref={grid}
        role="treegrid"
        tabIndex={0}
        class="waterfall-grid"
        aria-label="Spans"
        aria-rowcount={lines.length}
        aria-activedescendant={place >= first && place < end ? `${id}-${place}` : undefined}
        onKeyDown={onKeyDown}
      >
        <div ref={list} role="rowgroup" class="waterfall-lines" style={{ height: `${total}px` }}>
          <div class="waterfall-rules" aria-hidden="true">
            {ticks.map((ms) => (
              <span key={ms} style={{ left: left(ms) }} />
            ))}
          </div>
          {lines.slice(first, end).map((line, i) => {
            const row = first + i
            const common = {
              key: line.key,
              id: `${id}-${row}`,
              row,
              view,
              pointed: row === place,
              onPick: () => {
                setAt(line.key)
                choose(line.kind === 'span' ? line.key : line.parent)
              },
            }
            return line.kind === 'span' ? (
              <SpanLineRow
                {...common}
                line={line}
                selected={line.key === selected}
                fold={(on) => fold([line.key], on)}
              />
            ) : (
              <LogLineRow {...common} line={line} />
            )
          })}
        </div>
      </div>
    </div>
  )
})
