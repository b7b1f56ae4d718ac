import { expect, test } from 'vitest'
import { faults, named } from './load.ts'

const conflict = (text: string) =>
  faults(`name: shop\n${text}`).map((line) =>
    line.replace(/ Two settings contradict each other;| Keep one of the two\./g, ''),
  )

test('an objective is a latency unless it says otherwise, over five minutes, with a budget of thirty days [G-17]', () => {
  expect(named('slos: [{ name: api, metric: m, threshold: 300ms }]\n').config.slos).toEqual([
    {
      name: 'api',
      description: '',
      kind: 'latency',
      metric: 'm',
      labels: {},
      comparison: '<',
      threshold: 300,
      window: 300_000,
      budget_window: 2_592_000_000,
    },
  ])
})

test('a ratio and a pair of events have keys of their own [G-21]', () => {
  const text = `slos:
  - { name: a, kind: ratio, total: { metric: t }, bad: { metric: t, labels: { status: "5*" } }, objective: 0.99 }
  - { name: b, kind: event, threshold: 1s, comparison: "<=", percentile: 99, expire_after: 1m }
`
  expect(named(text).config.slos).toEqual([
    {
      name: 'a',
      description: '',
      kind: 'ratio',
      labels: {},
      comparison: '<',
      total: { metric: 't', labels: {} },
      bad: { metric: 't', labels: { status: '5*' } },
      objective: 0.99,
      window: 300_000,
      budget_window: 2_592_000_000,
    },
    {
      name: 'b',
      description: '',
      kind: 'event',
      labels: {},
      percentile: 99,
      comparison: '<=',
      threshold: 1000,
      window: 300_000,
      budget_window: 2_592_000_000,
      expire_after: 60_000,
    },
  ])
})

test('an objective that lacks what its kind needs, or has what its kind does not look at, is a fault', () => {
  const text = `slos:
  - { name: a }
  - { name: b, kind: ratio }
  - { name: c, kind: ratio, total: { metric: t }, good: { metric: g }, bad: { metric: b }, threshold: 1s }
  - { name: d, kind: event, metric: m, threshold: 1s, expire_after: 500ms }
  - { name: e, metric: m, threshold: 1s, percentile: 0, objective: 1 }
  - { name: f, kind: share, total: { metric: t } }
`
  expect(conflict(text)).toEqual([
    'telltale.yaml:3:5 CONFIG_CONFLICT slos[0]: found kind latency without metric.',
    'telltale.yaml:3:5 CONFIG_CONFLICT slos[0]: found kind latency without threshold.',
    'telltale.yaml:4:5 CONFIG_CONFLICT slos[1]: found kind ratio without total.',
    'telltale.yaml:4:5 CONFIG_CONFLICT slos[1]: found neither good nor bad; allowed: one of the two.',
    'telltale.yaml:5:5 CONFIG_CONFLICT slos[2]: found good and bad; allowed: one of the two.',
    'telltale.yaml:5:103 CONFIG_CONFLICT slos[2].threshold: found threshold of kind ratio, which does not look at it.',
    'telltale.yaml:6:37 CONFIG_CONFLICT slos[3].metric: found metric of kind event, which does not look at it.',
    'telltale.yaml:6:69 CONFIG_CONFLICT slos[3].expire_after: found less than the threshold; allowed: at least the threshold.',
    'telltale.yaml:7:54 CONFIG_CONFLICT slos[4].percentile: found 0; allowed: more than 0, at most 100.',
    'telltale.yaml:7:68 CONFIG_CONFLICT slos[4].objective: found 1; allowed: between 0 and 1.',
    'telltale.yaml:8:22 CONFIG_VALUE slos[5].kind: The value is not allowed; found "share"; allowed: latency, ratio, event. Write one of the values that are allowed.',
  ])
})

test('levels of a signal rise or fall, and any of them may be left out [G-31]', () => {
  const text = `watchlist:
  - { title: a, metric: m, watch: 1, warn: 2, breach: 3 }
  - { title: b, metric: m, watch: 3, warn: 2, breach: 1 }
  - { title: c, metric: m, breach: 1 }
  - { title: d, metric: m, watch: 1, breach: 0 }
  - { title: e, metric: m, watch: 1, warn: 3, breach: 2 }
  - { title: f, metric: m, watch: 1, warn: 1 }
`
  expect(conflict(text)).toEqual([
    'telltale.yaml:7:55 CONFIG_CONFLICT watchlist[4].breach: found watch 1, warn 3, breach 2; allowed: levels that rise (too much) or fall (too little).',
    'telltale.yaml:8:44 CONFIG_CONFLICT watchlist[5].warn: found watch 1, warn 1; allowed: levels that rise (too much) or fall (too little).',
  ])
})
