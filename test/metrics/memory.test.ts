import v8 from 'node:v8'
import vm from 'node:vm'
import { expect, test } from 'vitest'
import { Registry } from '../../src/metrics/registry.ts'

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

test('many long values that are cut to one leave one series and nothing of themselves behind', () => {
  const registry = new Registry()
  const c = registry.counter('c_total', { labels: ['agent'] })
  const grown = kept(() => {
    for (let i = 0; i < 5000; i++) c.add(1, { agent: flat(`${'a'.repeat(1024)}${i}${'b'.repeat(10_000)}`) })
  })
  expect(c.trie.family.series.map(({ value }) => value)).toEqual([5000])
  expect(grown).toBeLessThan(5)
})

test('a cut value does not keep the text that it was cut from', () => {
  const registry = new Registry()
  const c = registry.counter('c_total', { labels: ['agent'] })
  const grown = kept(() => {
    for (let i = 0; i < 1000; i++) c.add(1, { agent: flat(`${i}${'b'.repeat(50_000)}`) })
  })
  expect(c.trie.family.series.length).toBe(1000)
  expect(grown).toBeLessThan(10)
})

test('attributes without a value leave no key behind past the limit of nodes', () => {
  const registry = new Registry()
  const c = registry.counter('c_total', { labels: null })
  c.add(1, { a: 1 })
  const grown = kept(() => {
    for (let i = 0; i < 100_000; i++) c.add(1, { a: 1, [`k${i}`]: undefined })
  })
  expect(c.trie.family.series.map(({ value }) => value)).toEqual([100_001])
  expect(grown).toBeLessThan(15)
})

test('metrics whose names are made of data are refused past ten thousand, and what is declared goes on', () => {
  const registry = new Registry()
  const first = registry.counter('first_total')
  for (let i = 0; i < 12_000; i++) registry.counter(`user_${i}_total`).add(1)
  first.add(1)
  const families = registry.families()
  expect(families.length).toBeLessThanOrEqual(10_000)
  expect(registry.counter('first_total')).toBe(first)
  expect(first.trie.family.series.map(({ value }) => value)).toEqual([1])
})
