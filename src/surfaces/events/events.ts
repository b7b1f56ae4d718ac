// Event buses of the application: how many subscribe, who was turned away at the cap, which dispatches failed (W-19). An
// EventEmitter or EventTarget that is handed over is returned as the same object; what it holds is counted when somebody
// collects, so subscribing and dispatching cost next to nothing. It promises that listeners, order, `this` and errors are
// as without it, but for the cap; it refuses to keep a bus alive, and event names as labels.
import type { EventEmitter } from 'node:events'
import { noticeOnce } from '../../base/notice.ts'
import { seen } from '../../base/seen.ts'
import { declare } from '../../metrics/declare.ts'
import type { Registry } from '../../metrics/registry.ts'
import { NAMES } from '../../model/names.ts'
import { describe } from '../../trace/exception.ts'
import { emitterSubscribers, watchEmitter } from './emitter.ts'
import { TargetBus } from './target.ts'

export const MAX_SUBSCRIBERS = 4096
/** Buses that are counted; further ones are capped and their failures counted all the same. */
const MAX_BUSES = 10_000

export interface EventOptions {
  /** Subscribers of one event of one bus; the configured `surfaces.events.max_subscribers` when left out. */
  readonly maxSubscribers?: number | undefined
}

/** What a bus tells its surface. */
export interface Watch {
  /** Whether one more may subscribe where `count` do already; says no once in words and each time in numbers. */
  admits(count: number): boolean
  failed(error: unknown): void
}

type Counted = () => number

export class Events {
  readonly #registry: Registry
  readonly #watched = new WeakSet<object>()
  readonly #buses = new Set<WeakRef<{ count: Counted }>>()
  /** Keeps what counts a bus as long as the bus. */
  readonly #counters = new WeakMap<object, { count: Counted }>()
  readonly #failures = new WeakSet<object>()
  #max = MAX_SUBSCRIBERS
  #begun = false

  constructor(registry: Registry) {
    this.#registry = registry
  }

  configure(options: EventOptions): void {
    this.#max = options.maxSubscribers ?? MAX_SUBSCRIBERS
  }

  /** The function of `observeEvents`. */
  readonly observe = <Bus extends object>(bus: Bus, options: EventOptions = {}): Bus => {
    const kind = kindOf(bus)
    if (kind === null) {
      noticeOnce(
        'events.refused',
        'warn',
        'events.refused',
        'observeEvents() was given something that is neither an EventEmitter nor an EventTarget: it is left alone',
      )
      return bus
    }
    if (this.#watched.has(bus)) return bus
    this.#watched.add(bus)
    seen('events')
    this.#begin()
    const watch: Watch = {
      admits: (count) => count < (options?.maxSubscribers ?? this.#max) || this.#reject(),
      failed: (error) => this.#fail(error),
    }
    if (kind === 'emitter') {
      watchEmitter(bus as unknown as EventEmitter, watch)
      const held = new WeakRef(bus as unknown as EventEmitter)
      this.#keep(bus, () => emitterSubscribers(held.deref()))
    } else {
      const target = new TargetBus(bus as unknown as EventTarget, watch)
      this.#keep(bus, () => target.subscribers())
    }
    return bus
  }

  #keep(bus: object, count: Counted): void {
    if (this.#buses.size >= MAX_BUSES) return
    const counter = { count }
    this.#counters.set(bus, counter)
    this.#buses.add(new WeakRef(counter))
  }

  /** Both are shown from the first bus on, with the values that can really occur (ruling 12). */
  #begin(): void {
    if (this.#begun) return
    this.#begun = true
    const active = declare(this.#registry, NAMES.eventbus_subscribers_active)
    declare(this.#registry, NAMES.eventbus_subscribers_rejected_total).with({ reason: 'cap' })
    active.set(0)
    this.#registry.onCollect(() => active.set(this.#subscribers()))
  }

  #subscribers(): number {
    let sum = 0
    for (const held of this.#buses) {
      const counter = held.deref()
      if (counter === undefined) this.#buses.delete(held)
      else sum += counter.count()
    }
    return sum
  }

  #reject(): false {
    declare(this.#registry, NAMES.eventbus_subscribers_rejected_total).add(1, { reason: 'cap' })
    noticeOnce(
      'events.cap',
      'warn',
      'events.cap',
      'an event has as many subscribers as surfaces.events.max_subscribers allows: further ones are turned away and counted',
    )
    return false
  }

  /** An error that passes several dispatches on its way out is one failure. */
  #fail(error: unknown): void {
    if (typeof error === 'object' && error !== null) {
      if (this.#failures.has(error)) return
      this.#failures.add(error)
    }
    declare(this.#registry, NAMES.eventbus_dispatch_failures_total).add(1, { error_type: describe(error).type })
  }
}

function kindOf(bus: unknown): 'emitter' | 'target' | null {
  if (typeof bus !== 'object' || bus === null) return null
  try {
    const { emit, on, listenerCount, eventNames, addEventListener, dispatchEvent } = bus as Record<string, unknown>
    if ([emit, on, listenerCount, eventNames].every((each) => typeof each === 'function')) return 'emitter'
    return typeof addEventListener === 'function' && typeof dispatchEvent === 'function' ? 'target' : null
  } catch {
    return null
  }
}
