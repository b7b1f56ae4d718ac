// Who changed what of a running process, and who was refused: a row of the audit trail where there is one, and a line in the
// log always. A change that the trail does not take is not made. Repeated refusals of one kind are one row a minute.
import type { Caller } from '../../access/decision.ts'
import { roleOf } from '../../audit/access.ts'
import { Fold } from '../../audit/fold.ts'
import type { AuditEntry } from '../../audit/row.ts'
import { within } from '../../base/deadline.ts'
import { notice, thrownText } from '../../base/notice.ts'
import { Refusal } from './refusal.ts'

export type What = 'log_level' | 'sampling' | 'cpu_profile' | 'heap_snapshot'

/** Who asks, as far as it may be told. */
export interface Who {
  readonly caller: Caller | null
  readonly correlationId: string
  readonly userAgent: string | null
}

export interface TrailOptions {
  /** What the trail calls this process. */
  readonly instance: string
  readonly adminRoles: readonly string[]
  /** Rejects where the trail does not take it; resolves at once where there is none. */
  readonly record: (entry: AuditEntry) => Promise<unknown>
  readonly now?: (() => number) | undefined
}

interface Refused {
  readonly what: What
  readonly who: Who
  readonly code: string
}

const MINUTE = 60_000
const KINDS = 100
/** A change waits no longer for the trail. */
const RECORD_MS = 5000
const NOBODY: Who = { caller: null, correlationId: '', userAgent: null }

export class ControlTrail {
  readonly #options: TrailOptions
  readonly #refused: Fold<Refused>

  constructor(options: TrailOptions) {
    this.#options = options
    const { now } = options
    this.#refused = new Fold({ tell: (one, count) => this.#tell(one, count), most: KINDS, ...(now && { now }) })
  }

  /** Before the change is made. Rejects with a Refusal where it cannot be recorded. */
  async changed(what: What, who: Who, from: unknown, to: unknown, text: string): Promise<void> {
    const entry = this.#entry(what, who, 'success', { old_value: from, new_value: to })
    try {
      await within(
        this.#options.record(entry),
        RECORD_MS,
        () => new Error(`nothing was heard of it for ${RECORD_MS} ms`),
      )
    } catch (error) {
      notice(
        'error',
        'ops.unrecorded',
        `${what} is not changed, for the audit trail does not take it: ${thrownText(error)}`,
      )
      throw new Refusal(503, 'audit_unavailable', 'The audit trail does not take it, so it is not done.', 30)
    }
    this.#say(what, who, text)
  }

  /** The time of a change is over. */
  ended(what: What, from: unknown, to: unknown, text: string): void {
    this.#say(what, NOBODY, text)
    const entry = this.#entry(what, NOBODY, 'success', { old_value: from, new_value: to, reason: 'its time is over' })
    this.#options.record(entry).catch((error: unknown) => {
      notice(
        'warn',
        'audit.fallback',
        `${entry.action}: its time is over; the audit trail did not take it: ${thrownText(error)}`,
      )
    })
  }

  refused(what: What, who: Who, code: string): void {
    const one = { what, who, code }
    const kind = JSON.stringify([what, code, byOf(who.caller)])
    this.#refused.add(kind, one, MINUTE, { kind: JSON.stringify([what, code]), one: { ...one, who: NOBODY } })
  }

  close(): void {
    this.#refused.close()
  }

  #tell({ what, who, code }: Refused, count: number): void {
    const times = count === 1 ? '' : `, ${count} times`
    this.#say(what, who, `${what} was refused: ${code}${times}`)
    const entry = this.#entry(what, who, 'failure', { error_code: code, reason: `refused${times}` })
    this.#options.record(entry).catch((error: unknown) => {
      notice(
        'warn',
        'audit.fallback',
        `${entry.action}: ${code}; the audit trail did not take it: ${thrownText(error)}`,
      )
    })
  }

  #say(what: What, { caller, correlationId }: Who, text: string): void {
    const by = byOf(caller)
    notice('warn', `ops.${what}`, by === null ? text : `${text}, by ${by}`, {
      ...(by !== null && { by }),
      ...(correlationId !== '' && { correlation_id: correlationId }),
    })
  }

  #entry(what: What, who: Who, result: AuditEntry['result'], metadata: AuditEntry['metadata']): AuditEntry {
    const { caller, correlationId, userAgent } = who
    return {
      actor_user_id: byOf(caller),
      actor_role: roleOf(caller, 'admin', this.#options.adminRoles),
      action: `ops.${what}`,
      target_type: 'instance',
      target_id: this.#options.instance,
      result,
      ...(correlationId !== '' && { correlation_id: correlationId }),
      metadata: { policy_key: 'admin', ...metadata },
      user_agent: userAgent,
    }
  }
}

const MOST = 200

/** Subject or token id, never the token. */
export function byOf(caller: Caller | null): string | null {
  const by = (caller?.subject ?? caller?.tokenId)?.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ')
  if (by === undefined) return null
  return by.length > MOST ? `${by.slice(0, MOST - 1)}…` : by
}
