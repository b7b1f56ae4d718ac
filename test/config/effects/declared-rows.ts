// Metrics that the file declares: what the application records under their names is shown as they say.
import { type Row, row, type Settings } from './row.ts'
import type { Service } from './service.ts'

/** The exposition of what the application records, bounds without sums; of the second histogram its count alone. */
async function shown(service: Service): Promise<unknown> {
  await service.start()
  const { counter, gauge, histogram } = service.product
  const labels = { kind: 'x' }
  counter('first_total').add(1, labels)
  gauge('first_level').set(1, labels)
  histogram('first_size').observe(3, labels)
  gauge('second_level').set(2)
  const lines = await service.scrape(/^(# HELP )?(first|second)_/)
  return lines
    .filter((line) => !/_sum[{ ]|first_size_count|second_size_bucket/.test(line))
    .map((line) => line.replace(',service="shop"', '').replace('service="shop",', '').replace('{service="shop"}', ''))
}

const help = (kind: string, name: string) => `# HELP ${name} The ${kind} ${name}, declared in the configuration.`
const bounds = (labels: string, from: number, ...values: (number | '+Inf')[]) =>
  values.map((le) => `first_size_bucket{${labels}le="${le}"} ${Number(le === '+Inf' ? from < 99 : le >= from)}`)

const COUNTER = [help('counter', 'first_total'), 'first_total{kind="x"} 1']
const GAUGE = [help('gauge', 'first_level'), 'first_level{kind="x"} 1']
const HISTOGRAM = [help('histogram', 'first_size'), ...bounds('kind="x",', 3, 2, 4, '+Inf')]
const SECOND = 'second_level 2'
const ALL = [...COUNTER, ...GAUGE, ...HISTOGRAM, SECOND]

/** What the application gets that records a label which nothing declares: a refusal, and what code alone declares. */
const UNDECLARED = {
  counters: [...GAUGE, ...HISTOGRAM, 'first_total 0', SECOND],
  gauges: [...COUNTER, ...HISTOGRAM, SECOND],
  histograms: [
    ...COUNTER,
    ...GAUGE,
    ...bounds('', 99, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, '+Inf'),
    SECOND,
  ],
} as const
const REFUSED = {
  counters: [...GAUGE, ...HISTOGRAM, SECOND],
  gauges: [...COUNTER, ...HISTOGRAM, SECOND],
  histograms: [...COUNTER, ...GAUGE, SECOND],
} as const

const base: Settings = {
  custom_metrics: {
    counters: [{ name: 'first_total', labels: ['kind'] }],
    gauges: [{ name: 'first_level', labels: ['kind'] }],
    histograms: [{ name: 'first_size', labels: ['kind'], buckets: [2, 4] }],
  },
}

function rows(list: 'counters' | 'gauges' | 'histograms', name: string): Row[] {
  const key = (leaf: string) => `custom_metrics.${list}[].${leaf}`
  const described = ALL.map((line) => line.replace(new RegExp(`(# HELP first_${name}) .*`), '$1 Things.'))
  return [
    row(key('name'), [`first_${name}`, `third_${name}`], shown, [ALL, UNDECLARED[list]], { base }),
    row(key('description'), [undefined, 'Things.'], shown, [ALL, described], { base }),
    row(key('labels'), [['kind'], ['sort']], shown, [ALL, REFUSED[list]], { base }),
  ]
}

const business = 'observability.prometheus.metrics.business'
const declared = [...COUNTER, ...GAUGE, ...HISTOGRAM]

export const DECLARED: readonly Row[] = [
  ...rows('counters', 'total'),
  ...rows('gauges', 'level'),
  ...rows('histograms', 'size'),
  row(
    'custom_metrics.histograms[].buckets',
    [[2, 4], [3]],
    shown,
    [ALL, [...COUNTER, ...GAUGE, HISTOGRAM[0], ...bounds('kind="x",', 3, 3, '+Inf'), SECOND]],
    { base },
  ),
  row(
    `${business}.custom_counters`,
    [undefined, ['second_total']],
    shown,
    [ALL, [...declared, help('counter', 'second_total'), 'second_total 0', SECOND]],
    { base },
  ),
  row(
    `${business}.custom_gauges`,
    [undefined, ['second_level']],
    shown,
    [ALL, [...declared, help('gauge', 'second_level'), SECOND]],
    { base },
  ),
  row(
    `${business}.custom_histograms`,
    [undefined, ['second_size']],
    shown,
    [ALL, [...declared, help('histogram', 'second_size'), 'second_size_count 0', SECOND]],
    { base },
  ),
]
