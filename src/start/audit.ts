// The audit trail of the process, from start to stop. Where there is none, nothing of it is loaded.
import type { AccessEvent } from '../access/decision.ts'
import type { Audit } from '../audit/audit.ts'
import { slot } from '../audit/slot.ts'
import { Fault } from '../base/fault.ts'
import type { Config } from '../config/config.ts'
import { type Lifecycle, STOP } from '../lifecycle/lifecycle.ts'
import type { Trail, TrailParts } from './trail.ts'

export interface AuditParts extends TrailParts {
  readonly lifecycle: Lifecycle
}

/** Decisions at our doors that may wait for the room to be imported. */
const WAITING = 1000

/** Opens it; returns what hears of decisions at our doors, or undefined where there is no trail. */
export function startAudit({ lifecycle, ...parts }: AuditParts): ((event: AccessEvent) => void) | undefined {
  const { trail } = parts.config
  if (!trail.enabled) {
    slot.audit = 'off'
    lifecycle.onStop('audit', STOP.close, () => closed('off'))
    return undefined
  }
  let made: Trail | null = null
  const early: AccessEvent[] = []
  const opened = import('./trail.ts').then(({ trailOf }) => {
    made = trailOf(parts)
    for (const event of early.splice(0)) made.rows.heard(event)
    return made
  })
  const audit = opened.then((one) => one.audit)
  // Whoever records hears of it.
  audit.catch(() => {})
  slot.audit = audit
  // After the last request and before the last metrics and log lines.
  lifecycle.onStop('audit', STOP.producers + 5, async () => {
    closed(audit)
    const { rows, audit: last } = await opened
    await rows.close()
    await last.close()
  })
  return (event) => {
    if (made !== null) made.rows.heard(event)
    else if (early.length < WAITING) early.push(event)
  }
}

function closed(held: Promise<Audit> | 'off'): void {
  if (slot.audit === held) slot.audit = null
}

/** A trail without a database is none: a check only warns of it, since it may run where no secret is set. */
export function requireTrail({ trail }: Config): void {
  if (!trail.enabled || trail.store !== 'postgresql' || trail.url !== undefined) return
  const hint = `Set ${trail.urlEnv} to the URL of the database, or keep the trail in the process: audit.store: embedded.`
  throw new Fault('CONFIG_UNSET_VARIABLE', { subject: trail.urlEnv, found: 'audit.store: postgresql', hint })
}
