// The hops that proxies wrote into a header, nearest last. Both readers take time in proportion to the length, and give
// no hops for what they cannot read.

/** Of a chain longer than this only the nearest hops are looked at. */
const HOPS = 32
/** Longer headers are not read; Node lets none of this length through unless it is told to. */
const LONGEST = 16_384

/** `X-Forwarded-For`: addresses with commas between. What a client wrote in front cannot keep the nearest from being read. */
export function hopsOf(header: string): string[] {
  const hops: string[] = []
  for (let end = header.length; hops.length < HOPS; ) {
    const comma = header.lastIndexOf(',', end - 1)
    hops.push(header.slice(comma + 1, end).trim())
    if (comma <= 0) break
    end = comma
  }
  return hops.reverse()
}

/**
 * The `for` of each element of `Forwarded` (RFC 7239, section 4), without quotes; an element without one gives an empty
 * text. Nothing when the header breaks the grammar anywhere: where it begins to mean something else cannot be known.
 */
export function forwardedFor(header: string): string[] {
  if (header.length > LONGEST) return []
  const hops: string[] = []
  let hop: string | undefined
  let i = 0
  const skip = () => {
    while (header[i] === ' ' || header[i] === '\t') i++
  }
  for (;;) {
    skip()
    if (i < header.length && header[i] !== ';' && header[i] !== ',') {
      const equals = header.indexOf('=', i)
      const name = equals < 0 ? '' : header.slice(i, equals)
      if (!TOKEN.test(name)) return []
      const value = valueAt(header, equals + 1)
      if (value === undefined) return []
      i = value.end
      if (name.toLowerCase() === 'for') {
        if (hop !== undefined) return []
        hop = value.text
      }
      skip()
    }
    if (header[i] === ';') i++
    else {
      hops.push(hop ?? '')
      hop = undefined
      if (i >= header.length) return hops.slice(-HOPS)
      if (header[i++] !== ',') return []
    }
  }
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32}$/

/** A token or a quoted string; colons and brackets without quotes too, since proxies write them so. */
function valueAt(header: string, from: number): { text: string; end: number } | undefined {
  let i = from
  if (header[i] !== '"') {
    while (i < header.length && !' \t;,"'.includes(header[i]!)) i++
    return i === from ? undefined : { text: header.slice(from, i), end: i }
  }
  let text = ''
  for (i++; i < header.length; i++) {
    if (header[i] === '"') return { text, end: i + 1 }
    if (header[i] === '\\') i++
    text += header[i] ?? ''
  }
  return undefined
}
