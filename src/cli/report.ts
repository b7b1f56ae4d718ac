// Faults and warnings as a person or a program reads them.
import { FAULTS, type Fault, Faults } from '../base/fault.ts'
import { type Warning, warningText } from '../config/warning.ts'
import type { Io } from './io.ts'

/** The faults of what was thrown, or undefined when it is not a fault of ours. */
export function faultsOf(error: unknown): readonly Fault[] | undefined {
  if (error instanceof Faults) return error.faults
  const { name, code } = error as { name?: string; code?: string }
  return name === 'Fault' && code !== undefined && code in FAULTS ? [error as Fault] : undefined
}

/** The exit code of a command that ends with `faults`: the highest of theirs. */
export function exitCode(faults: readonly Fault[]): number {
  return faults.reduce((code, fault) => Math.max(code, FAULTS[fault.code].exit), 0)
}

export function faultJson({ code, detail, message }: Fault) {
  const { where, subject, found, allowed, hint } = detail
  const kind = FAULTS[code]
  return { code, ...where, subject, found, allowed, what: kind.what, todo: hint ?? kind.todo, message }
}

export function warningJson({ code, text, subject, where }: Warning) {
  return { code, ...where, subject, text }
}

/** Prints what was thrown and gives the exit code; throws on what is not a fault of ours. */
export function reportThrown(io: Io, error: unknown, json: boolean): number {
  const faults = faultsOf(error)
  if (!faults) throw error
  if (json) io.out(`${JSON.stringify({ ok: false, faults: faults.map(faultJson) }, null, 2)}\n`)
  else for (const fault of faults) io.err(`${fault.message}\n`)
  return exitCode(faults)
}

export function printWarnings(io: Io, warnings: readonly Warning[]): void {
  for (const warning of warnings) io.err(`warning: ${warningText(warning)}\n`)
}
