// What the addresses for administrators may be asked with. Nothing is clamped: what is not allowed is a 400 with the code that
// these addresses owe, `invalid_request` (G-28), and not the fault of a query of telemetry.
import { BadRequest, type ClientError } from '../../access/error-kinds.ts'
import type { Bounds } from '../figures/inquiry.ts'

/** Nothing, and an empty text, is the default. */
export function wholeOf(search: URLSearchParams, name: string, { default: preset, least, most }: Bounds): number {
  const given = search.get(name)
  if (given === null || given === '') return preset
  const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN
  if (value >= least && value <= most) return value
  throw invalid(`${name} has to be a whole number from ${least} to ${most}.`)
}

export function invalid(text: string): ClientError {
  return new BadRequest(text, { code: 'invalid_request' })
}
