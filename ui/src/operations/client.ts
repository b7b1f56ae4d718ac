// One way to ask the service, with the token that was pasted here. It lives as long as this tab does, goes into the header
// `Authorization` alone, and is let go of when the service says that it no longer holds.
import { Problem } from '../api/client.ts'
import { ahead } from '../shell/time.ts'

const KEY = 'telltale.token'

let token: string | null = remembered()
let refused: ((problem: Problem) => void) | null = null
let forbidden: (() => void) | null = null

export const hasToken = (): boolean => token !== null

export function holdToken(next: string | null): void {
  token = next
  try {
    if (next === null) sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, next)
  } catch {}
}

/** Hears when the service no longer takes what was shown to it. */
export function onRefused(work: (problem: Problem) => void): void {
  refused = work
}

/** Hears when a figure is not open to whoever asked for it. */
export function onForbidden(work: () => void): void {
  forbidden = work
}

export interface Asking {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  /** Sent as JSON. */
  readonly body?: unknown
  readonly signal?: AbortSignal
  /** Instead of the one that is held. */
  readonly token?: string | null
}

/** The JSON of an answer; throws a Problem. */
export async function ask<T>(path: string, asking: Asking = {}): Promise<T> {
  const response = await send(path, asking)
  return (response.status === 204 ? undefined : await response.json()) as T
}

/** An answer that succeeded; throws a Problem. */
export async function send(
  path: string,
  { method = 'GET', body, signal, token: given = token }: Asking = {},
): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (given !== null) headers['authorization'] = `Bearer ${given}`
  if (body !== undefined) headers['content-type'] = 'application/json'
  const text = body === undefined ? undefined : JSON.stringify(body)
  let response: Response
  try {
    response = await fetch(path, { method, headers, body: text, signal, cache: 'no-store', credentials: 'omit' })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new Problem(0, 'The service does not answer. Is it still running?', 'unreachable')
  }
  compareClocks(response)
  if (response.ok) return response
  const problem = await problemOf(response)
  // What came with an older token says nothing about the one that is held now.
  if (response.status === 401 && given === token) refused?.(problem)
  if (response.status === 403 && method === 'GET') forbidden?.()
  throw problem
}

async function problemOf(response: Response): Promise<Problem> {
  const { status } = response
  try {
    const { detail, title, code, parameter, allowed } = await response.json()
    return new Problem(status, detail ?? title ?? response.statusText, code, parameter, allowed)
  } catch {
    return new Problem(status, `The service answered ${status} ${response.statusText}.`)
  }
}

/** The clock of the service says how long ago something was; a header of whole seconds tells more than two apart. */
function compareClocks({ headers }: Response): void {
  const at = Date.parse(headers.get('date') ?? '')
  if (Number.isNaN(at)) return
  const off = at + 500 - Date.now()
  const said = Math.abs(off) > 2500 ? off : 0
  if (Math.abs(said - ahead.peek()) > 2000) ahead.value = said
}

function remembered(): string | null {
  try {
    return sessionStorage.getItem(KEY)
  } catch {
    return null
  }
}
