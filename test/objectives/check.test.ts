import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { customDefinitions } from '../../src/metrics/custom.ts'
import { checkObjectives } from '../../src/objectives/check.ts'
import { folder, run } from '../cli/run.ts'
import { ROOT } from '../house/source.ts'
import { Kit } from './kit.ts'

const faults = (slos: string, custom = '') => {
  const { config } = loadConfig({ text: `name: shop\nslos:\n${slos}${custom}`, env: {} })
  const definitions = customDefinitions(config.observability.prometheus.metrics.business, config.custom_metrics)
  return checkObjectives(config.slos, definitions).map(({ detail: { subject, found, allowed } }) =>
    [subject, found, allowed].join(' · '),
  )
}

test('an objective over a metric of another kind is a fault, where the kind is known', () => {
  const custom = `custom_metrics: { counters: [{ name: orders }], gauges: [{ name: depth }], histograms: [{ name: steps }] }\n`
  expect(
    faults(
      `  - { name: a, metric: http_requests_total, threshold: 1s }
  - { name: b, metric: orders_total, threshold: 1s }
  - { name: c, metric: steps, threshold: 1s }
  - { name: d, metric: somebody_elses, threshold: 1s }
  - { name: e, kind: ratio, total: { metric: orders }, bad: { metric: depth } }
  - { name: f, kind: ratio, total: { metric: queue_in_flight }, good: { metric: steps } }
`,
      custom,
    ),
  ).toEqual([
    'slos[0].metric · the counter http_requests_total · a histogram',
    'slos[1].metric · the counter orders_total · a histogram',
    'slos[4].bad.metric · the gauge depth · a counter, or a histogram',
    'slos[5].total.metric · the gauge queue_in_flight · a counter, or a histogram',
  ])
})

test('a label that the metric never has is a fault: what it selects would never happen', () => {
  const custom = 'custom_metrics: { counters: [{ name: orders, labels: [result] }, { name: bare }] }\n'
  expect(
    faults(
      `  - { name: a, metric: http_request_duration_seconds, labels: { status_code: "2*", route: /a, user_agent: x }, threshold: 1s }
  - { name: b, kind: ratio, total: { metric: orders }, bad: { metric: orders, labels: { status: failed } } }
  - { name: c, kind: ratio, total: { metric: bare }, bad: { metric: bare, labels: { a: b } } }
  - { name: d, kind: ratio, total: { metric: function_calls_total }, bad: { metric: function_calls_total, labels: { mine: b } } }
`,
      custom,
    ),
  ).toEqual([
    'slos[0].labels · label status_code · method, route, status, user_agent, client_address',
    'slos[1].bad.labels · label status · result',
    'slos[2].bad.labels · label a · no label, bare has none',
  ])
})

test('telltale check finds it, with its place', async () => {
  const text = 'name: shop\nslos: [{ name: a, metric: queue_lag, threshold: 1s }]\n'
  expect(await run(folder({ 'shop.yaml': text }), ['check', 'shop.yaml'])).toEqual({
    code: 2,
    out: '',
    err: 'shop.yaml:2:27 CONFIG_CONFLICT slos[0].metric: Two settings contradict each other; found the gauge queue_lag; allowed: a histogram. Keep one of the two.\n',
  })
})

test('the six promises of the example, and its three tables, have no fault [G-17] [G-18] [G-19] [G-20] [G-21] [G-22]', async () => {
  const example = readFileSync(join(ROOT, 'examples/objectives.yaml'), 'utf8')
  expect(await run(folder({ 'telltale.yaml': example }), ['check'])).toEqual({
    code: 0,
    out: 'telltale.yaml: no faults\n',
    err: '',
  })
  const kit = new Kit(example.replace(/^name:.*$/m, ''))
  expect(
    kit.objectives
      .objectives()
      .objectives.map(({ name, percentile, comparison, threshold, status }) =>
        [name, `p${percentile} ${comparison} ${threshold}`, status].join(' · '),
      ),
  ).toEqual([
    'api-p95 · p95 < 0.3 · no_data',
    'api-p99 · p99 < 1 · no_data',
    'membership-p95 · p95 <= 0.02 · no_data',
    'membership-p99 · p99 <= 0.05 · no_data',
    'allocation-event · p99 < 1 · no_data',
    'webhook-credit · p99 < 5 · no_data',
  ])
})
