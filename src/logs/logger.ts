// A small logger for applications without one, in pino's manner: `log.info(fields, 'message')` or `log.info('message')`;
// an error may stand in place of the fields.
import type { Level } from './level.ts'
import type { Logs } from './logs.ts'

export class Logger {
  readonly name: string
  readonly #logs: () => Logs

  constructor(logs: () => Logs, name: string) {
    this.#logs = logs
    this.name = name
  }

  trace(fields: unknown, message?: string): void {
    this.#emit('trace', fields, message, this.trace)
  }

  debug(fields: unknown, message?: string): void {
    this.#emit('debug', fields, message, this.debug)
  }

  info(fields: unknown, message?: string): void {
    this.#emit('info', fields, message, this.info)
  }

  warn(fields: unknown, message?: string): void {
    this.#emit('warn', fields, message, this.warn)
  }

  error(fields: unknown, message?: string): void {
    this.#emit('error', fields, message, this.error)
  }

  fatal(fields: unknown, message?: string): void {
    this.#emit('fatal', fields, message, this.fatal)
  }

  /** Another logger over the same logs. */
  named(name: string): Logger {
    return new Logger(this.#logs, name)
  }

  #emit(level: Level, fields: unknown, message: string | undefined, above: (...args: never[]) => unknown): void {
    if (typeof fields === 'string') this.#logs().emit(level, fields, undefined, this.name, above)
    else this.#logs().emit(level, message ?? (fields instanceof Error ? fields.message : ''), fields, this.name, above)
  }
}
