// Our own logger shows its lines before the pipeline has them, so it redacts them itself. What it hands on in the same turn
// need not be looked at again; anything else, and the same record later, is.
import type { LogRecord } from '../model/log.ts'

export interface Once {
  readonly first: (record: LogRecord) => void
  readonly second: (record: LogRecord) => void
}

export function redactOnce(redact: (record: LogRecord) => void): Once {
  let seen: LogRecord | null = null
  return {
    first(record) {
      redact(record)
      seen = record
    },
    second(record) {
      const before = seen
      seen = null
      if (record !== before) redact(record)
    },
  }
}
