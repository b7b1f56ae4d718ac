// Levels in the words of pino and of most loggers, and what OTLP calls them (logs.proto, SeverityNumber). Loggers with
// more levels map onto these: zap's `dpanic` and `panic` are `fatal`.
import { SEVERITY } from '../model/log.ts'

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'

export const LEVELS: readonly Level[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']

/** Texts of the severities as OpenTelemetry writes them. */
export const SEVERITY_TEXT: Readonly<Record<Level, string>> = {
  trace: 'TRACE',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
  fatal: 'FATAL',
}

export { SEVERITY }

const TEXTS = LEVELS.map((level) => SEVERITY_TEXT[level])

export function severityText(severity: number): string {
  return TEXTS[rankOf(severity)]!
}

/** Place among LEVELS of an OTLP severity number; 0, unspecified, counts as info. */
export function rankOf(severity: number): number {
  return severity <= 0 ? 2 : severity > 20 ? 5 : (severity - 1) >> 2
}

export function levelOfSeverity(severity: number): Level {
  return LEVELS[rankOf(severity)]!
}

/** The level of a pino number: 10, 20 … 60, and what lies between belongs to the lower one. */
export function levelOfPino(number: number): Level {
  return LEVELS[Math.min(5, Math.max(0, Math.floor(number / 10) - 1))] ?? 'info'
}

const BY_NAME: ReadonlyMap<string, Level> = new Map(LEVELS.map((level) => [level, level]))

export function levelOfName(name: string): Level | undefined {
  const known = BY_NAME.get(name)
  if (known !== undefined) return known
  const lower = name.toLowerCase()
  if (lower === 'warning') return 'warn'
  if (lower === 'panic' || lower === 'dpanic' || lower === 'critical') return 'fatal'
  return LEVELS.includes(lower as Level) ? (lower as Level) : undefined
}
