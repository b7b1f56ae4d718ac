import v8 from 'node:v8'
import vm from 'node:vm'
import { expect, test } from 'vitest'
import { Redactor } from '../../src/redact/redact.ts'

v8.setFlagsFromString('--expose-gc')
const gc = vm.runInNewContext('gc') as () => void

/** Megabytes that `work` left behind. */
function kept(work: () => void): number {
  gc()
  const before = process.memoryUsage().heapUsed
  work()
  gc()
  return (process.memoryUsage().heapUsed - before) / 1e6
}

/** A text that is no slice or rope of another. */
const flat = (text: string) => Buffer.from(text).toString('latin1')

test('what is remembered of keys and values keeps none of the long texts that they stood in', () => {
  const redactor = new Redactor()
  const grown = kept(() => {
    for (let i = 0; i < 2000; i++) {
      redactor.url(flat(`/p?a_key_of_its_own_${i}=1&x=${'y'.repeat(15_000)}`))
      redactor.url(flat(`/p?${'y'.repeat(15_000)}${i}=1`))
      redactor.url(flat(`/${'x'.repeat(15_000)}?a=k:a value of its own ${i}&b=c`))
    }
  })
  expect(grown).toBeLessThan(5)
  expect(redactor.text('token: a\ud800b')).toBe('token: [REDACTED]')
  for (let i = 0; i < 2; i++) expect(redactor.text('size: a\ud800b')).toBe('size: a\ud800b')
})
