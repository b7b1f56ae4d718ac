// When something of an integration was met first: a client that was handed over, a framework whose route was found, a
// logger's first line. Noted where things begin, never per operation, for who asks what is observed and what is waited for.
import { now } from './clock.ts'
import { shared } from './slot.ts'

/** Names are words of our own code; this is a bound all the same. */
const MOST = 200

const first = shared('seen', () => new Map<string, number>())

/** Notes the first time; later ones change nothing. */
export function seen(name: string): void {
  if (!first.has(name) && first.size < MOST) first.set(name, now())
}

/** By name, milliseconds since the epoch. */
export function firstSeen(): ReadonlyMap<string, number> {
  return first
}

/** For tests. */
export function forgetSeen(): void {
  first.clear()
}
