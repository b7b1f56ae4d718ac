// Names to addresses, with the policy between them: a connection goes only to an address that was checked, because the
// check and the connect use the same answer. A second answer (DNS rebinding) is checked like the first.
import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Fault } from '../base/fault.ts'
import { refusal } from './address.ts'
import type { Target } from './target.ts'

export interface Address {
  readonly address: string
  readonly family: number
}

export type Resolver = (host: string, done: (error: Error | null, addresses: readonly Address[]) => void) => void

export const systemResolver: Resolver = (host, done) => {
  lookup(host, { all: true, verbatim: true }, (error, addresses) => done(error, addresses ?? []))
}

/** The addresses of the target's host, or a Fault when any of them is refused: a mixed answer is not to be trusted. */
export function resolveChecked(
  target: Target,
  resolver: Resolver,
  done: (error: Error | null, addresses: readonly Address[]) => void,
): void {
  resolver(target.host, (error, addresses) => {
    if (error !== null) return done(error, [])
    if (addresses.length === 0) return done(new Error(`${target.host} has no address`), [])
    for (const { address } of addresses) {
      const reason = refusal(address, target.preset)
      if (reason !== undefined) {
        const found = `${target.host} → ${address}`
        return done(
          new Fault('ENDPOINT_FORBIDDEN', { found, hint: `It is a ${reason} (policy ${target.preset}).` }),
          [],
        )
      }
    }
    done(null, addresses)
  })
}

/** `lookup` option of net.connect. */
export function pinnedLookup(target: Target, resolver: Resolver): LookupFunction {
  return (_hostname, options, callback) => {
    resolveChecked(target, resolver, (error, addresses) => {
      if (error !== null) callback(error, '')
      else if (options.all === true) callback(null, [...addresses])
      else callback(null, addresses[0]!.address, addresses[0]!.family)
    })
  }
}
