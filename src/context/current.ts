// The current frame, carried by one AsyncLocalStorage per process. Nothing is enabled until something is entered:
// on Node 20 the first entry switches async hooks on, which costs every request 8 to 10 µs from then on.
import { AsyncLocalStorage } from 'node:async_hooks'
import { shared } from '../base/slot.ts'
import { FLAG_SAMPLED } from '../model/span.ts'
import type { Ids } from './api.ts'
import type { Frame } from './frame.ts'

const storage = shared('context', made)

/** Of an asynchronous resource: the stores that it carries. */
type Stores = Record<symbol, unknown>

/**
 * Node 20 and 22 hand every store on to every new promise in one function for all of them, whose keys then differ. One of
 * ours alone, with one key, takes 30 instead of 90 ns an await where the application has a store too (Node 20).
 */
function made(): AsyncLocalStorage<Frame | undefined> {
  const storage = new AsyncLocalStorage<Frame | undefined>()
  const { kResourceStore: key, _propagate: own } = storage as { kResourceStore?: unknown; _propagate?: unknown }
  if (typeof key !== 'symbol' || typeof own !== 'function') return storage
  const propagate = (resource: Stores, from: Stores): void => {
    resource[key] = from[key]
  }
  return Object.defineProperty(storage, '_propagate', { value: propagate })
}

export function current(): Frame | undefined {
  return storage.getStore()
}

/** Writes the ids of the current span into `into`; false, and nothing written, when none is sampled. For exemplars. */
export function currentIds(into: Ids): boolean {
  const frame = storage.getStore()
  if (frame === undefined || (frame.flags & FLAG_SAMPLED) === 0 || !frame.hasTrace) return false
  into.t0 = frame.t0
  into.t1 = frame.t1
  into.t2 = frame.t2
  into.t3 = frame.t3
  into.s0 = frame.s0
  into.s1 = frame.s1
  into.flags = frame.flags
  return true
}

export function runIn<T>(frame: Frame | undefined, work: () => T): T {
  return storage.run(frame, work)
}

/** `runIn` with one argument, which spares callers a closure. */
export function runWith<A, T>(frame: Frame | undefined, work: (argument: A) => T, argument: A): T {
  return storage.run(frame, work, argument)
}

/** `runIn` for a function with its own `this` and arguments. */
export function runApply<T>(
  frame: Frame | undefined,
  work: (...args: unknown[]) => T,
  self: unknown,
  args: unknown[],
): T {
  return storage.run(frame, Reflect.apply<unknown, unknown[], T>, work, self, args)
}

/** Makes `frame` current for the rest of this turn and all that it starts; for diagnostics-channel subscribers. */
export function enter(frame: Frame | undefined): void {
  storage.enterWith(frame)
}
