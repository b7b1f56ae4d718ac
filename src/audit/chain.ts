// How rows hold on to each other: each carries the hash of the one before it, and its own over that and all of its fields.
// The encoding begins with its version, and every field says its length, so that no two rows are written alike.
import { createHash } from 'node:crypto'
import { canonical, type Json } from './metadata.ts'
import type { AuditRow, ChainedRow, Draft } from './row.ts'

const VERSION = 1
/** What the first row follows. */
export const GENESIS = '0'.repeat(64)

/** The last row; `seq` 0 where there is none yet. */
export interface Head {
  readonly seq: number
  readonly hash: string
}

export const EMPTY: Head = { seq: 0, hash: GENESIS }

const FIELDS = [
  ...(['id', 'actor_user_id', 'actor_role', 'action', 'target_type', 'target_id', 'result'] as const),
  ...(['correlation_id', 'metadata', 'created_at', 'actor_ip', 'user_agent'] as const),
] as const

/**
 * Version 1: the byte 1; the 32 bytes of the hash before; then each field of G-16 in its order: the byte 0 for null, else
 * the byte 1, the length in bytes as 32 bits big-endian, and UTF-8. Metadata is canonical JSON.
 */
export function encode(row: AuditRow, prevHash: string): Buffer {
  const parts: Buffer[] = [Buffer.of(VERSION), Buffer.from(prevHash.padEnd(64, '0').slice(0, 64), 'hex')]
  for (const field of FIELDS) {
    const value = field === 'metadata' ? canonical(row.metadata as Json) : row[field]
    if (value === null) {
      parts.push(Buffer.of(0))
      continue
    }
    const text = Buffer.from(value, 'utf8')
    const head = Buffer.alloc(5)
    head[0] = 1
    head.writeUInt32BE(text.length, 1)
    parts.push(head, text)
  }
  return Buffer.concat(parts)
}

/** SHA-256 of the encoding, lower-case hexadecimal. */
export function hashOf(row: AuditRow, prevHash: string): string {
  return createHash('sha256').update(encode(row, prevHash)).digest('hex')
}

/** `draft` as the row after `head`. */
export function chained(draft: Draft, head: Head, at: number): ChainedRow {
  const row: AuditRow = { ...draft, created_at: new Date(at).toISOString() }
  return { ...row, seq: head.seq + 1, prev_hash: head.hash, hash: hashOf(row, head.hash) }
}
