// What we say about ourselves. `start` points it at the application's logger (W-38); until then warnings
// and errors are one line each on stderr, and debug is silent.
import { shared } from './slot.ts'

export type NoticeLevel = 'debug' | 'info' | 'warn' | 'error'

export interface Notice {
  readonly level: NoticeLevel
  /** Stable name of the event, such as `export.unreachable` or `metrics.overflow`. */
  readonly event: string
  readonly text: string
  readonly fields?: Readonly<Record<string, string | number | boolean>>
}

export type NoticeReceiver = (notice: Notice) => void

const state = shared('notice', () => ({ receiver: toStderr as NoticeReceiver, said: new Set<string>() }))

function toStderr(notice: Notice): void {
  if (notice.level === 'debug' || notice.level === 'info') return
  process.stderr.write(`telltale ${notice.level}: ${notice.text}\n`)
}

/** Says it; a receiver that throws is ignored, since telemetry never hurts the host. */
export function notice(level: NoticeLevel, event: string, text: string, fields?: Notice['fields']): void {
  try {
    state.receiver(fields ? { level, event, text, fields } : { level, event, text })
  } catch {}
}

/** Says it once per process and `key`; at most 1 000 keys are remembered, later new ones are not said. */
export function noticeOnce(key: string, level: NoticeLevel, event: string, text: string): void {
  if (state.said.has(key) || state.said.size >= 1000) return
  state.said.add(key)
  notice(level, event, text)
}

/** Sets who hears notices; `undefined` restores stderr. Returns the previous receiver. */
export function onNotice(receiver: NoticeReceiver | undefined): NoticeReceiver {
  const before = state.receiver
  state.receiver = receiver ?? toStderr
  return before
}

/** Forgets what was said once; for tests. */
export function forgetNotices(): void {
  state.said.clear()
}

/**
 * What was thrown, in words: the message of an error, else the thing as text. Never throws: anything can be thrown, a
 * revoked proxy or an error whose getters throw in turn, and whoever says that something failed must not fail by it.
 */
export function thrownText(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message || thrown.name) : String(thrown)
  } catch {
    return 'something that cannot be read was thrown'
  }
}

/** The same with the stack of an error. */
export function thrownStack(thrown: unknown): string {
  try {
    if (thrown instanceof Error && typeof thrown.stack === 'string') return thrown.stack
  } catch {}
  return thrownText(thrown)
}
