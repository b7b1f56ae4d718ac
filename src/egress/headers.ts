// Headers that a configuration may add to our requests (S-30, S-32).
import { Fault } from '../base/fault.ts'
import type { Target } from './target.ts'

export type Headers = Readonly<Record<string, string>>

/** field-name is a token (RFC 9110, 5.6.2); field-value is visible ASCII, space, tab and obs-text (5.5). */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** The message framing is ours. */
const RESERVED = new Set([
  'connection',
  'content-length',
  'host',
  'transfer-encoding',
  'upgrade',
  'expect',
  'te',
  'trailer',
])

/** Throws HEADER_INVALID for the first header that cannot be sent; values are never part of the message. */
export function checkHeaders(headers: Headers): void {
  for (const [name, value] of Object.entries(headers)) {
    const subject = JSON.stringify(name.slice(0, 80))
    if (!TOKEN.test(name)) throw new Fault('HEADER_INVALID', { subject, hint: 'The name is not a token (RFC 9110).' })
    if (RESERVED.has(name.toLowerCase()))
      throw new Fault('HEADER_INVALID', { subject, hint: 'This header is set by the sender itself.' })
    if (typeof value !== 'string' || !VALUE.test(value)) {
      throw new Fault('HEADER_INVALID', {
        subject,
        hint: 'The value has a line break, a NUL or another control character.',
      })
    }
  }
}

/** What to warn of when headers, which mostly carry credentials, would travel unencrypted; undefined when all is well. */
export function plainCredentials(target: Target, headers: Headers): string | undefined {
  const names = Object.keys(headers)
  if (target.secure || target.loopback || names.length === 0) return undefined
  return `headers (${names.join(', ')}) are sent to ${target.url.host} over plain http: anyone on the way can read them; use https`
}

/** Metadata of gRPC: lower-case names without what gRPC keeps for itself, printable ASCII (gRPC over HTTP/2, Custom-Metadata). */
const METADATA_NAME = /^(?!grpc-)[0-9a-z_.-]+$/
const METADATA_VALUE = /^[\x20-\x7e]*$/

/** The same for headers that travel as metadata: its library would quote a value that it refuses. */
export function checkMetadata(headers: Headers): void {
  checkHeaders(headers)
  for (const [name, value] of Object.entries(headers)) {
    const subject = JSON.stringify(name.slice(0, 80))
    const key = name.toLowerCase()
    if (!METADATA_NAME.test(key) || key.endsWith('-bin'))
      throw new Fault('HEADER_INVALID', { subject, hint: 'The name cannot be one of gRPC metadata.' })
    if (!METADATA_VALUE.test(value))
      throw new Fault('HEADER_INVALID', { subject, hint: 'The value has characters that gRPC metadata cannot have.' })
  }
}
