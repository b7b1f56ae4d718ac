/** What the store may hold, by signal, in records and in estimated bytes. Whichever is met first evicts, oldest first. */
export interface StoreLimits {
  readonly spans: number
  readonly spanBytes: number
  /** Later spans of one trace are dropped and counted, so that one runaway trace does not push out all others. */
  readonly spansPerTrace: number
  readonly logs: number
  readonly logBytes: number
  readonly series: number
  readonly pointsPerSeries: number
  readonly pointBytes: number
}

const MIB = 1024 * 1024

/** About 400 MiB when everything is full: minutes of a busy laptop, hours of a quiet one. */
export const DEFAULT_LIMITS: StoreLimits = {
  spans: 200_000,
  spanBytes: 192 * MIB,
  spansPerTrace: 20_000,
  logs: 200_000,
  logBytes: 96 * MIB,
  series: 20_000,
  pointsPerSeries: 720,
  pointBytes: 96 * MIB,
}
