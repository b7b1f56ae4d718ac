// Texts in which nothing was found are remembered: what is said of a text must not depend on what came before it.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Scope } from '../../src/model/attribute.ts'
import { LogRecord } from '../../src/model/log.ts'
import type { Finding } from '../../src/redact/key.ts'
import { Passed } from '../../src/redact/passed.ts'
import { type RedactOptions, Redactor } from '../../src/redact/redact.ts'

const scope = new Scope('test')

function told(redactor: Redactor, body: string, value = body): unknown[] {
  const record = new LogRecord(scope, 1, 9, 'INFO', body)
  record.attributes = ['note', value]
  redactor.log(record)
  return [record.body, record.attributes[1]]
}

const text = fc.oneof(
  fc.constantFrom('order placed', 'order p1aced', '', 'a', 'Bearer abc12345', 'pin: 12', 'pit: 12', 'a@b.example'),
  fc.constantFrom('0af76519-16cd-43dd-8448-eb211c80319c', 'see 4111 1111 1111 1111', 'see 4111 1111 1111 1112'),
  fc.string({ maxLength: 70 }),
  fc.string({ unit: 'binary', maxLength: 10 }),
)

test('a text is told the same however often and behind whatever it comes, by any policy', () => {
  const policies: RedactOptions[] = [{}, { emails: true }, { patterns: [{ name: 'own', pattern: /placed/g }] }]
  const kept = policies.map((options) => new Redactor(options))
  fc.assert(
    fc.property(fc.array(text, { maxLength: 8 }), (texts) => {
      for (const one of [...texts, ...texts, ...texts])
        for (const [i, options] of policies.entries())
          expect(told(kept[i]!, one)).toEqual([new Redactor(options).text(one), new Redactor(options).text(one)])
    }),
    { numRuns: 100 },
  )
})

test('what is found is found each time', () => {
  const found: Finding[] = []
  const redactor = new Redactor({ onFound: (finding) => void found.push(finding) })
  for (let i = 0; i < 4; i++) expect(told(redactor, 'pin: 12', 'fine')).toEqual(['pin: [REDACTED]', 'fine'])
  expect(found).toEqual(new Array(4).fill({ by: 'key', key: 'pin' }))
})

test('a text is remembered from its second time on, the last of its place, and none that is long', () => {
  const passed = new Passed()
  const again = (one: string) => {
    passed.saw(one)
    return passed.has(one)
  }
  expect([again('order placed'), again('order placed'), passed.has('order p1aced')]).toEqual([false, true, false])
  // One place, since first, middle and last character and the length are the same.
  expect([again('order pxaced'), passed.has('order placed'), again('order pxaced')]).toEqual([true, false, true])
  const long = 'x'.repeat(65)
  expect([again(long), again(long), again('x'.repeat(64)), again('x'.repeat(64))]).toEqual([false, false, false, true])
})
