// The API's ContextManager over our one AsyncLocalStorage: `context.active()` and `current()` are the same thing.
import type { ApiContext } from '../context/api.ts'
import { current, enter, runApply, runWith } from '../context/current.ts'
import { contextOf, type Frame, frameOf } from '../context/frame.ts'

type Callable = (this: unknown, ...args: unknown[]) => unknown

interface Emitter {
  on: Callable
  addListener: Callable
  prependListener: Callable
  removeListener: Callable
  off: Callable
  rawListeners?(event: unknown): Wrapped[]
}

/** A bound listener, or the wrapper that Node makes for `once`; each points to what it wraps. */
type Wrapped = Callable & { listener?: Wrapped }

const BOUND = Symbol('telltale.bound')

export class ContextManager {
  active(): ApiContext {
    return contextOf(current())
  }

  with<A extends unknown[], R>(context: ApiContext, work: (...args: A) => R, self?: unknown, ...args: A): R {
    const frame = frameOf(context)
    if (self === undefined && args.length === 0)
      return runWith(frame, work as unknown as (none: undefined) => R, undefined)
    return runApply(frame, work as (...args: unknown[]) => R, self, args)
  }

  /** A function runs in `context` whenever it is called; an event emitter runs its listeners there; others stay. */
  bind<T>(context: ApiContext, target: T): T {
    const frame = frameOf(context)
    if (typeof target === 'function') return bound(frame, target as unknown as Callable) as unknown as T
    if (isEmitter(target)) return emitting(frame, target as unknown as Emitter) as unknown as T
    return target
  }

  /** Since API 1.10: current until the token is disposed, whatever else ends in between. */
  attach(context: ApiContext): { dispose(): void } {
    const before = current()
    let attached = true
    enter(frameOf(context))
    return {
      dispose() {
        if (attached) enter(before)
        attached = false
      },
    }
  }

  enable(): this {
    return this
  }

  disable(): this {
    return this
  }
}

function bound(frame: Frame, work: Callable): Callable {
  const inFrame: Callable = function (...args) {
    return runApply(frame, work as (...args: unknown[]) => unknown, this, args)
  }
  Object.defineProperty(inFrame, 'length', { value: work.length, configurable: true })
  return inFrame
}

function isEmitter(target: unknown): boolean {
  return (
    typeof target === 'object' &&
    target !== null &&
    typeof (target as Emitter).on === 'function' &&
    typeof (target as Emitter).addListener === 'function' &&
    typeof (target as Emitter).prependListener === 'function'
  )
}

/** `once` and its like go through the three that add; Node looks one `listener` deep when it removes, we need two. */
function emitting(frame: Frame, emitter: Emitter): Emitter {
  if ((emitter as { [BOUND]?: true })[BOUND]) return emitter
  for (const name of ['on', 'addListener', 'prependListener'] as const) {
    const add = emitter[name]
    Object.defineProperty(emitter, name, {
      value(this: unknown, event: unknown, listener: unknown) {
        if (typeof listener !== 'function') return add.call(this, event, listener)
        const inner = listener as Wrapped
        return add.call(this, event, Object.assign(bound(frame, inner), { listener: inner }))
      },
      writable: true,
      configurable: true,
    })
  }
  for (const name of ['removeListener', 'off'] as const) {
    const remove = emitter[name]
    Object.defineProperty(emitter, name, {
      value(this: Emitter, event: unknown, listener: unknown) {
        const held = this.rawListeners?.(event).findLast(
          (each) => each === listener || each.listener === listener || each.listener?.listener === listener,
        )
        return remove.call(this, event, held ?? listener)
      },
      writable: true,
      configurable: true,
    })
  }
  Object.defineProperty(emitter, BOUND, { value: true })
  return emitter
}
