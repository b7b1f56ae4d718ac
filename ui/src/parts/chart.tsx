// Values over time. uPlot draws; here is what a page needs around it: the theme, the size, one cursor for all charts of a
// page, zooming into the time, dots that lead somewhere, and the same by keyboard.
import { useComputed, useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type uPlot from 'uplot'
import { dark } from '../shell/theme.ts'
import { range, setRange, zone } from '../shell/time.ts'
import './chart.css'
import { ChartKeys } from './chart-keys.ts'
import { makePlot, type PlotShape, plotData } from './chart-plot.ts'
import { ChartTip } from './chart-tip.tsx'

export interface ChartSeries {
  readonly label: string
  readonly values: readonly (number | null)[]
  /** A token: `var(--c-1)`. */
  readonly colour: string
  readonly kind?: 'line' | 'area' | 'bars' | 'points'
  readonly dash?: boolean
  /** UCUM, where it differs from the chart's. */
  readonly unit?: string
}

export interface ChartDot {
  readonly key: string
  readonly time: number
  readonly value: number
  readonly colour: string
  /** Drawn over the others, as a diamond. */
  readonly marked?: boolean
  readonly title: string
  readonly note?: string
  open?(): void
}

export interface ChartProps {
  readonly label: string
  /** Ascending, float epoch milliseconds. */
  readonly times: readonly number[]
  readonly series: readonly ChartSeries[]
  readonly dots?: readonly ChartDot[]
  /** UCUM: `ms`, `1/s`, `%`, `By`, … */
  readonly unit?: string
  readonly height?: number
  /** Charts of one name share their cursor. */
  readonly sync?: string
  /** Series stand on each other. */
  readonly stack?: boolean
  readonly scale?: 'linear' | 'log'
  /** Edges of the time; default the range of the page. */
  readonly from?: number
  readonly to?: number
  /** Values that the axis reaches at least. */
  readonly least?: number
  /** False where the page has no range of time to zoom into; default true. */
  readonly zooms?: boolean
  /** What a time is called when it is pointed at; default its time of day. */
  sayTime?(time: number): string
}

/** What is under the cursor. */
export interface Pointed {
  readonly index: number | null
  readonly dot: ChartDot | null
  readonly left: number
  readonly top: number
}

const NOTHING: Pointed = { index: null, dot: null, left: 0, top: 0 }

export function Chart(props: ChartProps) {
  const { label, series, unit = '', height = 160, stack = false, scale = 'linear', sync, zooms = true } = props
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const latest = useRef(props)
  latest.current = props
  const pointed = useSignal<Pointed>(NOTHING)
  const inside = useSignal(false)
  const keys = useRef<ChartKeys | null>(null)
  const said = useComputed(() => (inside.value ? pointed.value : NOTHING))
  const drawing = series.map(({ values: _, ...rest }) => rest)
  const shape: PlotShape = { unit, height, stack, scale, sync, zooms, series: drawing }
  const made = `${JSON.stringify(shape)}${dark.value}${zone.value}`

  // `made` says all that a new plot is needed for.
  useLayoutEffect(() => {
    const element = host.current
    if (element === null) return
    const drawn = makePlot(element, shape, latest, {
      point: (next) => {
        pointed.value = next
      },
      zoom: (from, to) => setRange({ from, to }),
    })
    plot.current = drawn
    keys.current = new ChartKeys(drawn, () => latest.current)
    const sizes = new ResizeObserver(() => {
      const width = element.clientWidth
      if (width > 0 && width !== drawn.width) drawn.setSize({ width, height })
    })
    sizes.observe(element)
    return () => {
      sizes.disconnect()
      drawn.destroy()
      plot.current = null
    }
  }, [made])

  const { from: start, to: end } = range.value
  const { times, dots, from = start, to = end, least } = props
  // Before the next key: arrows go through what is shown, not through an empty plot.
  useLayoutEffect(() => {
    const drawn = plot.current
    if (drawn === null) return
    drawn.batch(() => {
      drawn.setData(plotData(latest.current), false)
      drawn.setScale('x', { min: from, max: to })
    })
  }, [made, times, series, dots, from, to, least])

  return (
    <div
      ref={host}
      class="chart"
      tabIndex={0}
      role="group"
      aria-roledescription="chart"
      aria-label={`${label}. Arrow keys read values${zooms ? ', Shift and arrows choose a time, Enter zooms in' : ''}.`}
      style={{ '--height': `${height}px` }}
      onPointerEnter={() => (inside.value = true)}
      onPointerLeave={() => {
        inside.value = false
        pointed.value = NOTHING
      }}
      onFocus={() => (inside.value = true)}
      onBlur={() => {
        inside.value = false
        pointed.value = NOTHING
      }}
      onKeyDown={(event) => keys.current?.press(event)}
      onClick={() => pointed.value.dot?.open?.()}
    >
      <ChartTip pointed={said} chart={latest} />
    </div>
  )
}
