// The encoding that hashes are made of, the allow-list and sanitising, as properties.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chained, EMPTY, encode, hashOf } from '../../src/audit/chain.ts'
import { canonical, type Json, METADATA_KEYS, metadataOf } from '../../src/audit/metadata.ts'
import { type AuditEntry, type AuditRow, draftOf } from '../../src/audit/row.ts'
import { Redactor } from '../../src/redact/redact.ts'
import { entries, free, metadata } from './arbitrary.ts'
import { entry } from './kit.ts'

const redactor = new Redactor({ emails: true })
const AT = Date.parse('2026-03-04T05:06:07.089Z')
const RUNS = { numRuns: 200 }

/** Any row at all, also such as nobody would write. */
const text = fc.option(free)
const rows = fc.record({
  id: free,
  actor_user_id: text,
  actor_role: free,
  action: free,
  target_type: free,
  target_id: free,
  result: free,
  correlation_id: free,
  metadata: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { noNullPrototype: true }),
  created_at: free,
  actor_ip: text,
  user_agent: text,
}) as unknown as fc.Arbitrary<AuditRow>

/** What a reader of the encoding finds: version, hash before, fields in order. */
function decode(bytes: Buffer): unknown {
  const fields: (string | null)[] = []
  let at = 33
  while (at < bytes.length) {
    if (bytes[at] === 0) {
      fields.push(null)
      at++
      continue
    }
    const length = bytes.readUInt32BE(at + 1)
    fields.push(bytes.toString('utf8', at + 5, at + 5 + length))
    at += 5 + length
  }
  return [bytes[0], bytes.toString('hex', 1, 33), ...fields]
}

const plain = (one: string | null) => one && Buffer.from(one, 'utf8').toString('utf8')

test('every field is read back from the encoding, so that no two different rows are encoded alike [G-16]', () => {
  fc.assert(
    fc.property(rows, fc.stringMatching(/^[0-9a-f]{64}$/), (row, before) => {
      const { metadata: _, ...fields } = row
      const shown = Object.entries(fields).map(([key, one]) => [key, plain(one)])
      const { id, ...rest } = Object.fromEntries(shown) as Record<string, string | null>
      const { created_at, actor_ip, user_agent, ...first } = rest
      expect(decode(encode(row, before))).toEqual([
        ...[1, before, id, ...Object.values(first)],
        ...[plain(canonical(row.metadata as Json)), created_at, actor_ip, user_agent],
      ])
    }),
    RUNS,
  )
})

test('an encoding is known by its bytes: whoever changes it breaks every trail there is', () => {
  const id = '00000000-0000-4000-8000-000000000001'
  const given = { ...entry({ id, correlation_id: 'c', metadata: { reason: 'ü', old_value: { b: 1, a: [null] } } }) }
  const row = chained(draftOf(given, redactor), EMPTY, AT)
  expect(row).toEqual({
    id,
    actor_user_id: 'u-1',
    actor_role: 'user',
    action: 'order.cancel',
    target_type: 'order',
    target_id: '42',
    result: 'success',
    correlation_id: 'c',
    metadata: { reason: 'ü', old_value: { b: 1, a: [null] } },
    created_at: '2026-03-04T05:06:07.089Z',
    actor_ip: null,
    user_agent: null,
    seq: 1,
    prev_hash: '0'.repeat(64),
    hash: row.hash,
  })
  expect(decode(encode(row, row.prev_hash))).toEqual([
    ...[1, '0'.repeat(64), id, 'u-1', 'user', 'order.cancel', 'order', '42', 'success', 'c'],
    ...['{"old_value":{"a":[null],"b":1},"reason":"ü"}', '2026-03-04T05:06:07.089Z', null, null],
  ])
  expect(row.hash).toMatchInlineSnapshot(`"26bdbf991d7e7ca718bd14dacedb6a29f2a21078cd919ac55da57f87f16ae488"`)
})

test('metadata is one text whatever order its keys came in, and whoever stored it in between', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (given) => {
      const json = given as Json
      expect(canonical(JSON.parse(canonical(json)))).toBe(canonical(json))
      const turned = JSON.parse(JSON.stringify(json), (_, one: unknown) =>
        typeof one === 'object' && one !== null && !Array.isArray(one)
          ? Object.fromEntries(Object.entries(one).reverse())
          : one,
      ) as Json
      expect(canonical(turned)).toBe(canonical(json))
    }),
    RUNS,
  )
})

test('a row is sanitised as far as it goes: once more changes nothing, and it is JSON that every store holds [G-12] [G-13]', () => {
  fc.assert(
    fc.property(entries, (given) => {
      const draft = draftOf(given, redactor)
      expect(draftOf(draft as AuditEntry, redactor)).toEqual(draft)
      const written = JSON.stringify(draft)
      expect(JSON.parse(written)).toEqual(draft)
      expect(written).not.toMatch(/\\u0000|\\ud[89a-f]/)
      expect(hashOf({ ...draft, created_at: 'x' }, EMPTY.hash)).toBe(
        hashOf({ ...(JSON.parse(written) as AuditRow), created_at: 'x' }, EMPTY.hash),
      )
    }),
    RUNS,
  )
})

