// A URL that passed the endpoint policy. The check is made once and without the network; names are checked again, with
// the addresses they resolve to, at every connect.
import { isIP } from 'node:net'
import { Fault } from '../base/fault.ts'
import { addressFacts, type Preset, refusal } from './address.ts'

export class Target {
  readonly url: URL
  readonly preset: Preset
  /** https. */
  readonly secure: boolean
  /** Host name or bare IP address, as one connects to it. */
  readonly host: string
  readonly port: number
  /** An address of this machine by its spelling: `localhost`, 127.0.0.0/8, ::1, 0.0.0.0. */
  readonly loopback: boolean

  constructor(url: URL, preset: Preset) {
    this.url = url
    this.preset = preset
    this.secure = url.protocol === 'https:'
    this.host = bareHost(url)
    this.port = url.port === '' ? (this.secure ? 443 : 80) : Number(url.port)
    const kind = addressFacts(this.host)?.kind
    this.loopback = kind === 'loopback' || kind === 'unspecified' || isLocalName(this.host)
  }

  /** The same place with another path. */
  at(path: string): Target {
    return new Target(new URL(path, this.url), this.preset)
  }
}

function bareHost(url: URL): string {
  const { hostname } = url
  return hostname[0] === '[' ? hostname.slice(1, -1) : hostname
}

function isLocalName(host: string): boolean {
  const name = host.endsWith('.') ? host.slice(0, -1) : host
  return name === 'localhost' || name.endsWith('.localhost')
}

/** The host exactly as it was written, to be compared with what the URL parser made of it. */
function writtenHost(text: string): string {
  const authority = /^[a-z]+:\/\/([^/?#]*)/i.exec(text)?.[1] ?? ''
  return authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d*$/, '')
}

/** What a URL may be written with: no control characters or blanks, no backslash, which parsers take for a slash. */
const WRITTEN = /^https?:\/\/[^\s\\\x00-\x1f\x7f]+$/i
const SCHEME = /^([a-z][a-z0-9+.-]*):/i

/** Without what may be secret in it: everything before the last @, query and fragment. */
function shownUrl(text: string): string {
  return text
    .replace(/\/\/.*@/s, '//[REDACTED]@')
    .replace(/[?#].*$/s, '')
    .slice(0, 200)
}

/** `url` as a checked target, or a Fault that says what is wrong with it; nothing is resolved yet. */
export function allow(url: string | URL, preset: Preset, subject?: string): Target {
  const text = String(url).trim()
  const about = { ...(subject !== undefined && { subject }), found: shownUrl(text) }
  const invalid = (hint: string): Fault => new Fault('ENDPOINT_INVALID', { ...about, hint })
  const forbidden = (hint: string): Fault => new Fault('ENDPOINT_FORBIDDEN', { ...about, hint })

  const parsed = URL.canParse(text) ? new URL(text) : undefined
  if (parsed === undefined || !WRITTEN.test(text)) {
    const scheme = SCHEME.exec(text)?.[1]?.toLowerCase()
    if (parsed !== undefined && scheme !== 'http' && scheme !== 'https')
      throw invalid('Only http:// and https:// can be called.')
    throw invalid('Write a full URL, such as http://127.0.0.1:4318.')
  }
  if (parsed.username !== '' || parsed.password !== '') throw invalid('Put credentials in a header, not in the URL.')
  if (parsed.port === '0') throw invalid('Port 0 is nobody’s.')

  const target = new Target(parsed, preset)
  if (isIP(target.host) !== 0) {
    const reason = refusal(target.host, preset)
    if (reason !== undefined) throw forbidden(`It is a ${reason} (policy ${preset}).`)
    if (preset === 'strict' && isIP(target.host) === 4 && writtenHost(text) !== target.host) {
      throw forbidden(`It is an odd spelling of ${target.host} (policy strict).`)
    }
  } else if (preset === 'strict' && target.loopback) {
    throw forbidden('It is a loopback name (policy strict).')
  }
  return target
}
