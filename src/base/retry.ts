// Waiting times between attempts: exponential growth with full jitter, so that a fleet which lost its collector at one
// moment does not come back at one moment (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).

export interface RetryOptions {
  /** Upper bound of the first wait, ms. */
  readonly firstMs: number
  /** Upper bound of any wait, ms. */
  readonly capMs: number
  /** Attempts in all, the first one included. */
  readonly attempts: number
  /** No attempt starts later than this after the first, ms. */
  readonly totalMs: number
}

export const RETRY: RetryOptions = { firstMs: 1000, capMs: 10_000, attempts: 6, totalMs: 60_000 }

/**
 * How long to wait before the next attempt, in ms; undefined when there shall be none. `attempt` counts those made,
 * `elapsedMs` runs since the first began, `askedMs` is what the server asked for (Retry-After), never undercut.
 */
export function waitBefore(
  options: RetryOptions,
  attempt: number,
  elapsedMs: number,
  askedMs: number | undefined,
  random: () => number = Math.random,
): number | undefined {
  if (attempt >= options.attempts) return undefined
  const wait = askedMs ?? random() * Math.min(options.capMs, options.firstMs * 2 ** (attempt - 1))
  return elapsedMs + wait > options.totalMs ? undefined : wait
}

/** Milliseconds that a Retry-After field asks for: delay-seconds or an HTTP date (RFC 9110, 10.2.3); undefined when it is neither. */
export function retryAfter(field: string | undefined, nowMs: number): number | undefined {
  if (field === undefined) return undefined
  const text = field.trim()
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  if (!/^[A-Za-z]{3}/.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}