test('each of the twelve keys is kept, and any other refuses the row and is named, whatever it is [G-15]', () => {
  expect([...METADATA_KEYS].sort()).toEqual([
    ...['allocation_id', 'error_code', 'idempotency_key_hash', 'new_value', 'node_id', 'old_value', 'policy_key'],
    ...['provider_ref', 'reason', 'request_scope', 'status_from', 'status_to'],
  ])
  const all = Object.fromEntries([...METADATA_KEYS].sort().map((key) => [key, key]))
  expect(metadataOf(all, redactor)).toEqual(all)
  fc.assert(
    fc.property(metadata, fc.string({ maxLength: 200 }), (given, key) => {
      fc.pre(!METADATA_KEYS.includes(key as never))
      const more = Object.defineProperty({ ...given }, key, { value: 'rosebud', enumerable: true })
      let thrown: unknown
      try {
        draftOf(entry({ metadata: more }), redactor)
      } catch (error) {
        thrown = error
      }
      expect(thrown).toMatchObject({ name: 'Fault', code: 'AUDIT_KEY' })
      expect(String(thrown)).not.toContain('rosebud')
      expect(String(thrown).length).toBeLessThan(1000)
    }),
    RUNS,
  )
  expect(() => draftOf(entry({ metadata: { reason: 'x', old_vlaue: 1, note: 2 } as never }), redactor)).toThrow(
    'AUDIT_KEY metadata.old_vlaue: The audit row has a metadata key that is not allowed, so nothing was written; found old_vlaue, note; allowed: reason, policy_key, old_value, new_value, status_from, status_to, error_code, request_scope, idempotency_key_hash, provider_ref, allocation_id, node_id. Use one of the twelve keys.',
  )
})

test('values are sanitised by the configured rules, with their key and shape kept [G-13] [G-15]', () => {
  const strict = new Redactor({ keys: ['maiden_name'], emails: true })
  const kept = metadataOf(
    {
      old_value: { password: 'rosebud', maidenName: 'Kane', tags: ['a@example.com', 7], n: 1n, at: new Date(AT) },
      new_value: 'Authorization: Bearer abcdef1234567890',
      reason: 'card 4111 1111 1111 1111',
      provider_ref: new URL('https://user:secret@example.com/?token=abc'),
      node_id: Buffer.from('node'),
      // What is a secret once the character is gone that no database holds.
      error_code: 'Bea\0rer abcdef1234567890',
    },
    strict,
  )
  expect(kept).toEqual({
    error_code: 'Bearer [REDACTED]',
    new_value: 'Authorization: [REDACTED]',
    node_id: 'bm9kZQ==',
    old_value: {
      password: '[REDACTED]',
      maidenName: '[REDACTED]',
      tags: ['[REDACTED]', 7],
      n: '1',
      at: '2026-03-04T05:06:07.089Z',
    },
    provider_ref: 'https://REDACTED:REDACTED@example.com/?token=REDACTED',
    reason: 'card [REDACTED]',
  })
})

test('who it was is kept where telemetry would not show it, and a token is not who it was [G-12]', () => {
  const actor = (actor_user_id: string | number) => draftOf(entry({ actor_user_id }), redactor).actor_user_id
  expect(actor('kane@example.com')).toBe('kane@example.com')
  expect(actor('4111111111111111')).toBe('4111111111111111')
  expect(actor(17)).toBe('17')
  expect(actor('Bearer abcdef1234567890')).toBe('Bearer [REDACTED]')
})

test('every length is bounded: what a client writes is cut, what the code writes is refused', () => {
  const long = 'lorem '.repeat(5000)
  const cut = draftOf(entry({ user_agent: long, metadata: { reason: long, old_value: { long } } }), redactor)
  expect([cut.user_agent?.length, (cut.metadata.reason as string).length, cut.metadata.old_value]).toEqual([
    512,
    1365,
    '[SIZE]',
  ])
  const refused = [{ action: long }, { target_type: long }, { target_id: long }, { actor_user_id: long }]
  const more = [
    { correlation_id: long },
    { id: 'no-uuid' },
    { actor_role: 'root' },
    { result: 'ok' },
    { target_id: '' },
  ]
  for (const wrong of [...refused, ...more, { actor_email: 'x' }, { metadata: [] }, { action: 'audit.prune' }]) {
    expect(() => draftOf(entry(wrong as never), redactor)).toThrow(/^AUDIT_ROW /)
  }
  expect(draftOf(entry({ actor_ip: 'not an address' }), redactor).actor_ip).toBe(null)
})

test('values that throw or never end are kept as what they are, and fail nobody', () => {
  const cycle: Record<string, unknown> = { a: 1 }
  cycle['self'] = cycle
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const getter = {
    get a(): never {
      throw new Error('no')
    },
  }
  const given = { old_value: cycle, new_value: proxy, reason: getter, status_from: () => 1, status_to: Number.NaN }
  expect(metadataOf(given, redactor)).toEqual({
    new_value: '[UNREADABLE]',
    old_value: { a: 1, self: '[CYCLE]' },
    reason: { a: '[UNREADABLE]' },
    status_from: '[Function]',
    status_to: 'NaN',
  })
})
