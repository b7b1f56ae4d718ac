// Why something of the control is not done. What it says is for the administrator who asked.

export class Refusal extends Error {
  readonly status: 400 | 403 | 409 | 429 | 503
  readonly code: string
  /** Seconds. */
  readonly retryAfter: number | undefined

  constructor(status: Refusal['status'], code: string, message: string, retryAfter?: number) {
    super(message)
    this.status = status
    this.code = code
    this.retryAfter = retryAfter
  }
}
