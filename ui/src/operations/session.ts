// Who looks, and what is open to them. Nothing else is asked before this is known, and nothing that it does not name after.
import { computed, signal } from '@preact/signals'
import type { Tier } from '../../../src/access/tier.ts'
import type { Session } from '../../../src/console/session.ts'
import { Problem } from '../api/client.ts'
import { ask, hasToken, holdToken, onForbidden, onRefused } from './client.ts'

export type { Session, Tier }

export type Entrance =
  | { readonly at: 'asking' }
  /** The service wants to know who asks; `reason` says what was wrong with what it was told. */
  | { readonly at: 'login'; readonly service: Session | null; readonly reason: string | null }
  | { readonly at: 'open'; readonly session: Session }
  | { readonly at: 'failed'; readonly problem: Problem }

export const entrance = signal<Entrance>({ at: 'asking' })

/** Null until somebody is let in. */
export const session = computed(() => (entrance.value.at === 'open' ? entrance.value.session : null))

export const opens = (tier: Tier): boolean => session.value?.tiers.includes(tier) ?? false

/** What is asked of the session, in a card: there is one. */
export function useSession(): Session {
  const open = session.value
  if (open === null) throw new Error('nobody is let in')
  return open
}

const PATH = '/console/session'

export async function enter(): Promise<void> {
  try {
    admit(await ask<Session>(PATH))
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return
    entrance.value = { at: 'failed', problem: error instanceof Problem ? error : new Problem(0, String(error)) }
  }
}

/** What is wrong with the token; null when it was taken. */
export async function login(token: string): Promise<string | null> {
  try {
    const told = await ask<Session>(PATH, { token })
    if (told.tiers.every((tier) => tier === 'public')) return 'This token opens nothing here: it has no role or scope.'
    holdToken(token)
    admit(told)
    return null
  } catch (error) {
    if (!(error instanceof Problem)) return String(error)
    return error.status === 401 ? `This token does not hold. ${error.message}` : error.message
  }
}

export function logout(): void {
  holdToken(null)
  entrance.value = { at: 'asking' }
  void enter()
}

function admit(told: Session): void {
  const anonymous = told.authentication && told.tiers.every((tier) => tier === 'public')
  entrance.value = anonymous ? { at: 'login', service: told, reason: null } : { at: 'open', session: told }
}

/** As often as somebody is asked again who they are, milliseconds. */
const AGAIN_MS = 30_000
let entered = Number.NEGATIVE_INFINITY

// A role may be taken away while its cards are looked at.
onForbidden(() => {
  if (entrance.peek().at !== 'open' || performance.now() - entered < AGAIN_MS) return
  entered = performance.now()
  void enter()
})

onRefused((problem) => {
  const before = entrance.peek()
  if (before.at === 'login') return
  const known = before.at === 'open' ? before.session : null
  const had = hasToken()
  holdToken(null)
  const reason = !had
    ? null
    : known === null
      ? `The token does not hold. ${problem.message}`
      : 'The session has ended: the token does not hold any more.'
  entrance.value = { at: 'login', service: known, reason }
})
