import { afterEach, expect, test } from 'vitest'
import { onNotice } from '../../src/base/notice.ts'
import { loadConfig } from '../../src/config/load.ts'
import { Registry } from '../../src/metrics/registry.ts'
import { familyFinder } from '../../src/objectives/source.ts'
import { Watchlist } from '../../src/objectives/watchlist.ts'
import { Kit } from './kit.ts'

const LEVELS = 'watch: 10, warn: 20, breach: 30'
const said: string[] = []
afterEach(() => void onNotice(undefined))

const brief = async (kit: Kit) =>
  (await kit.objectives.watchlist()).items.map(({ title, level, value, reason }) =>
    [title, level, value, reason].map(String).join(' · '),
  )

test('the register says what is planned, and a signal without a measure says so [G-31]', async () => {
  const kit = new Kit(`watchlist:
  - title: Usage rows
    status: in_progress
    phase: third quarter
    why: The daily sum slows down
    current_baseline: 2 million
    future_target: partitions by month
    progress: measured
    owners: [billing, platform]
    metric: usage_rows
    ${LEVELS.replaceAll(', ', '\n    ')}
    runbook: https://wiki.example.com/usage
  - title: Keys in a vault
`)
  kit.registry.gauge('usage_rows').set(25)
  expect(await kit.objectives.watchlist()).toEqual({
    generated_at: '2026-11-21T12:00:00.000Z',
    scope: 'single-instance',
    instance: 'a1',
    items: [
      {
        title: 'Usage rows',
        status: 'in_progress',
        phase: 'third quarter',
        why: 'The daily sum slows down',
        current_baseline: '2 million',
        future_target: 'partitions by month',
        progress: 'measured',
        owners: ['billing', 'platform'],
        level: 'warn',
        reason: null,
        value: 25,
        measured_at: '2026-11-21T12:00:00.000Z',
        source: 'metric',
        metric: 'usage_rows',
        direction: 'too_much',
        levels: { watch: 10, warn: 20, breach: 30 },
        since: '2026-11-21T12:00:00.000Z',
        runbook: 'https://wiki.example.com/usage',
      },
      {
        title: 'Keys in a vault',
        status: 'open',
        phase: null,
        why: '',
        current_baseline: '',
        future_target: '',
        progress: '',
        owners: [],
        level: 'no_data',
        reason: 'neither a metric nor a function measures it',
        value: null,
        measured_at: null,
        source: null,
        metric: null,
        direction: null,
        levels: { watch: null, warn: null, breach: null },
        since: null,
        runbook: null,
      },
    ],
  })
})

test('levels are reached at their number: rising ones by too much, falling ones by too little [G-31]', async () => {
  const kit = new Kit(`watchlist:
  - { title: rows, metric: rows, ${LEVELS} }
  - { title: free, metric: free, watch: 30, warn: 20, breach: 10 }
  - { title: last, metric: rows, breach: 20 }
  - { title: bare, metric: rows }
`)
  const [rows, free] = [kit.registry.gauge('rows'), kit.registry.gauge('free')]
  const seen: string[][] = []
  for (const value of [9, 10, 20, 30]) {
    rows.set(value)
    free.set(value)
    const { items } = await kit.objectives.watchlist()
    seen.push(items.map(({ level }) => level))
  }
  expect(seen).toEqual([
    ['ok', 'breach', 'ok', 'no_data'],
    ['watch', 'breach', 'ok', 'no_data'],
    ['warn', 'warn', 'breach', 'no_data'],
    ['breach', 'watch', 'breach', 'no_data'],
  ])
})

