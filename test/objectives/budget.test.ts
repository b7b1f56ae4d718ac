import { expect, test } from 'vitest'
import { budgetOf, burnOf, severityOf } from '../../src/objectives/budget.ts'
import { Kit, told } from './kit.ts'

const RATIO = `slos:
  - name: availability
    kind: ratio
    total: { metric: http_requests_total }
    bad: { metric: http_requests_total, labels: { status: "5*" } }
    objective: 0.99
    runbook: https://wiki.example.com/availability
`

/** Requests every ten seconds for some minutes; one of `every` fails. */
function traffic(kit: Kit, minutes: number, every: number): void {
  for (let i = 0; i < minutes * 6; i++) {
    for (let j = 1; j <= 20; j++) kit.request(5, j % every === 0 ? 500 : 200)
    kit.pass(10)
  }
}

const rates = (kit: Kit) => kit.of().burn_rates.map(({ rate, covered_seconds }) => [rate, covered_seconds])

test('a ratio is the good part of what was counted in the window [R-41]', () => {
  const kit = new Kit(RATIO)
  expect(told(kit.of())).toBe('no_data · null · null · there is no metric http_requests_total · 0')
  traffic(kit, 5, 1000)
  expect(told(kit.of())).toBe('met · 1 · counts · null · 300')
  traffic(kit, 1, 10)
  // 12 of 600 within five minutes.
  expect(told(kit.of())).toBe('breached · 0.98 · counts · null · 300')
  expect(kit.of()).toMatchObject({ unit: 'ratio', comparison: '>=', threshold: 0.99, percentile: null })
  traffic(kit, 5, 1000)
  expect(told(kit.of())).toBe('met · 1 · counts · null · 300')
})

test('exactly what is promised is kept, and good may be counted instead of bad', () => {
  const kit = new Kit(`slos:
  - { name: mails, kind: ratio, total: { metric: mails }, good: { metric: mails_total, labels: { result: "ok|read" } }, objective: 0.75 }
`)
  const mails = kit.registry.counter('mails', { labels: ['result'] })
  expect(told(kit.of())).toBe('no_data · null · null · nothing happened in the window · 0')
  mails.add(2, { result: 'ok' })
  mails.add(1, { result: 'read' })
  mails.add(1, { result: 'lost' })
  expect(told(kit.of())).toBe('met · 0.75 · counts · null · 0')
  mails.add(0.001, { result: 'lost' })
  expect(kit.of().status).toBe('breached')
})

test('a gauge counts nothing, and a part that does not exist is not taken for one that never happens', () => {
  const kit = new Kit(`slos:
  - { name: a, kind: ratio, total: { metric: jobs }, bad: { metric: waiting } }
  - { name: b, kind: ratio, total: { metric: jobs }, bad: { metric: errors } }
`)
  kit.registry.counter('jobs').add(1)
  kit.registry.gauge('waiting').set(1)
  expect(['a', 'b'].map((name) => told(kit.of(name)))).toEqual([
    'no_data · null · null · waiting is a gauge: it counts no events · 0',
    'no_data · null · null · there is no metric errors · 0',
  ])
})

test('the budget is spent over its window, and the burn rate says how fast [R-41]', () => {
  const kit = new Kit(RATIO)
  kit.request(5)
  kit.pass(10)
  traffic(kit, 50, 1000)
  traffic(kit, 10, 10)
  // 6 000 good ones, then 1 200 of which 120 failed; one request more at the beginning.
  const bad = 120 / 7201
  expect(kit.of().error_budget).toEqual({
    window_seconds: 2_592_000,
    covered_seconds: 3610,
    event_count: 7201,
    bad_count: 120,
    total: 0.01,
    consumed: Number((bad / 0.01).toPrecision(12)),
    remaining: Number((1 - bad / 0.01).toPrecision(12)),
  })
  expect(rates(kit)).toEqual([
    [10, 300],
    [Number((120 / 3600 / 0.01).toPrecision(12)), 1800],
    [Number((120 / 7200 / 0.01).toPrecision(12)), 3600],
    [Number((bad / 0.01).toPrecision(12)), 3610],
  ])
})

test('a fast burn over the long and the short window is critical, one that is over is not', () => {
  const rate = (window: string, rate: number | null, covered: number, seconds: number) => ({
    window,
    window_seconds: seconds,
    covered_seconds: covered,
    rate,
  })
  const severity = (five: number, hour: number, half: number, six: number) =>
    severityOf(false, [
      rate('5m', five, 300, 300),
      rate('30m', half, 1800, 1800),
      rate('1h', hour, 3600, 3600),
      rate('6h', six, 21_600, 21_600),
    ])
  expect([severity(14.4, 14.4, 0, 0), severity(14.4, 14.3, 0, 0), severity(0, 20, 0, 0)]).toEqual([
    'critical',
    null,
    null,
  ])
  expect([severity(0, 0, 6, 6), severity(0, 0, 6, 5.9), severity(0, 0, 5.9, 6)]).toEqual(['critical', null, null])
  expect([severityOf(true, []), severityOf(false, [])]).toEqual(['warning', null])
  // Three minutes of a process that has just begun are not an hour.
  const young = (burn: number) =>
    severityOf(true, [rate('5m', burn, 300, 300), rate('1h', burn, 360, 3600), rate('6h', null, 360, 21_600)])
  expect([young(100), young(144)]).toEqual(['warning', 'critical'])
})

test('a breach has a beginning, which stays until it is over', () => {
  const kit = new Kit(RATIO)
  traffic(kit, 30, 1000)
  expect(kit.objectives.breaches()).toEqual([])
  traffic(kit, 1, 10)
  const first = kit.objectives.breaches()
  expect(first).toEqual([
    {
      id: 'slo:availability',
      name: 'availability',
      class: 'slo',
      severity: 'warning',
      since: '2026-11-21T12:30:40.000Z',
      runbook: 'https://wiki.example.com/availability',
    },
  ])
  traffic(kit, 20, 1)
  expect(kit.objectives.breaches()).toEqual([{ ...first[0], severity: 'critical' }])
  traffic(kit, 50, 1000)
  expect(kit.of()).toMatchObject({ status: 'met', severity: null, since: null })
  expect(kit.objectives.breaches()).toEqual([])
})

test('where nothing may be bad there is no budget and no burn rate, and one bad event spends all', () => {
  const spent = (good: number) => ({ windowMs: 1000, coveredMs: 1000, good, total: 10 })
  expect(
    [budgetOf(1, spent(10)), budgetOf(1, spent(9))].map(({ total, consumed, remaining }) => [
      total,
      consumed,
      remaining,
    ]),
  ).toEqual([
    [0, 0, 1],
    [0, 1, 0],
  ])
  expect(burnOf(1, '5m', spent(9)).rate).toBe(null)
  const none = { windowMs: 1000, coveredMs: 1000, good: 0, total: 0 }
  expect([budgetOf(0.9, none).consumed, budgetOf(0.9, none).remaining, burnOf(0.9, '5m', none).rate]).toEqual([
    null,
    null,
    null,
  ])
})
