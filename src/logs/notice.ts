// What we say about ourselves goes where the application's own lines go: through its pino when we have met it, as a line
// of our logger when that is what it uses, else as one line on stderr. It is never counted nor made a record: an
// exporter that fails must not feed itself. What it tells may quote others (an answer, an error), so it is redacted first.
import type { NoticeReceiver } from '../base/notice.ts'
import { redactText } from '../redact/redact.ts'
import type { Logs } from './logs.ts'

const RANK = { debug: 0, info: 1, warn: 2, error: 3, none: 4 } as const

export function noticeToLogger(
  logs: Logs,
  stderr: (line: string) => void = (line) => void process.stderr.write(line),
  redact: (text: string) => string = redactText,
): NoticeReceiver {
  const least = RANK[logs.options.selfLevel ?? 'warn']
  let speaking = false
  return ({ level, event, text: raw, fields }) => {
    // A logger that fails makes notices of its own.
    if (speaking || RANK[level] < least) return
    speaking = true
    try {
      const text = redact(raw)
      const said: Record<string, string | number | boolean> = { event: `telltale.${event}` }
      for (const [key, value] of Object.entries(fields ?? {}))
        said[key] = typeof value === 'string' ? redact(value) : value
      if (logs.pino.say(level, `telltale: ${text}`, said)) return
      if (logs.used) logs.say(level, text, said)
      else stderr(`telltale ${level}: ${text}\n`)
    } finally {
      speaking = false
    }
  }
}
