// What kind of place an IP address is (IANA special-purpose registries), also when IPv4 is hidden inside IPv6.
import { isIP } from 'node:net'

export type AddressKind =
  | 'public'
  | 'loopback'
  | 'private'
  | 'shared'
  | 'link-local'
  | 'metadata'
  | 'multicast'
  | 'unspecified'
  | 'reserved'

export interface AddressFacts {
  readonly kind: AddressKind
  /** IPv4 inside IPv6: mapped, compatible, NAT64, 6to4, Teredo or ISATAP. */
  readonly embedded: boolean
}

/** [network, prefix length, kind]; the first match counts, so the narrow ones stand first. */
const V4: readonly (readonly [string, number, AddressKind])[] = [
  ['100.100.100.200', 32, 'metadata'],
  ['168.63.129.16', 32, 'metadata'],
  ['192.0.0.192', 32, 'metadata'],
  ['0.0.0.0', 8, 'unspecified'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'shared'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link-local'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'reserved'],
  ['192.0.2.0', 24, 'reserved'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'reserved'],
  ['198.51.100.0', 24, 'reserved'],
  ['203.0.113.0', 24, 'reserved'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved'],
]

const V4_RANGES = V4.map(([network, prefix, kind]) => ({ from: v4Number(network), size: 2 ** (32 - prefix), kind }))

function v4Number(text: string): number {
  return text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function v4Kind(address: number): AddressKind {
  for (const { from, size, kind } of V4_RANGES) if (address >= from && address < from + size) return kind
  return 'public'
}

/** Refused whatever the preset. */
const NEVER: ReadonlySet<AddressKind> = new Set(['link-local', 'metadata'])

/** The eight groups of an IPv6 address in any spelling. */
function v6Groups(text: string): number[] {
  let source = text
  const dotted = source.lastIndexOf('.') === -1 ? -1 : source.lastIndexOf(':')
  if (dotted >= 0) {
    const v4 = v4Number(source.slice(dotted + 1))
    source = `${source.slice(0, dotted + 1)}${Math.floor(v4 / 65536).toString(16)}:${(v4 % 65536).toString(16)}`
  }
  const [head = '', tail] = source.split('::')
  const parse = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const front = parse(head)
  if (tail === undefined) return front
  const back = parse(tail)
  return [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back]
}

function v6Facts(text: string): AddressFacts {
  const groups = v6Groups(text)
  const [a, b] = groups as [number, number]
  const zeroTo = groups.findIndex((group) => group !== 0)
  if (zeroTo === -1) return { kind: 'unspecified', embedded: false }
  if (zeroTo === 7 && groups[7] === 1) return { kind: 'loopback', embedded: false }
  const own = v6Kind(a, b)
  if (NEVER.has(own)) return { kind: own, embedded: false }
  const kinds = embedded(groups, zeroTo).map(v4Kind)
  // What may be read in two ways is the worse of the two.
  if (kinds.length > 0) return { kind: kinds.find((kind) => NEVER.has(kind)) ?? kinds[0]!, embedded: true }
  // Of AWS (fd00:ec2::/32), Google (fd20:ce::254) and Oracle (fd00:c1::/32).
  const metadata =
    (a === 0xfd00 && (b === 0x0ec2 || b === 0x00c1)) || (a === 0xfd20 && b === 0x00ce && groups[7] === 0x254)
  return { kind: metadata ? 'metadata' : own, embedded: false }
}

/** The IPv4 addresses that are written into an IPv6 one (RFC 4291, 6052, 3056, 4380, 5214); none for most. */
function embedded(groups: readonly number[], zeroTo: number): number[] {
  const [a, b, c, d, e, f] = groups as [number, number, number, number, number, number]
  const low = groups[6]! * 65536 + groups[7]!
  // ::ffff:a.b.c.d mapped, ::ffff:0:a.b.c.d translated, ::a.b.c.d compatible
  const mapped = (zeroTo === 5 && f === 0xffff) || (zeroTo === 4 && e === 0xffff && f === 0)
  if (mapped || zeroTo >= 6) return [low]
  // NAT64: 64:ff9b::/96, and 64:ff9b:1::/48, where eight bits in the middle are left out
  if (a === 0x64 && b === 0xff9b) return [low, d * 65536 + (e & 0xff) * 256 + (f >> 8)]
  // 6to4
  if (a === 0x2002) return [b * 65536 + c]
  // Teredo: the client's address with every bit turned over, behind the server's
  if (a === 0x2001 && b === 0) return [0xffffffff - low, c * 65536 + d]
  // ISATAP
  if ((e & 0xfdff) === 0 && f === 0x5efe) return [low]
  return []
}

function v6Kind(a: number, b: number): AddressKind {
  if ((a & 0xffc0) === 0xfe80) return 'link-local'
  if ((a & 0xfe00) === 0xfc00 || (a & 0xffc0) === 0xfec0) return 'private'
  if ((a & 0xff00) === 0xff00) return 'multicast'
  // Only 2000::/3 is global unicast; of it ORCHID and the documentation ranges are not places to call.
  if ((a & 0xe000) !== 0x2000 || (a === 0x2001 && (b === 0x0db8 || (b & 0xffe0) === 0x20)) || a === 0x3fff) {
    return 'reserved'
  }
  return 'public'
}

/** Facts of an IP address as text; undefined when it is none. A zone (`%eth0`) is left out. */
export function addressFacts(address: string): AddressFacts | undefined {
  const zone = address.indexOf('%')
  const text = zone < 0 ? address : address.slice(0, zone)
  switch (isIP(text)) {
    case 4:
      return { kind: v4Kind(v4Number(text)), embedded: false }
    case 6:
      return v6Facts(text)
    default:
      return undefined
  }
}

/**
 * `operator`: what the configuration file and the environment name; collectors are often on loopback or in the cluster.
 * `strict`: what a tenant or a run-time setting names.
 */
export type Preset = 'operator' | 'strict'

/** Why `address` must not be called under `preset`; undefined when it may. */
export function refusal(address: string, preset: Preset): string | undefined {
  const facts = addressFacts(address)
  if (facts === undefined) return 'not an IP address'
  const { kind, embedded } = facts
  if (NEVER.has(kind)) return `${kind} address`
  if (preset === 'operator') return undefined
  if (embedded) return 'IPv4 address inside IPv6'
  return kind === 'public' ? undefined : `${kind} address`
}
