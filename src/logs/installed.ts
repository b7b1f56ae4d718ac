// The process's logs: what `log` writes through, before `start` and after it. Loggers taken early follow.
import { shared } from '../base/slot.ts'
import { Logger } from './logger.ts'
import { Logs } from './logs.ts'
import { wrapPino } from './pino.ts'
import { loggerClassOf, type WinstonBridge, wrapWinston } from './winston.ts'
import { winstonClasses } from './winston-found.ts'

const slot = shared('logs', (): { installed: Logs | null; early: Logs | null } => ({ installed: null, early: null }))

/** `start` installs its own; null goes back to plain lines on stdout. */
export function installLogs(logs: Logs | null): void {
  slot.installed = logs
}

/** The installed one, or one that only writes. */
export function currentLogs(): Logs {
  slot.early ??= new Logs({ registry: null, sink: null })
  return slot.installed ?? slot.early
}

/** A logger by name; the name is its target and, in records, its scope. */
export function logger(name = 'app'): Logger {
  return new Logger(currentLogs, name)
}

export const log: Logger = logger()

/**
 * Links the lines of a pino logger and its children to their traces and makes records of them. Needed only for a pino
 * before 9.8, which has no diagnostics channel; harmless with a newer one. Returns the same logger.
 */
export function observePino<PinoLogger>(given: PinoLogger): PinoLogger {
  return wrapPino(given, () => (slot.installed?.bridges.pino ? slot.installed.pino : undefined))
}

/**
 * Links the lines of a winston 3 logger, and of all loggers of its copy of winston, to their traces and makes records of
 * them. Needed only where that copy is not found by itself: bundled, or not named in the application's package.json.
 * Returns what it was given.
 */
export function observeWinston<WinstonLogger>(given: WinstonLogger): WinstonLogger {
  const found = loggerClassOf(given)
  if (found !== undefined) wrapWinston(found, winston)
  return given
}

/** Observes the winston of the application in folder `from`, when it has one. */
export function findWinston(from: string): void {
  for (const found of winstonClasses(from)) wrapWinston(found, winston)
}

function winston(): WinstonBridge | undefined {
  return slot.installed?.bridges.winston ? slot.installed.winston : undefined
}
