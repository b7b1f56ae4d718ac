// What the console knows of this instance and of the application's records, figure by figure.
import type { Uptime } from '../../health/uptime.ts'
import { type TrafficFigure, TrafficFigures, type TrafficSource } from './traffic.ts'
import { type UptimeFigure, uptimeFigure } from './uptime.ts'

export interface FiguresSource extends TrafficSource {
  readonly service: string
  readonly version: string
  readonly uptime: Uptime
}

export class Figures {
  readonly #source: FiguresSource
  readonly #traffic: TrafficFigures

  constructor(source: FiguresSource) {
    this.#source = source
    this.#traffic = new TrafficFigures(source)
  }

  /** `now`: milliseconds since the epoch. */
  uptime(now: number): UptimeFigure {
    return uptimeFigure(this.#source, now)
  }

  traffic(asked: URLSearchParams, now: number): TrafficFigure {
    return this.#traffic.figure(asked, now)
  }
}
