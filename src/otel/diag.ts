// What OpenTelemetry libraries say about themselves goes to the application's logger as debug (W-38), never to stderr.
import { notice } from '../base/notice.ts'

export interface DiagLogger {
  error(...args: unknown[]): void
  warn(...args: unknown[]): void
  info(...args: unknown[]): void
  debug(...args: unknown[]): void
  verbose(...args: unknown[]): void
}

export function diagLogger(): DiagLogger {
  const say =
    (level: string) =>
    (...args: unknown[]): void => {
      try {
        notice('debug', 'otel.diag', args.map(textOf).join(' '), { level })
      } catch {}
    }
  return { error: say('error'), warn: say('warn'), info: say('info'), debug: say('debug'), verbose: say('verbose') }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Error) return value.message
  return typeof value === 'object' ? (JSON.stringify(value) ?? '') : String(value)
}
