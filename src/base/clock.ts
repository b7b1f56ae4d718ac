// The one clock. Times everywhere are float milliseconds since the Unix epoch, read from the monotonic
// counter and one origin, so durations never run backwards; only the encoders turn them into nanoseconds.
// Clock and timer functions are captured at import: an application's fake timers do not stop us.

const performanceNow = performance.now.bind(performance)
const dateNow = Date.now.bind(Date)

let origin = performance.timeOrigin

/** Milliseconds since the Unix epoch, with sub-microsecond steps; one reading costs about 90 ns. */
export function now(): number {
  return origin + performanceNow()
}

/** Monotonic milliseconds since process start: for ages and timeouts that a wall-clock step must not touch. */
export const monotonic: () => number = performanceNow

/**
 * Moves the origin when the wall clock was stepped (suspend, NTP) by more than `toleranceMs`.
 * The pipeline calls it once a drain, never a hot path.
 */
export function resync(toleranceMs = 50): boolean {
  const drift = dateNow() - now()
  if (Math.abs(drift) <= toleranceMs) return false
  origin += drift
  return true
}

export const timers = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
}
