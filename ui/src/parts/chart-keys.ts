// A chart by keyboard: arrows go from value to value (or from dot to dot), Shift chooses a stretch, Enter zooms or opens.
import type uPlot from 'uplot'
import { setRange } from '../shell/time.ts'
import type { ChartProps } from './chart.tsx'

export class ChartKeys {
  readonly #plot: uPlot
  readonly #props: () => ChartProps
  #at = -1
  #anchor: number | null = null

  constructor(plot: uPlot, props: () => ChartProps) {
    this.#plot = plot
    this.#props = props
  }

  press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const { key, shiftKey } = event
    if (key === 'ArrowLeft' || key === 'ArrowRight') this.#move(key === 'ArrowLeft' ? -1 : 1, shiftKey && this.#zooms)
    else if (key === 'Home') this.#go(this.#seen[0], false)
    else if (key === 'End') this.#go(this.#seen[1], false)
    else if (key === 'Enter') this.#enter()
    else if (key === 'Escape' && (this.#at >= 0 || this.#anchor !== null)) this.#leave()
    else return
    event.preventDefault()
  }

  get #zooms(): boolean {
    return this.#props().zooms !== false
  }

  get #dots(): ChartProps['dots'] {
    const { dots, times } = this.#props()
    return times.length === 0 ? dots : undefined
  }

  get #count(): number {
    return this.#dots?.length ?? this.#props().times.length
  }

  /** The first and the last that lie within the axis. */
  get #seen(): [number, number] {
    const { min, max } = this.#plot.scales['x']!
    let first = 0
    let last = this.#count - 1
    while (first < last && this.#timeOf(first)! < (min ?? 0)) first++
    while (last > first && this.#timeOf(last)! > (max ?? Number.POSITIVE_INFINITY)) last--
    return [first, last]
  }

  #move(by: number, choosing: boolean): void {
    const [first, last] = this.#seen
    const from = this.#at < 0 ? (by > 0 ? first - 1 : last + 1) : this.#at
    this.#go(Math.max(first, Math.min(last, from + by)), choosing)
  }

  #go(to: number, choosing: boolean): void {
    const time = this.#timeOf(to)
    if (time === undefined) return
    if (choosing) this.#anchor ??= this.#at < 0 ? to : this.#at
    else this.#anchor = null
    this.#at = to
    const plot = this.#plot
    const dot = this.#dots?.[to]
    const top = dot === undefined ? plot.over.clientHeight / 2 : plot.valToPos(dot.value, 'y')
    plot.setCursor({ left: plot.valToPos(time, 'x'), top })
    const [from, until] = this.#chosen() ?? [0, 0]
    const left = until > from ? plot.valToPos(from, 'x') : 0
    const width = until > from ? plot.valToPos(until, 'x') - left : 0
    plot.setSelect({ left, width, top: 0, height: plot.over.clientHeight }, false)
  }

  #enter(): void {
    const chosen = this.#chosen()
    if (chosen !== null) {
      this.#leave()
      setRange({ from: chosen[0], to: chosen[1] })
    } else this.#dots?.[this.#at]?.open?.()
  }

  #leave(): void {
    this.#at = -1
    this.#anchor = null
    this.#plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
    this.#plot.setCursor({ left: -10, top: -10 })
  }

  #chosen(): [number, number] | null {
    if (this.#anchor === null) return null
    const [a, b] = [this.#timeOf(this.#anchor), this.#timeOf(this.#at)]
    return a === undefined || b === undefined || a === b ? null : [Math.min(a, b), Math.max(a, b)]
  }

  #timeOf(place: number): number | undefined {
    return this.#dots === undefined ? this.#props().times[place] : this.#dots[place]?.time
  }
}
