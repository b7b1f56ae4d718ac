// The one place where an error becomes something that a client sees (H-51): status, stable code, text, headers. Single
// answers, entries of a batch and streams all ask here, so the same error says the same everywhere. It promises that what
// was not made for clients says nothing but a fixed text, and is told to the log once; that an error of any shape is
// survived; and that every code is of the catalogue. It refuses to believe a status that a foreign error has.
import { STATUS_CODES } from 'node:http'
import { notice, thrownText } from '../base/notice.ts'
import { shared } from '../base/slot.ts'
import { KIND, KINDS, type Kind } from './error-kinds.ts'

/** What a client is told. */
export interface Told {
  readonly status: number
  /** Stable, for programs: `not_found`. */
  readonly code: string
  readonly detail: string
  /** `www-authenticate`, `retry-after`. */
  readonly headers: Readonly<Record<string, string>>
}

/** What `errorCatalogue()` of telltale/function makes; by shape. */
export interface Catalogue {
  readonly codes: ReadonlySet<string>
  codeOf(thrown: unknown): string
}

export interface TellOptions {
  /** The application's codes: an error that has one of them is told by it. One that is not there is remembered by it (G-06). */
  readonly errors?: Catalogue | undefined
  /** Whether a foreign error's own status and text are for the client; without it its `expose: true` decides. */
  readonly exposes?: (error: object) => boolean
  /** Hears, once an error, of what no client is told. */
  readonly failed?: (error: unknown, told: Told) => void
}

/** What an error that nobody may see is told to; `start` says who. */
export const failures: { log: ((error: unknown, told: Told) => void) | null } = shared('access.failures', () => ({
  log: null,
}))

const MOST = 1000
const CODE = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/
const NONE: Told['headers'] = Object.freeze({})
const seen = new WeakSet<object>()
const byStatus = new Map<number, Kind>(Object.values(KINDS).map((kind) => [kind.status, kind] as const))
byStatus.set(400, KINDS.bad_request)

/** What a client is told of this error. Never throws. */
export function clientError(error: unknown, options: TellOptions = {}): Told {
  const { kind, own, foreign } = judged(error, options)
  const told: Told = {
    status: kind.status,
    code: own || foreign ? codeOf(error as object, kind, own, options.errors) : kind.code,
    detail: kind.safe && (own || foreign) ? textOf(error, kind) : kind.text,
    headers: headersOf(error, kind, own),
  }
  if (kind.status >= 500 && !kind.safe && isFirst(error)) say(error, told, options)
  return told
}

interface Judged {
  readonly kind: Kind
  /** Of a class of ours. */
  readonly own: boolean
  /** Of somebody else's, which says that it is for the client. */
  readonly foreign: boolean
}

function judged(error: unknown, { exposes }: TellOptions): Judged {
  const internal: Judged = { kind: KINDS.exception, own: false, foreign: false }
  if (typeof error !== 'object' || error === null) return internal
  const kind = kindOf(read(error, KIND as never))
  if (kind !== undefined) return { kind, own: true, foreign: false }
  const status = read(error, 'status') ?? read(error, 'statusCode')
  if (typeof status !== 'number' || !Number.isInteger(status) || !trusted(error, exposes)) return internal
  const known = byStatus.get(status)
  if (known?.safe) return { kind: known, own: false, foreign: true }
  if (status < 400 || status > 499) return internal
  // Known to HTTP and not to us: its status is repeated, its text is not.
  const text = STATUS_CODES[status]
  if (text === undefined) return internal
  return { kind: { ...KINDS.refused, status, text: `${text}.` }, own: false, foreign: true }
}

function trusted(error: object, exposes: TellOptions['exposes']): boolean {
  if (exposes === undefined) return read(error, 'expose') === true
  try {
    return exposes(error) === true
  } catch {
    return false
  }
}

/** A kind of this table, also when another copy of the package made it. */
function kindOf(found: unknown): Kind | undefined {
  if (typeof found !== 'object' || found === null) return undefined
  const code = read(found, 'code')
  return Object.values(KINDS).find((kind) => kind.code === code)
}

/** What happened inside has no code that a client could use, whatever a driver calls it: this is for the others. */
function codeOf(error: object, kind: Kind, own: boolean, errors: Catalogue | undefined): string {
  const code = read(error, 'code')
  if (typeof code !== 'string' || code === kind.code) return kind.code
  if (errors === undefined) return own && CODE.test(code) ? code : kind.code
  try {
    if (errors.codes.has(code)) return code
    errors.codeOf(error)
  } catch {}
  return kind.code
}

function textOf(error: unknown, kind: Kind): string {
  const text = read(error as object, 'message')
  if (typeof text !== 'string' || text.trim() === '') return kind.text
  const plain = text.slice(0, MOST + 1).replace(/[\0-\x1f\x7f]+/g, ' ')
  return plain.length > MOST ? `${plain.slice(0, MOST - 1)}…` : plain
}

function headersOf(error: unknown, kind: Kind, own: boolean): Told['headers'] {
  if (kind.status === 401) return { 'www-authenticate': 'Bearer' }
  if (kind.status !== 429 && kind.status !== 503) return NONE
  const after = own ? read(error as object, 'retryAfter') : undefined
  const seconds = typeof after === 'number' && after >= 0 && after <= 86_400 ? Math.ceil(after) : undefined
  if (seconds !== undefined) return { 'retry-after': String(seconds) }
  return kind.status === 503 ? { 'retry-after': '5' } : NONE
}

function isFirst(error: unknown): boolean {
  if ((typeof error !== 'object' && typeof error !== 'function') || error === null) return true
  if (seen.has(error)) return false
  seen.add(error)
  return true
}

function say(error: unknown, told: Told, { failed }: TellOptions): void {
  try {
    const log = failed ?? failures.log
    if (log === null) notice('error', 'access.failed', `a request failed: ${thrownText(error)}`)
    else log(error, told)
  } catch {}
}

function read(error: object, key: string): unknown {
  try {
    return (error as Record<string, unknown>)[key]
  } catch {
    return undefined
  }
}
