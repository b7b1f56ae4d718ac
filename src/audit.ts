// Door `telltale/audit`: the append-only trail of who did what.
export type { Audit, RecordOptions } from './audit/audit.ts'
export { encode, GENESIS, type Head, hashOf } from './audit/chain.ts'
export { METADATA_KEYS, type Metadata, type MetadataKey } from './audit/metadata.ts'
export { type AuditOptions, openAudit } from './audit/open.ts'
export {
  ACTOR_ROLES,
  type ActorRole,
  type AuditEntry,
  type AuditResult,
  type AuditRow,
  type ChainedRow,
} from './audit/row.ts'
export { record, runningAudit } from './audit/running.ts'
export type { Break, Broken, Verification, VerifyOptions } from './audit/verify.ts'
