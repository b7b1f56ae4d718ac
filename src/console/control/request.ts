// What a change asks for, read whole: keys that are not known, and values beyond their bounds, refuse it.
import { LEVELS } from '../../logs/level.ts'
import type { LogLevelName } from './answers.ts'
import { Refusal } from './refusal.ts'

/** How long a change holds when it does not say; seconds. */
const HOLD = 600
const LONGEST = 86_400
const PROFILE = 10
const LONGEST_PROFILE = 60

type Given = Readonly<Record<string, unknown>>

export function readLogLevel(body: unknown): { level: LogLevelName; seconds: number } {
  const { level, seconds } = readObject(body, ['level', 'seconds'])
  const allowed = LEVELS.filter((one) => one !== 'fatal')
  const found = allowed.find((one) => one === level)
  if (found === undefined) throw new Refusal(400, 'invalid_level', `level has to be one of ${allowed.join(', ')}.`)
  return { level: found as LogLevelName, seconds: wholeSeconds(seconds, HOLD, LONGEST) }
}

export function readSampling(body: unknown): { ratio: number; seconds: number } {
  const { ratio, seconds } = readObject(body, ['ratio', 'seconds'])
  if (typeof ratio !== 'number' || !(ratio >= 0 && ratio <= 1)) {
    throw new Refusal(400, 'invalid_ratio', 'ratio has to be a number from 0 to 1.')
  }
  return { ratio, seconds: wholeSeconds(seconds, HOLD, LONGEST) }
}

export function readProfile(body: unknown): { seconds: number } {
  const { seconds } = body === undefined ? ({} as Given) : readObject(body, ['seconds'])
  return { seconds: wholeSeconds(seconds, PROFILE, LONGEST_PROFILE) }
}

/** Says nothing but that it is wanted. */
export function readNothing(body: unknown): void {
  if (body !== undefined) readObject(body, [])
}

function readObject(body: unknown, keys: readonly string[]): Given {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Refusal(
      400,
      'invalid_body',
      `The body has to be a JSON object${keys.length > 0 ? ` of ${keys.join(', ')}` : ''}.`,
    )
  }
  const unknown = Object.keys(body).some((key) => !keys.includes(key))
  if (!unknown) return body as Given
  const known = keys.length > 0 ? `no key but ${keys.join(', ')}` : 'no key'
  throw new Refusal(400, 'unknown_key', `The body may have ${known}.`)
}

function wholeSeconds(given: unknown, preset: number, most: number): number {
  if (given === undefined) return preset
  if (typeof given === 'number' && Number.isInteger(given) && given >= 1 && given <= most) return given
  throw new Refusal(400, 'invalid_seconds', `seconds has to be a whole number from 1 to ${most}.`)
}
