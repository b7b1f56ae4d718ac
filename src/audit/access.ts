// Who was let in and who was not, as rows (H-44, R-26, ruling 51): every denial, every use of a token, every grant of the
// system and admin tiers. Repeated ones of one client and reason are one row with their number, so that neither a flood
// nor a scrape every 15 s fills the trail. What the store does not take is said in the log; nothing of it reaches the
// application.
import type { AccessEvent, Caller } from '../access/decision.ts'
import { notice, thrownText } from '../base/notice.ts'
import type { Audit } from './audit.ts'
import { Fold } from './fold.ts'
import type { ActorRole, AuditEntry } from './row.ts'

export interface AccessRowsOptions {
  readonly audit: Pick<Audit, 'offer'>
  /** Roles that count as administrators. */
  readonly adminRoles?: readonly string[]
  /** How many clients and reasons are told apart at a time. */
  readonly most?: number
  readonly now?: () => number
}

/** Denials and grants: one row a minute. */
export const MINUTE = 60_000
/** Uses of a token at the scrape, which come by the clock: one row an hour. */
export const HOUR = 3_600_000
/** Rows that may wait for the store. */
const WAITING = 1000

export class AccessRows {
  readonly #options: AccessRowsOptions
  readonly #fold: Fold<AccessEvent>
  #waiting = 0
  #last: Promise<void> = Promise.resolve()

  constructor(options: AccessRowsOptions) {
    this.#options = options
    const { most, now } = options
    this.#fold = new Fold({
      tell: (event, count) => this.#tell(event, count),
      ...(most !== undefined && { most }),
      ...(now && { now }),
    })
  }

  /** Takes one decision. Never throws. */
  readonly heard = (event: AccessEvent): void => {
    const action = actionOf(event)
    if (action === null) return
    const { decision, address, route } = event
    const reason = decision.ok ? 'ok' : decision.result
    const { tokenId = null, subject = null } = callerOf(event) ?? {}
    // What is denied is one whatever it asked for; a grant says what was opened.
    const place = decision.ok ? route : ''
    const kind = JSON.stringify([action, reason, event.surface, place, address, bounded(tokenId), bounded(subject)])
    const crowd = { kind: JSON.stringify([action, reason, event.surface]), one: faceless(event) }
    this.#fold.add(kind, event, action === 'metrics.scrape' ? HOUR : MINUTE, crowd)
  }

  /** For tests: what is due now. @internal */
  sweep(): void {
    this.#fold.sweep()
  }

  /** Writes what was counted and waits for all that is on its way. */
  async close(): Promise<void> {
    this.#fold.close()
    await this.#last
  }

  #tell(event: AccessEvent, count: number): void {
    const entry = entryOf(event, count, this.#options.adminRoles)
    if (this.#waiting >= WAITING) {
      say(entry, 'too many rows wait for it')
      return
    }
    this.#waiting++
    // One after the other: the chain takes them so anyway.
    this.#last = this.#last
      .then(() => this.#options.audit.offer(entry))
      .catch((error: unknown) => say(entry, thrownText(error)))
      .then(() => void this.#waiting--)
  }
}

/** The row, where the log is all that is left to take it. */
function say(entry: AuditEntry, why: string): void {
  const { action, target_type, target_id, actor_ip, actor_user_id, metadata, correlation_id, result } = entry
  const { reason, request_scope: scopes } = metadata ?? {}
  const text = `${action} ${target_type} ${target_id}: ${reason}; the audit trail did not take it: ${why}`
  notice('warn', 'audit.fallback', text, {
    action,
    target_type,
    target_id: String(target_id),
    result,
    reason: String(reason),
    ...(actor_ip && { actor_ip }),
    ...(actor_user_id && { actor_user_id: String(actor_user_id) }),
    ...(scopes !== undefined && { request_scope: String(scopes) }),
    ...(correlation_id && { correlation_id }),
  })
}

/** Null for what leaves no row: a grant to somebody who had nothing to prove, or of the tenant tier. */
function actionOf({ decision, surface, tier }: AccessEvent): string | null {
  if (!decision.ok) return decision.result === 'rate_limited' ? 'rate_limit.block' : 'authz.deny'
  if (decision.caller === null) return null
  if (surface === 'scrape') return 'metrics.scrape'
  return tier === 'system' || tier === 'admin' ? 'authz.grant' : null
}

function callerOf({ decision }: AccessEvent): Caller | null {
  return decision.caller ?? null
}

/** `count` decisions of one kind, of which `event` is the last. */
export function entryOf(
  event: AccessEvent,
  count: number,
  adminRoles: readonly string[] = ['platform_admin'],
): AuditEntry {
  const { decision, surface, tier, route, address, userAgent, correlationId } = event
  const caller = callerOf(event)
  const reason = decision.ok ? 'ok' : decision.result
  const token = surface === 'scrape' ? (caller?.tokenId ?? null) : null
  return {
    actor_user_id: caller?.subject ?? null,
    actor_role: roleOf(caller, surface, adminRoles),
    action: actionOf(event) ?? 'authz.grant',
    target_type: token === null ? 'route' : 'metrics_token',
    target_id: bounded(token ?? route)!,
    result: decision.ok ? 'success' : 'failure',
    correlation_id: correlationId,
    metadata: {
      reason: count === 1 ? reason : `${reason}, ${count} times`,
      policy_key: tier,
      ...(!decision.ok && { error_code: decision.code }),
      ...(caller !== null && { request_scope: caller.scopes.join(' ').slice(0, 1000) }),
    },
    actor_ip: address,
    user_agent: userAgent,
  }
}

/** Anonymous is `system` (ruling 51); who proved who they are by a token that is nobody's is a service. */
export function roleOf(
  caller: Caller | null,
  surface: AccessEvent['surface'],
  adminRoles: readonly string[],
): ActorRole {
  if (caller === null) return 'system'
  if (caller.roles.some((role) => adminRoles.includes(role))) return 'admin'
  return caller.subject === null || surface === 'scrape' ? 'service_account' : 'user'
}

/** The same without who it was: one of many that are not told apart. */
function faceless(event: AccessEvent): AccessEvent {
  const { caller: _, ...decision } = event.decision
  const nobody = event.decision.ok ? { ...event.decision, caller: someone(event.decision.caller) } : decision
  return { ...event, decision: nobody as AccessEvent['decision'], address: null, userAgent: null }
}

function someone(caller: Caller | null): Caller | null {
  return caller === null ? null : { ...caller, tokenId: null, subject: null, scopes: [], tenant: '' }
}

/** Ids come from whoever issued the token. */
function bounded<T extends string | null>(text: T): T {
  return (text !== null && text.length > 500 ? `${text.slice(0, 500)}…` : text) as T
}
