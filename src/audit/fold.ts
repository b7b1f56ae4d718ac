// Many of the same as few: the first is told at once, what follows within the window is counted and told at its end, as
// one. At most so many kinds are told apart; those that come beyond are one.
import { monotonic, timers } from '../base/clock.ts'

interface Folded<T> {
  due: number
  readonly windowMs: number
  count: number
  last: T
}

export interface FoldOptions<T> {
  /** Hears of `count` of the same: the last of them. */
  readonly tell: (last: T, count: number) => void
  /** How many are told apart. */
  readonly most?: number
  readonly now?: () => number
}

const TICK_MS = 1000

export class Fold<T> {
  readonly #folded = new Map<string, Folded<T>>()
  readonly #tell: FoldOptions<T>['tell']
  readonly #most: number
  readonly #now: () => number
  #timer: ReturnType<typeof setInterval> | undefined

  constructor({ tell, most = 1000, now = monotonic }: FoldOptions<T>) {
    this.#tell = tell
    this.#most = most
    this.#now = now
  }

  /** `crowd` is what `one` is of when there are too many to tell apart, and the kind that they are then. */
  add(kind: string, one: T, windowMs: number, crowd: { readonly kind: string; readonly one: T }): void {
    const known = this.#folded.get(kind)
    if (known !== undefined) count(known, one)
    else if (this.#folded.size < this.#most) this.#begin(kind, one, windowMs)
    else {
      const many = this.#folded.get(crowd.kind)
      if (many !== undefined) count(many, crowd.one)
      else this.#begin(crowd.kind, crowd.one, windowMs)
    }
  }

  /** Tells what is due; kinds of which nothing came are forgotten. */
  sweep(): void {
    const now = this.#now()
    for (const [kind, folded] of this.#folded) {
      if (folded.due > now) continue
      if (folded.count === 0) {
        this.#folded.delete(kind)
        continue
      }
      const { count, last } = folded
      folded.count = 0
      folded.due = now + folded.windowMs
      this.#tell(last, count)
    }
    if (this.#folded.size === 0) this.#stop()
  }

  /** Tells all that was counted, and ends. */
  close(): void {
    this.#stop()
    for (const { count, last } of this.#folded.values()) if (count > 0) this.#tell(last, count)
    this.#folded.clear()
  }

  get size(): number {
    return this.#folded.size
  }

  #begin(kind: string, one: T, windowMs: number): void {
    this.#folded.set(kind, { due: this.#now() + windowMs, windowMs, count: 0, last: one })
    this.#timer ??= timers.setInterval(() => this.sweep(), TICK_MS).unref()
    this.#tell(one, 1)
  }

  #stop(): void {
    timers.clearInterval(this.#timer)
    this.#timer = undefined
  }
}

function count<T>(folded: Folded<T>, one: T): void {
  folded.count++
  folded.last = one
}
