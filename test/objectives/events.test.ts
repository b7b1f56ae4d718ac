import { expect, test } from 'vitest'
import { Kit, told } from './kit.ts'

const PAIR = 'slos: [{ name: allocation, kind: event, threshold: 1s, percentile: 99, expire_after: 30s }]\n'

const pairOf = (kit: Kit) => kit.objectives.pairs.get('allocation')!

/** What the scrape shows of the pair: counts by result and reason, and the histogram's count. */
function shown(kit: Kit): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of ['slo_events_total', 'slo_events_rejected_total', 'slo_event_duration_seconds']) {
    for (const { attributes, value, count } of kit.registry.find(name)?.family.series ?? [])
      counts[String(attributes[3] ?? 'durations')] = name.endsWith('seconds') ? count : value
  }
  return counts
}

test('an allocation whose event comes within a second is good, one second later is not [G-21]', () => {
  const kit = new Kit(PAIR)
  const pair = pairOf(kit)
  for (const ms of [10, 500, 999, 1000]) {
    pair.began(ms)
    kit.time += ms
    pair.ended(ms)
  }
  expect(shown(kit)).toEqual({ good: 3, late: 1, expired: 0, durations: 4 })
  expect(told(kit.of())).toBe('breached · 1 · samples · null · 2.509')
  expect(kit.of()).toMatchObject({ comparison: '<', threshold: 1, objective: 0.99, event_count: 4 })
  expect(kit.of().error_budget).toMatchObject({ event_count: 4, bad_count: 1 })
})

test('of two processes, the one where it ends is told when it began [G-22]', () => {
  const kit = new Kit('slos: [{ name: allocation, kind: event, threshold: 5s }]\n')
  const pair = pairOf(kit)
  pair.endedSince(new Date(kit.time - 4999))
  pair.endedSince(kit.time - 5000)
  // The clock of the other machine is ahead.
  pair.endedSince(kit.time + 50)
  for (const wrong of [
    Number.NaN,
    new Date('never'),
    kit.time / 1000,
    kit.time + 61_000,
    '2026-11-21',
    null,
    undefined,
  ])
    pair.endedSince(wrong)
  expect(shown(kit)).toEqual({ good: 2, late: 1, expired: 0, durations: 3, invalid: 7 })
})

test('an end that does not come is bad, and when it comes later it counts no second time', () => {
  const kit = new Kit(PAIR)
  const pair = pairOf(kit)
  for (let i = 0; i < 3; i++) pair.began(i)
  pair.ended(0)
  kit.pass(20)
  pair.ended(1)
  kit.pass(20)
  expect([told(kit.of()), pair.waiting]).toEqual(['breached · null · samples · events did not end in time · 40', 0])
  pair.ended(2)
  expect(shown(kit)).toEqual({ good: 1, late: 1, expired: 1, durations: 2, unbegun: 1 })
  expect(kit.of().error_budget).toMatchObject({ event_count: 3, bad_count: 2 })
})

test('what began twice began once, and what ends without a beginning or twice is counted as that', () => {
  const kit = new Kit(PAIR)
  const pair = pairOf(kit)
  pair.began('a')
  kit.time += 900
  pair.began('a')
  kit.time += 200
  pair.ended('a')
  pair.ended('a')
  pair.ended('b')
  for (const key of ['', 'x'.repeat(257), null, undefined, {}, Symbol('s'), Number.NaN]) {
    pair.began(key)
    pair.ended(key)
  }
  const rest = { expired: 0, durations: 1, invalid: 14 }
  expect(shown(kit)).toEqual({ good: 0, late: 1, duplicate: 1, unbegun: 2, ...rest })
})

test('no more wait than may, and those beyond are dropped, counted and bring nothing down', () => {
  const kit = new Kit(PAIR)
  const pair = pairOf(kit)
  for (let i = 0; i < 10_005; i++) pair.began(i)
  expect([pair.waiting, shown(kit)['overflow']]).toEqual([10_000, 5])
  for (let i = 0; i < 10_005; i++) pair.ended(i)
  expect(shown(kit)).toEqual({ good: 10_000, late: 0, expired: 0, durations: 10_000, overflow: 5, unbegun: 5 })
  // More than are held one by one: the buckets tell.
  expect(told(kit.of())).toBe('met · 0.00495 · buckets · null · 0')
  kit.pass(310)
  expect(told(kit.of())).toBe('no_data · null · null · nothing happened in the window · 300')
})

test('events without an end are in the last bucket where samples are held no longer', () => {
  const kit = new Kit(PAIR)
  const pair = pairOf(kit)
  for (let i = 0; i < 100; i++) pair.began(`lost ${i}`)
  kit.pass(40)
  for (let i = 0; i < 4900; i++) {
    pair.began(i)
    pair.ended(i)
  }
  // 2 % of them, of which a p99 may be 1 %.
  expect(told(kit.of())).toBe('breached · 10 · buckets · more than 10, where the buckets end · 40')
  expect(kit.of().error_budget).toMatchObject({ event_count: 5000, bad_count: 100, consumed: 2, remaining: -1 })
})

test('the ids of events are in no label', () => {
  const kit = new Kit(PAIR)
  pairOf(kit).began('secret-id')
  pairOf(kit).ended('secret-id')
  pairOf(kit).ended('secret-id')
  const labels = kit.registry.exposition().flatMap(({ series }) => series.flatMap(({ attributes }) => attributes))
  expect(labels.filter((label) => String(label).includes('secret'))).toEqual([])
})
