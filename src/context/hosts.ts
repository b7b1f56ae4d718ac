// Which hosts may receive baggage: it can hold a tenant or a person, so it goes nowhere that is not listed (ruling 37).

/** Answers for a host name without a port; undefined means that nobody knows where the carrier goes. */
export type HostRule = (host: string | undefined) => boolean

/**
 * `api.example.com` is that host alone, `*.example.com` every name below it but not itself, `*` everything, an
 * unknown target included. Case does not matter; a trailing dot and a port are ignored.
 */
export function allowHosts(patterns: readonly string[]): HostRule {
  if (patterns.includes('*')) return () => true
  const exact = new Set<string>()
  const below: string[] = []
  for (const pattern of patterns) {
    const name = hostName(pattern)
    if (name.startsWith('*.')) below.push(name.slice(1))
    else if (name !== '') exact.add(name)
  }
  if (exact.size === 0 && below.length === 0) return () => false
  return (host) => {
    if (host === undefined) return false
    const name = hostName(host)
    return exact.has(name) || below.some((suffix) => name.length > suffix.length && name.endsWith(suffix))
  }
}

function hostName(text: string): string {
  let name = text.trim().toLowerCase()
  if (name.startsWith('[')) {
    const close = name.indexOf(']')
    return close < 0 ? name : name.slice(1, close)
  }
  const colon = name.indexOf(':')
  // More than one colon is an IPv6 address without a port.
  if (colon >= 0 && colon === name.lastIndexOf(':')) name = name.slice(0, colon)
  return name.endsWith('.') ? name.slice(0, -1) : name
}
