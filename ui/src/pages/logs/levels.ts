// The levels of log records, the most severe first, with what shows them.
import type { LogLevel } from '../../../../src/store/answers.ts'

export interface Level {
  readonly name: LogLevel
  readonly short: string
  readonly colour: string
}

export const LEVELS: readonly Level[] = [
  { name: 'fatal', short: 'FATAL', colour: 'var(--error)' },
  { name: 'error', short: 'ERROR', colour: 'var(--error)' },
  { name: 'warn', short: 'WARN', colour: 'var(--warn)' },
  { name: 'info', short: 'INFO', colour: 'color-mix(in srgb, var(--info) 55%, var(--panel))' },
  { name: 'debug', short: 'DEBUG', colour: 'var(--faint)' },
  { name: 'trace', short: 'TRACE', colour: 'var(--line-strong)' },
  { name: 'unspecified', short: '–', colour: 'var(--line-strong)' },
]

/** By OTLP severity number: 1 to 4 is trace, 17 to 20 error. */
export function levelOf(severity: number): Level {
  const name = (['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const)[Math.floor((severity - 1) / 4)]
  return LEVELS.find((level) => level.name === (name ?? 'unspecified'))!
}
