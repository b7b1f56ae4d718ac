// A range of time cut into equal moments: what every answer that is drawn over time shares.
import type { Range } from './rates.ts'

export class Grid implements Range {
  readonly from: number
  readonly to: number
  readonly size: number
  /** Width of a moment, milliseconds. */
  readonly step: number

  constructor({ from, to }: Range, size: number) {
    this.from = from
    this.to = to
    this.size = size
    this.step = (to - from) / size
  }

  /** Start of each moment. */
  get times(): number[] {
    return Array.from({ length: this.size }, (_, i) => this.from + i * this.step)
  }

  /** The moment of a time; what lies outside goes to the nearest. */
  place(time: number): number {
    const place = Math.floor((time - this.from) / (this.step || 1))
    return Math.min(this.size - 1, Math.max(0, place))
  }
}
