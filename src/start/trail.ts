// The audit trail as the configuration wants it, imported where there is one.
import { AccessRows } from '../audit/access.ts'
import type { Audit } from '../audit/audit.ts'
import { auditOf } from '../audit/open.ts'
import { notice, thrownText } from '../base/notice.ts'
import type { Config } from '../config/config.ts'
import type { Registry } from '../metrics/registry.ts'
import type { Redactor } from '../redact/redact.ts'

export interface TrailParts {
  readonly config: Config
  /** Null where nothing is counted. */
  readonly registry: Registry | null
  readonly redactor: Redactor
}

export interface Trail {
  readonly audit: Audit
  readonly rows: AccessRows
}

/** Its store is opened meanwhile; where that fails, each row tries anew, and fails whoever recorded it. */
export function trailOf({ config: { trail, access }, registry, redactor }: TrailParts): Trail {
  const audit = auditOf({ ...trail, redact: redactor, registry: registry ?? undefined })
  audit.open().catch((error: unknown) => {
    notice('error', 'audit.unavailable', `the audit trail cannot be opened: ${thrownText(error)}`)
  })
  return { audit, rows: new AccessRows({ audit, adminRoles: access.jwt.admin_roles }) }
}
