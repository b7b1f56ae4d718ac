// The list form of OpenTelemetry's variables, for headers and resource attributes.

/** Pairs of `key=value,key=value`, trimmed and percent-decoded; undefined when one of them is malformed. */
export function decodePairs(written: string): [string, string][] | undefined {
  const pairs: [string, string][] = []
  for (const part of written.split(',')) {
    if (part.trim() === '') continue
    const equals = part.indexOf('=')
    if (equals < 0) return undefined
    try {
      const key = decodeURIComponent(part.slice(0, equals).trim())
      if (key === '') return undefined
      pairs.push([key, decodeURIComponent(part.slice(equals + 1).trim())])
    } catch {
      return undefined
    }
  }
  return pairs
}
