// An EventEmitter: its methods that subscribe ask first, and its emit sees what a listener throws. The listeners
// themselves are untouched, so `listeners()` and `off()` find what the application gave.
import type { EventEmitter } from 'node:events'
import type { Watch } from './events.ts'

type Method = (this: unknown, ...args: unknown[]) => unknown

const SUBSCRIBE = ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'] as const
/** Events of the emitter itself, which its own machinery may listen to. */
const OWN = ['newListener', 'removeListener']

export function watchEmitter(emitter: EventEmitter, watch: Watch): void {
  // `once` of Node calls `this.on`: what is being asked for already is not asked for twice.
  let asking = false
  for (const name of SUBSCRIBE) {
    replace(emitter, name, (inherited) => {
      return function (this: unknown, ...args: unknown[]) {
        if (asking) return Reflect.apply(inherited, this, args)
        const [event] = args as [string | symbol]
        if (!OWN.includes(event as string) && !watch.admits(emitter.listenerCount(event))) return this
        asking = true
        try {
          return Reflect.apply(inherited, this, args)
        } finally {
          asking = false
        }
      }
    })
  }
  replace(emitter, 'emit', (inherited) => {
    return function (this: unknown, ...args: unknown[]) {
      try {
        return Reflect.apply(inherited, this, args)
      } catch (error) {
        watch.failed(error)
        throw error
      }
    }
  })
}

export function emitterSubscribers(emitter: EventEmitter | undefined): number {
  if (emitter === undefined) return 0
  let sum = 0
  for (const event of emitter.eventNames()) if (!OWN.includes(event as string)) sum += emitter.listenerCount(event)
  return sum
}

/** An own property that is not enumerated, as a method is not; a frozen object stays as it is. */
function replace(emitter: EventEmitter, name: string, make: (inherited: Method) => Method): void {
  const inherited = (emitter as unknown as Record<string, unknown>)[name]
  if (typeof inherited !== 'function') return
  try {
    Object.defineProperty(emitter, name, {
      value: Object.defineProperty(make(inherited as Method), 'name', { value: name }),
      configurable: true,
      writable: true,
    })
  } catch {}
}