test('of several series the worst counts, of those that are meant', async () => {
  const kit = new Kit(`watchlist:
  - { title: lag, metric: lag, labels: { queue: "!test-*" }, ${LEVELS} }
  - { title: free, metric: lag, watch: 3, warn: 2, breach: 1 }
  - { title: none, metric: lag, labels: { queue: other }, ${LEVELS} }
  - { title: unknown, metric: nothing, ${LEVELS} }
`)
  const lag = kit.registry.gauge('lag', { labels: ['queue'] })
  for (const [queue, value] of [
    ['mails', 2],
    ['bills', 21],
    ['test-1', 99],
  ] as const)
    lag.set(value, { queue })
  expect(await brief(kit)).toEqual([
    'lag · warn · 21 · null',
    'free · warn · 2 · null',
    'none · no_data · null · lag has no such series',
    'unknown · no_data · null · there is no metric nothing',
  ])
})

test('what a callback observes is as old as the last collection, and nothing before the first', async () => {
  const kit = new Kit(`watchlist: [{ title: pool, metric: pool, ${LEVELS} }]\n`)
  kit.registry.observable('pool', {}, (report) => report(12))
  expect(await brief(kit)).toEqual(['pool · no_data · null · pool was not collected yet, or has no such series'])
  kit.registry.exposition()
  kit.time += 60_000
  const { items } = await kit.objectives.watchlist()
  expect(items[0]).toMatchObject({ level: 'watch', value: 12, measured_at: '2026-11-21T12:00:00.000Z' })
})

test('a function is asked when somebody looks, once for all who do, and its answer holds for the interval [G-31]', async () => {
  const kit = new Kit(`watchlist: [{ title: ledger, ${LEVELS} }]\n`)
  let asked = 0
  let rows = 5
  kit.functions.set('ledger', async () => {
    asked++
    return rows
  })
  expect(asked).toBe(0)
  const many = await Promise.all(Array.from({ length: 10 }, () => brief(kit)))
  expect([asked, new Set(many.flat())]).toEqual([1, new Set(['ledger · ok · 5 · null'])])
  rows = 30
  kit.time += 29_000
  expect([await brief(kit), asked]).toEqual([['ledger · ok · 5 · null'], 1])
  kit.time += 2000
  expect([await brief(kit), asked]).toEqual([['ledger · breach · 30 · null'], 2])
  expect(kit.objectives.breaches()).toEqual([
    {
      id: 'watchlist:ledger',
      name: 'ledger',
      class: 'watchlist',
      severity: 'warning',
      since: '2026-11-21T12:00:31.000Z',
      runbook: null,
    },
  ])
  // Another function for the same title is asked at once.
  kit.functions.set('ledger', () => 11)
  expect(await brief(kit)).toEqual(['ledger · watch · 11 · null'])
  kit.functions.delete('ledger')
  expect(await brief(kit)).toEqual(['ledger · no_data · null · neither a metric nor a function measures it'])
})

test('a function that throws, rejects, gives no number or never answers is a signal without a value, and its words stay here', async () => {
  onNotice(({ text }) => void said.push(text))
  const { config } = loadConfig({
    text: `name: shop\nwatchlist: [${['a', 'b', 'c', 'd', 'e'].map((title) => `{ title: ${title}, ${LEVELS} }`)}]\n`,
    env: {},
  })
  const watchlist = new Watchlist({
    declared: config.watchlist,
    functions: new Map<string, () => number | Promise<number>>([
      [
        'a',
        () => {
          throw new Error('relation "ledger" does not exist')
        },
      ],
      ['b', () => Promise.reject(new Error('connection refused'))],
      ['c', () => 'many' as unknown as number],
      ['d', () => new Promise(() => {})],
      ['e', () => 30],
    ]),
    find: familyFinder(new Registry(), ''),
    intervalMs: 1000,
    deadlineMs: 20,
    clock: { now: () => 0, monotonic: () => 0 },
  })
  await watchlist.refresh()
  expect(watchlist.items().map(({ level, reason }) => `${level} · ${reason}`)).toEqual([
    'no_data · the function failed',
    'no_data · the function failed',
    'no_data · the function gave no number',
    'no_data · the function took longer than 0.02 s',
    'breach · null',
  ])
  expect(said).toEqual([
    'the function that watches a failed: relation "ledger" does not exist',
    'the function that watches b failed: connection refused',
  ])
})
