// One walk over `rawHeaders`, by length and first letter; `req.headers` is never touched (it builds an object: 700 ns).
// Values are kept as they came. Duplicates: the first host, tenant and correlation id count; a second traceparent leaves
// the count at two, and the propagator then judges the whole list.

/** Reused between requests: read what you need before the next scan. */
export class Scan {
  host = ''
  userAgent = ''
  tenant: string | null = null
  correlationId: string | null = null
  traceparent = ''
  /** How many headers a W3C propagator would read: 1 with `traceparent` set is the plain case. */
  traceHeaders = 0
}

export class Scanner {
  readonly #tenantHeader: string
  readonly #tenantLetter: number
  readonly #userAgents: boolean
  readonly scan = new Scan()

  constructor(tenantHeader: string, userAgents: boolean) {
    this.#tenantHeader = tenantHeader.toLowerCase()
    this.#tenantLetter = this.#tenantHeader.charCodeAt(0) | 32
    this.#userAgents = userAgents
  }

  read(raw: readonly string[]): Scan {
    const { scan } = this
    scan.host = ''
    scan.userAgent = ''
    scan.tenant = null
    scan.correlationId = null
    scan.traceparent = ''
    scan.traceHeaders = 0
    for (let i = 0; i < raw.length; i += 2) {
      const name = raw[i]!
      const letter = name.charCodeAt(0) | 32
      switch (name.length) {
        case 4:
          if (letter === 104 && scan.host === '' && is(name, 'host')) scan.host = raw[i + 1]!
          break
        case 7:
          if (letter === 98 && is(name, 'baggage')) scan.traceHeaders++
          break
        case 10:
          if (letter === 117) {
            if (this.#userAgents && scan.userAgent === '' && is(name, 'user-agent')) scan.userAgent = raw[i + 1]!
          } else if (letter === 116) {
            if (is(name, 'tracestate')) scan.traceHeaders++
          } else if (letter === 58 && name === ':authority') scan.host = raw[i + 1]!
          break
        case 11:
          if (letter === 116 && is(name, 'traceparent')) {
            scan.traceHeaders++
            scan.traceparent = raw[i + 1]!
          }
          break
        case 16:
          if (letter === 120 && scan.correlationId === null && is(name, 'x-correlation-id'))
            scan.correlationId = raw[i + 1]!
          break
      }
      if (letter === this.#tenantLetter && scan.tenant === null && name.length === this.#tenantHeader.length) {
        if (is(name, this.#tenantHeader)) scan.tenant = raw[i + 1]!
      }
    }
    return scan
  }
}

function is(name: string, lower: string): boolean {
  return name === lower || name.toLowerCase() === lower
}
