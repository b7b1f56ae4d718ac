// Rows as nobody would think of them: what applications may hand over, secrets and broken text among it.
import fc from 'fast-check'
import { METADATA_KEYS } from '../../src/audit/metadata.ts'
import { ACTOR_ROLES, type AuditEntry, RESULTS } from '../../src/audit/row.ts'

const name = fc.stringMatching(/^[A-Za-z][\w.:-]{0,20}$/).filter((text) => !text.startsWith('audit.'))
export const free = fc.string({ unit: 'binary', maxLength: 40 })
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  free,
  fc.bigInt(),
  fc.double(),
  fc.uint8Array({ maxLength: 20 }),
  fc.date(),
  fc.constantFrom('Bearer abcdef1234567890', '4111 1111 1111 1111', 'a@example.com', 'password=rosebud', '\0\ud800'),
)
export const metadata = fc.dictionary(fc.constantFrom(...METADATA_KEYS), value, { noNullPrototype: true })
export const entries: fc.Arbitrary<AuditEntry> = fc.record(
  {
    id: fc.uuid(),
    actor_user_id: fc.option(free.filter((text) => text.replaceAll('\0', '') !== '')),
    actor_role: fc.constantFrom(...ACTOR_ROLES),
    action: name,
    target_type: name,
    target_id: free.filter((text) => text.replaceAll('\0', '') !== ''),
    result: fc.constantFrom(...RESULTS),
    correlation_id: fc.stringMatching(/^[\w.:-]{1,128}$/),
    metadata,
    actor_ip: fc.option(fc.oneof(fc.ipV4(), fc.ipV6(), free)),
    user_agent: fc.option(fc.string({ maxLength: 800 })),
  },
  { requiredKeys: ['id', 'actor_role', 'action', 'target_type', 'target_id', 'result', 'correlation_id'] },
)
