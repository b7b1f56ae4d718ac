// Who hears of decisions at our doors: the counters, and the audit trail or, where there is none, the log. No token is in an
// event, so none can be in either.
import type { AccessEvent } from '../access/decision.ts'
import { monotonic } from '../base/clock.ts'
import { notice } from '../base/notice.ts'
import type { Counter } from '../metrics/counter.ts'
import { declare } from '../metrics/declare.ts'
import type { Registry } from '../metrics/registry.ts'
import { NAMES } from '../model/names.ts'

export interface HeardOptions {
  /** Null where nothing is counted. */
  readonly registry: Registry | null
  /** Takes every event; without it denials and first uses are said, folded. */
  readonly audit?: ((event: AccessEvent) => void) | undefined
  /** Milliseconds; never runs backwards. */
  readonly now?: () => number
}

/** Repetitions of one kind are one line in so many milliseconds. */
const FOLD = 60_000
/** Kinds that are told apart; what comes beyond them in a minute is one kind. */
const KINDS = 64

interface Folded {
  since: number
  more: number
}

export function hearing({ registry, audit, now = monotonic }: HeardOptions): (event: AccessEvent) => void {
  const say = audit ?? folding(now)
  let requests: Counter | null = null
  return (event) => {
    if (registry !== null) {
      requests ??= declare(registry, NAMES.auth_requests_total)
      requests.add(1, { surface: event.surface, result: event.decision.ok ? 'ok' : event.decision.result })
    }
    say(event)
  }
}

/** The first of a kind at once; what follows it within a minute with the next one after that, as a number. */
function folding(now: () => number): (event: AccessEvent) => void {
  const kinds = new Map<string, Folded>()
  return (event) => {
    const { decision, surface, route, address } = event
    const at = now()
    const who = decision.ok ? (decision.caller?.tokenId ?? decision.caller?.method ?? '') : decision.code
    let key = JSON.stringify([surface, who, address])
    if (!kinds.has(key) && kinds.size >= KINDS) {
      for (const [other, { since }] of kinds) if (at - since >= FOLD) kinds.delete(other)
      if (kinds.size >= KINDS) key = ''
    }
    const kind = kinds.get(key)
    if (kind !== undefined && at - kind.since < FOLD) {
      kind.more++
      return
    }
    kinds.delete(key)
    kinds.set(key, { since: at, more: 0 })
    const more = kind === undefined || kind.more === 0 ? '' : `, and ${kind.more} times more since the last such line`
    const place = key === '' ? 'several addresses' : (address ?? 'a client without address')
    const fields = { surface, result: decision.ok ? 'ok' : decision.result, correlation_id: event.correlationId }
    if (decision.ok) notice('debug', 'access.granted', `${route} was opened to ${place} by ${who}${more}`, fields)
    else notice('warn', 'access.denied', `${route} was denied to ${place}: ${who}${more}`, fields)
  }
}
