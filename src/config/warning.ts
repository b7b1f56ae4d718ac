// What is allowed but probably not meant. Warnings never stop anything; `start` says each once.
import type { FaultPlace } from '../base/fault.ts'
import type { Origin } from './tree.ts'
import { place } from './yaml.ts'

export type WarningCode =
  | 'ENV_IGNORED'
  | 'EXPORTER_PATH'
  | 'EXPORTER_PLAINTEXT'
  | 'EXPORTER_DUPLICATE'
  | 'GUARD_OFF'
  | 'GUARD_NO_CREDENTIAL'
  | 'GUARD_METHOD'
  | 'ACCESS_NO_CREDENTIAL'
  | 'KEYS_PLAINTEXT'
  | 'LIMIT_NOT_SHARED'
  | 'PROXY_ANYBODY'
  | 'TOKENS_NO_URL'
  | 'ACCESS_OPEN'
  | 'AUDIT_NO_URL'
  | 'PEER_MISSING'

export interface Warning {
  readonly code: WarningCode
  readonly text: string
  /** A dotted path or the name of a variable. */
  readonly subject?: string
  readonly where?: FaultPlace
}

export function warning(code: WarningCode, text: string, subject?: string, at?: Origin): Warning {
  const where = place(at)
  return { code, text, ...(subject !== undefined && { subject }), ...(where && { where }) }
}

/** `file:line:column CODE subject: text` on one line. */
export function warningText({ code, text, subject, where }: Warning): string {
  const at = where ? `${where.file}${where.line ? `:${where.line}:${where.column ?? 1}` : ''} ` : ''
  return `${at}${code} ${subject ? `${subject}: ` : ''}${text}`
}
