// Whose request it is, by address. The socket says who spoke to us; only where that is a proxy that the configuration
// trusts is it asked whom it speaks for, and the answer is believed from the right: each trusted hop vouches for the one
// before it, and what stands left of the first one that nobody vouches for is what a client wrote. Refuses to guess: what
// cannot be read makes the last trusted hop the client.
import { BlockList, isIP } from 'node:net'
import type { AddressRange } from '../config/range.ts'
import type { Question } from './decision.ts'
import { forwardedFor, hopsOf } from './forwarded.ts'

export interface ClientAddress {
  /** IPv4 where it is IPv4 in IPv6, else in the form of RFC 5952; null where the peer has none, such as a Unix socket. */
  readonly address: string | null
  /** What a limit counts by: the address, of IPv6 its /64, since whoever has one address there has them all. */
  readonly key: string
}

export interface TrustedProxies {
  readonly ranges: readonly AddressRange[]
  /** A peer without an address is a proxy too. */
  readonly unix: boolean
}

export class AddressSet {
  readonly #list = new BlockList()
  readonly size: number

  constructor(ranges: readonly AddressRange[]) {
    this.size = ranges.length
    for (const { address, prefix, family } of ranges) this.#list.addSubnet(address, prefix, family)
  }

  /** `address` as `canonical` gives it. */
  has(address: string): boolean {
    return this.size > 0 && this.#list.check(address, address.includes(':') ? 'ipv6' : 'ipv4')
  }
}

export class ClientAddresses {
  readonly #trusted: AddressSet
  readonly #unix: boolean

  constructor({ ranges, unix }: TrustedProxies) {
    this.#trusted = new AddressSet(ranges)
    this.#unix = unix
  }

  of({ address, headers }: Pick<Question, 'address' | 'headers'>): ClientAddress {
    const peer = address === null ? null : canonical(address)
    if (peer === undefined) return clientOf(null)
    if (peer === null ? !this.#unix : !this.#trusted.has(peer)) return clientOf(peer)
    const first = headers['x-forwarded-for']
    const second = headers['forwarded']
    if (first === undefined && second === undefined) return clientOf(peer)
    const said = first === undefined ? undefined : this.#walk(peer, hopsOf(joined(first)))
    if (second === undefined) return clientOf(said!)
    const also = this.#walk(peer, forwardedFor(joined(second)))
    // A proxy writes one of the two and lets the other pass: where they differ, a client may have written either.
    return clientOf(said === undefined || said === also ? also : peer)
  }

  #walk(peer: string | null, hops: readonly string[]): string | null {
    let last = peer
    for (let i = hops.length - 1; i >= 0; i--) {
      const hop = canonical(withoutPort(hops[i]!))
      if (hop === undefined) return last
      last = hop
      if (!this.#trusted.has(hop)) return hop
    }
    return last
  }
}

function joined(header: string | string[]): string {
  return typeof header === 'string' ? header : header.join(',')
}

/** One spelling for each address, IPv4 in IPv6 as IPv4; undefined when it is none. A zone (`%eth0`) is left out. */
export function canonical(text: string): string | undefined {
  const zone = text.indexOf('%')
  const bare = zone < 0 ? text : text.slice(0, zone)
  const family = isIP(bare)
  if (family === 4) return zone < 0 ? bare : undefined
  if (family === 0) return undefined
  const written = new URL(`http://[${bare}]`).hostname.slice(1, -1)
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(written)
  if (mapped === null) return written
  const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)]
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}

/** `1.2.3.4:80`, `[::1]:80` and `[::1]` without what stands around the address. */
function withoutPort(hop: string): string {
  const match = /^(?:\[([0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.%]{1,60})\]|(\d{1,3}(?:\.\d{1,3}){3}))(?::\d{1,5})?$/.exec(hop)
  return match?.[1] ?? match?.[2] ?? hop
}

function clientOf(address: string | null): ClientAddress {
  return { address, key: address === null ? '' : address.includes(':') ? network(address) : address }
}

/** The first 64 bits of an address of RFC 5952. */
function network(address: string): string {
  const [head = '', tail] = address.split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = tail === undefined ? front : [...front, ...Array(8 - front.length - back.length).fill('0'), ...back]
  return `${groups.slice(0, 4).join(':')}::/64`
}
