// One way to ask: an address of /api/v1 with a question, and its answer or a Problem. Nothing else of the panel fetches.
import type { Answers, Asked, Path, Question } from './types.ts'

export const API = '/api/v1'

/** A refusal (RFC 9457), or no answer at all: then `status` is 0. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly code: string
  /** Which parameter was not understood, when one was not. */
  readonly parameter: string | undefined
  readonly allowed: string | undefined

  constructor(status: number, detail: string, code = '', parameter?: string, allowed?: string) {
    super(detail)
    this.status = status
    this.code = code
    this.parameter = parameter
    this.allowed = allowed
  }
}

export async function ask<P extends Path>(
  path: P,
  question: Question<P>,
  { place, signal }: Asked = {},
): Promise<Answers[P]> {
  let response: Response
  try {
    response = await fetch(addressOf(path, question, place), { signal, headers: { accept: 'application/json' } })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new Problem(0, 'The hub does not answer. Is it still running?', 'unreachable')
  }
  if (response.ok) return (await response.json()) as Answers[P]
  throw await problemOf(response)
}

/** Where a question is asked: `:name` of the path is filled from `place`, what is undefined or empty is left out. */
export function addressOf(path: string, question: object, place: Asked['place'] = {}): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(place[name] ?? ''))
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(question)) {
    if (Array.isArray(value)) for (const one of value) query.append(name, String(one))
    else if (value !== undefined && value !== null && value !== '') query.set(name, String(value))
  }
  const text = query.toString()
  return `${API}${filled}${text === '' ? '' : `?${text}`}`
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const { detail, title, code, parameter, allowed } = await response.json()
    return new Problem(response.status, detail ?? title ?? response.statusText, code, parameter, allowed)
  } catch {
    return new Problem(response.status, `The hub answered ${response.status} ${response.statusText}.`)
  }
}
