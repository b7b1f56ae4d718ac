// What we say about ourselves goes where the application's own lines go: through its pino when we have met it, as a line
// of our logger when that is what it uses, else as one line on stderr. It is never counted nor made a record: an
// exporter that fails must not feed itself.
import type { NoticeReceiver } from '../base/notice.ts'
import type { Logs } from './logs.ts'

const RANK = { debug: 0, info: 1, warn: 2, error: 3, none: 4 } as const

export function noticeToLogger(
  logs: Logs,
  stderr: (line: string) => void = (line) => void process.stderr.write(line),
): NoticeReceiver {
  const least = RANK[logs.options.selfLevel ?? 'warn']
  let speaking = false
  return ({ level, event, text, fields }) => {
    // A logger that fails makes notices of its own.
    if (speaking || RANK[level] < least) return
    speaking = true
    try {
      const said = { event: `telltale.${event}`, ...fields }
      if (logs.pino.say(level, `telltale: ${text}`, said)) return
      if (logs.used) logs.say(level, text, said)
      else stderr(`telltale ${level}: ${text}\n`)
    } finally {
      speaking = false
    }
  }
}
