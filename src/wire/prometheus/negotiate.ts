// Which text a scraper gets: the best of what `Accept` asks for that we write, by quality and then by its own order.
// Whoever asks for nothing that we know gets text 0.0.4, as the Prometheus content negotiation has it.
import type { TextFormat } from './text.ts'

export const CONTENT_TYPE: Readonly<Record<TextFormat, string>> = {
  '0.0.4': 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

export interface Negotiated {
  readonly format: TextFormat
  readonly contentType: string
}

/** `accept` is the request header as it came; absent or malformed parts count as not there. */
export function negotiate(accept: string | undefined): Negotiated {
  let format: TextFormat = '0.0.4'
  let best = 0
  for (const part of (accept ?? '').slice(0, 4096).split(',')) {
    const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase())
    let quality = 1
    let version = ''
    for (const parameter of parameters) {
      const equals = parameter.indexOf('=')
      const name = parameter.slice(0, Math.max(equals, 0)).trim()
      const value = parameter
        .slice(equals + 1)
        .trim()
        .replace(/^"(.*)"$/, '$1')
      if (name === 'q') quality = /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(value) ? Number(value) : 0
      else if (name === 'version') version = value
    }
    const asked = formatOf(type, version)
    if (asked === undefined || quality <= best) continue
    best = quality
    format = asked
  }
  return { format, contentType: CONTENT_TYPE[format] }
}

function formatOf(type: string, version: string): TextFormat | undefined {
  if (type === 'application/openmetrics-text') return version === '' || version === '1.0.0' ? 'openmetrics' : undefined
  if (type === 'text/plain') return version === '' || version === '0.0.4' ? '0.0.4' : undefined
  if (type === 'application/*') return 'openmetrics'
  return type === '*/*' || type === 'text/*' ? '0.0.4' : undefined
}
