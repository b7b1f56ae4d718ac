// Addresses and ranges of addresses as people write them: `10.0.0.7`, `10.0.0.0/8`, `fd00::/8`.
import { isIP } from 'node:net'

export interface AddressRange {
  readonly address: string
  /** Bits that count. */
  readonly prefix: number
  readonly family: 'ipv4' | 'ipv6'
}

/** Among proxies: a peer without an address, such as one on a Unix socket. */
export const UNIX = 'unix'

export const RANGES = 'an IPv4 or IPv6 address, or a range such as 10.0.0.0/8'

/** Undefined for anything else, also for a zone, and for IPv4 in IPv6, which would never meet: clients are known as IPv4. */
export function parseRange(text: string): AddressRange | undefined {
  const [, address = '', bits] = /^([0-9A-Fa-f:.]{2,45})(?:\/(0|[1-9]\d{0,2}))?$/.exec(text.trim()) ?? []
  const family = isIP(address)
  if (family === 0 || (family === 6 && inIpv6(address))) return undefined
  const whole = family === 4 ? 32 : 128
  const prefix = bits === undefined ? whole : Number(bits)
  return prefix <= whole ? { address, prefix, family: family === 4 ? 'ipv4' : 'ipv6' } : undefined
}

function inIpv6(address: string): boolean {
  return new URL(`http://[${address}]`).hostname.startsWith('[::ffff:')
}
