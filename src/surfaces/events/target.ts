// An EventTarget throws nothing at whoever dispatches: an error of a listener becomes the process's uncaught exception. To
// see it a listener is called through one of ours, the same for the same listener, so that adding it twice and removing it
// mean what they meant. Listeners that were there before are not seen.
import { getEventListeners } from 'node:events'
import type { Watch } from './events.ts'

type Add = EventTarget['addEventListener']

/** Names of events whose subscribers are counted. */
const MAX_TYPES = 1000

export class TargetBus {
  readonly #target: WeakRef<EventTarget>
  readonly #types = new Set<string>()
  readonly #ours = new WeakMap<object, (event: Event) => unknown>()
  readonly #watch: Watch

  constructor(target: EventTarget, watch: Watch) {
    this.#target = new WeakRef(target)
    this.#watch = watch
    const add = target.addEventListener
    const remove = target.removeEventListener
    const bus = this
    define(target, 'addEventListener', function (this: EventTarget, type, listener, options) {
      if (!isListener(listener)) return Reflect.apply(add, this, [type, listener, options])
      const ours = bus.#wrap(listener)
      const there = listenersOf(target, String(type))
      if (!there.includes(ours) && !watch.admits(there.length)) return undefined
      if (bus.#types.size < MAX_TYPES) bus.#types.add(String(type))
      return Reflect.apply(add, this, [type, ours, options])
    })
    define(target, 'removeEventListener', function (this: EventTarget, type, listener, options) {
      const ours = isListener(listener) ? bus.#ours.get(listener) : undefined
      if (ours !== undefined) Reflect.apply(remove, this, [type, ours, options])
      return Reflect.apply(remove, this, [type, listener, options])
    })
  }

  subscribers(): number {
    const target = this.#target.deref()
    if (target === undefined) return 0
    let sum = 0
    for (const type of this.#types) sum += listenersOf(target, type).length
    return sum
  }

  #wrap(listener: object): (event: Event) => unknown {
    let ours = this.#ours.get(listener)
    if (ours !== undefined) return ours
    const watch = this.#watch
    ours = function (this: unknown, event: Event): unknown {
      let result: unknown
      try {
        result =
          typeof listener === 'function'
            ? Reflect.apply(listener, this, [event])
            : (listener as { handleEvent(event: Event): unknown }).handleEvent(event)
      } catch (error) {
        watch.failed(error)
        throw error
      }
      // Node takes up the promise of a listener itself, so looking at it hides nothing.
      if (result instanceof Promise) Promise.prototype.then.call(result, undefined, (error) => watch.failed(error))
      return result
    }
    this.#ours.set(listener, ours)
    return ours
  }
}

function isListener(listener: unknown): listener is object {
  return typeof listener === 'function' || (typeof listener === 'object' && listener !== null)
}

function listenersOf(target: EventTarget, type: string): readonly unknown[] {
  try {
    return getEventListeners(target, type)
  } catch {
    return []
  }
}

function define(
  target: EventTarget,
  name: string,
  value: (this: EventTarget, ...args: Parameters<Add>) => unknown,
): void {
  try {
    Object.defineProperty(target, name, {
      value: Object.defineProperty(value, 'name', { value: name }),
      configurable: true,
      writable: true,
    })
  } catch {}
}
