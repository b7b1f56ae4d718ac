// Errors that an application throws for its clients, each with its status and its stable code (H-51, H-52). Their text is
// meant for the client; whatever else is thrown says nothing to it.

export interface ClientErrorOptions extends ErrorOptions {
  /** A code of the application's own catalogue, in place of the class's. */
  readonly code?: string
  /** Seconds after which another try may do better; only 429 and 503 say it. */
  readonly retryAfter?: number
}

export interface Kind {
  readonly status: number
  readonly code: string
  /** What is said when nothing is said, and, where the class is not safe, always. */
  readonly text: string
  /** Whether the text of the error is for the client. */
  readonly safe: boolean
}

const kind = (status: number, code: string, text: string, safe = true): Kind => ({ status, code, text, safe })

export const KINDS = {
  bad_request: kind(400, 'bad_request', 'The request is not valid.'),
  not_supported: kind(400, 'not_supported', 'This is not supported.'),
  unauthorized: kind(401, 'unauthorized', 'This needs a proof of who asks.'),
  forbidden: kind(403, 'forbidden', 'This is not allowed.'),
  not_found: kind(404, 'not_found', 'There is no such thing.'),
  method_not_allowed: kind(405, 'method_not_allowed', 'This address does not know the method.'),
  not_acceptable: kind(406, 'not_acceptable', 'There is no form of it that the request accepts.'),
  conflict: kind(409, 'conflict', 'This conflicts with what is there.'),
  gone: kind(410, 'gone', 'This is there no more.'),
  precondition_failed: kind(412, 'precondition_failed', 'What the request takes for granted does not hold.'),
  payload_too_large: kind(413, 'payload_too_large', 'The request is too large.'),
  unsupported_media_type: kind(415, 'unsupported_media_type', 'The format of the request is not known.'),
  unprocessable: kind(422, 'unprocessable', 'The request is understood and cannot be done.'),
  too_many_requests: kind(429, 'too_many_requests', 'These are too many requests.'),
  not_implemented: kind(501, 'not_implemented', 'This cannot be done here.'),
  unavailable: kind(503, 'unavailable', 'This is not available at the moment.', false),
  timeout: kind(504, 'timeout', 'This took too long.', false),
  refused: kind(400, 'request_refused', 'The request was refused.', false),
  exception: kind(500, 'exception', 'The request could not be answered.', false),
} as const satisfies Record<string, Kind>

/** Every code that an answer has without an application's own catalogue; for `errorCatalogue([...CLIENT_ERROR_CODES])`. */
export const CLIENT_ERROR_CODES: readonly string[] = Object.values(KINDS).map(({ code }) => code)

/** On every error of these classes, whichever copy of the package it was made by. */
export const KIND: unique symbol = Symbol.for('telltale.client-error') as never

/** Made for a client: its text is shown where its class is safe. */
export class ClientError extends Error {
  readonly [KIND]: Kind
  readonly status: number
  readonly code: string
  readonly retryAfter: number | undefined

  constructor(of: Kind, text: string | undefined, { code, retryAfter, ...options }: ClientErrorOptions = {}) {
    super(text ?? of.text, options)
    this.name = new.target.name
    this[KIND] = of
    this.status = of.status
    this.code = code ?? of.code
    this.retryAfter = retryAfter
    // Not a part of what the error looks like when it is printed.
    Object.defineProperty(this, KIND, { enumerable: false })
  }
}

type Made = new (text?: string, options?: ClientErrorOptions) => ClientError

function of(one: Kind, name: string): Made {
  const made = class extends ClientError {
    constructor(text?: string, options?: ClientErrorOptions) {
      super(one, text, options)
    }
  }
  Object.defineProperty(made, 'name', { value: name })
  return made
}

/** 400. */
export const BadRequest: Made = of(KINDS.bad_request, 'BadRequest')
/** 400. */
export const NotSupported: Made = of(KINDS.not_supported, 'NotSupported')
/** 401, with `WWW-Authenticate: Bearer`. */
export const Unauthorized: Made = of(KINDS.unauthorized, 'Unauthorized')
/** 403. */
export const Forbidden: Made = of(KINDS.forbidden, 'Forbidden')
/** 404. */
export const NotFound: Made = of(KINDS.not_found, 'NotFound')
/** 406. */
export const NotAcceptable: Made = of(KINDS.not_acceptable, 'NotAcceptable')
/** 409. */
export const Conflict: Made = of(KINDS.conflict, 'Conflict')
/** 410. */
export const Gone: Made = of(KINDS.gone, 'Gone')
/** 412. */
export const PreconditionFailed: Made = of(KINDS.precondition_failed, 'PreconditionFailed')
/** 413. */
export const PayloadTooLarge: Made = of(KINDS.payload_too_large, 'PayloadTooLarge')
/** 415. */
export const UnsupportedMediaType: Made = of(KINDS.unsupported_media_type, 'UnsupportedMediaType')
/** 422. */
export const Unprocessable: Made = of(KINDS.unprocessable, 'Unprocessable')
/** 429; `Retry-After` when `retryAfter` is given. */
export const TooManyRequests: Made = of(KINDS.too_many_requests, 'TooManyRequests')
/** 501. */
export const NotImplemented: Made = of(KINDS.not_implemented, 'NotImplemented')
/** 503, with `Retry-After: 5` unless `retryAfter` says another; its text is for the log alone. */
export const Unavailable: Made = of(KINDS.unavailable, 'Unavailable')
/** 504; its text is for the log alone. */
export const Timeout: Made = of(KINDS.timeout, 'Timeout')
