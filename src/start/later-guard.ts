// A guard whose room is still being imported. Start is synchronous in what matters, so the first requests may come before
// it is there: they wait, and when it cannot be had, nobody is let in.
import type { Denied, Guard } from '../access/decision.ts'
import { notice, thrownText } from '../base/notice.ts'

const GONE: Denied = {
  ok: false,
  status: 503,
  result: 'invalid',
  code: 'guard_unavailable',
  detail: 'The guard of this address is not there: it stays closed.',
}

/** `name`: what it guards, for the notice that says why it cannot be had. */
export function laterGuard(name: string, made: Promise<Guard>): Guard {
  let guard: Guard | null = null
  const ready = made.then(
    (one) => {
      guard = one
    },
    (error: unknown) => {
      guard = { decide: () => GONE }
      notice('error', 'access.guard', `${name} stays closed, its guard cannot be had: ${thrownText(error)}`)
    },
  )
  return {
    decide: (question) => (guard === null ? ready.then(() => guard!.decide(question)) : guard.decide(question)),
  }
}
