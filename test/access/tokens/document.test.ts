import { expect, test } from 'vitest'
import { documentText, readDocument } from '../../../src/access/tokens/document.ts'
import type { StoredToken } from '../../../src/access/tokens/record.ts'
import { ID, OTHER_ID } from './kit.ts'

const HASH = `sha256:${'0123456789abcdef'.repeat(4)}`

/** Format 1 as it was first written: whatever comes later must be able to read it. */
const FIRST = `{
  "telltale_tokens": 1,
  "tokens": [
    {"token_id":"${ID}","hash":"${HASH}","scopes":["metrics:read","system/*.rs"],"label":"Köln","created_at":"2026-11-21T13:00:00.001Z","expires_at":"2026-12-21T13:00:00.000Z","revoked_at":null,"replaced_by":"${OTHER_ID}","accepted_until":"2026-11-22T13:00:00.000Z"},
    {"token_id":"${OTHER_ID}","hash":"${HASH}","scopes":["metrics:read"],"label":null,"created_at":"2026-11-22T12:00:00.000Z","expires_at":null,"revoked_at":"2026-11-23T00:00:00.000Z","replaced_by":null,"accepted_until":null}
  ]
}
`
const TOKENS: readonly StoredToken[] = [
  {
    id: ID,
    hash: HASH,
    scopes: ['metrics:read', 'system/*.rs'],
    label: 'Köln',
    createdAt: Date.UTC(2026, 10, 21, 13, 0, 0, 1),
    expiresAt: Date.UTC(2026, 11, 21, 13),
    revokedAt: null,
    replacedBy: OTHER_ID,
    acceptedUntil: Date.UTC(2026, 10, 22, 13),
  },
  {
    id: OTHER_ID,
    hash: HASH,
    scopes: ['metrics:read'],
    label: null,
    createdAt: Date.UTC(2026, 10, 22, 12),
    expiresAt: null,
    revokedAt: Date.UTC(2026, 10, 23),
    replacedBy: null,
    acceptedUntil: null,
  },
]

test('the first format is read and written as it ever was [R-24]', () => {
  expect(readDocument(FIRST, 'f')).toEqual(TOKENS)
  expect(documentText(TOKENS)).toBe(FIRST)
  expect(readDocument(documentText([]), 'f')).toEqual([])
})

test('a later format is refused by its number, whatever else it holds [R-24]', () => {
  const newer = JSON.stringify({ telltale_tokens: 2, tokens: 'in some other way' })
  expect(() => readDocument(newer, '/etc/t.json')).toThrow(
    'TOKENS_NEWER /etc/t.json: The tokens are in the format of a later version; they are left as they are; found format 2; allowed: 1. Use that version of telltale here too.',
  )
})

const one = (change: (entry: Record<string, unknown>) => void): string => {
  const document = JSON.parse(FIRST) as { tokens: Record<string, unknown>[] }
  change(document.tokens[0]!)
  return JSON.stringify(document)
}

test.each([
  ['', 'an empty file'],
  ['{', 'what is no JSON'],
  [FIRST.slice(0, -9), 'what is no JSON'],
  ['[]', 'no object'],
  ['null', 'no object'],
  ['{"tokens":[]}', 'no "telltale_tokens" at its head'],
  ['{"telltale_tokens":"1","tokens":[]}', 'no "telltale_tokens" at its head'],
  ['{"telltale_tokens":0,"tokens":[]}', 'no "telltale_tokens" at its head'],
  ['{"telltale_tokens":1}', 'keys that do not belong there'],
  ['{"telltale_tokens":1,"tokens":[],"more":1}', 'keys that do not belong there'],
  ['{"telltale_tokens":1,"tokens":[null]}', 'no usable token_id in tokens[0]'],
  [one((entry) => delete entry['revoked_at']), 'no usable revoked_at in tokens[0]'],
  [one((entry) => (entry['expires_at'] = 'never')), 'no usable expires_at in tokens[0]'],
  [one((entry) => (entry['created_at'] = 1)), 'no usable created_at in tokens[0]'],
  [one((entry) => (entry['token'] = 'x')), 'no usable set of keys in tokens[0]'],
  [one((entry) => (entry['token_id'] = OTHER_ID)), `${OTHER_ID} twice`],
])('%s is damaged, not empty [R-24]', (text, found) => {
  expect(() => readDocument(text, '/etc/t.json')).toThrow(
    `TOKENS_CORRUPT /etc/t.json: What should hold the tokens holds something else; it is left as it is; found ${found}.`,
  )
})
