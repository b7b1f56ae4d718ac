// How metrics are named and bounded, and the metrics that the application declares.

import { count, duration, entry, type Fields, list, number, section, text } from './kind.ts'
import { BUCKETS } from './prometheus.ts'

const label = text('A label.', { as: 'label', required: true })
const bound = number('A bound.', { required: true })

export const metrics = section('How metrics are named and bounded.', {
  namespace: text('Prefix of the metrics that we define.', { as: 'namespace', default: '' }),
  views: list(
    'Changes to metrics by name.',
    entry('A view.', {
      name: text('Metric to change, by either of its names; a trailing * stands for anything.', {
        as: 'word',
        required: true,
      }),
      rename: text('New name.', { as: 'metric' }),
      alias: text('Second name, shown beside the first.', { as: 'metric' }),
      drop_labels: list('Labels to leave out; their series are added up.', label),
      buckets: list('Bounds of the histogram.', bound, { min: 1, rising: true }),
    }),
  ),
  buffer: section('The queue of the event-based collector.', {
    size: count('Events that wait; beyond it new ones are dropped and counted.', { min: 1, default: 10_000 }),
    flush_count: count('Events that cause a flush.', { min: 1, default: 100 }),
    flush_interval: duration('Time that causes a flush.', { default: '100ms' }),
  }),
  limits: section('What one metric may hold. What goes beyond is added to one overflow series and counted.', {
    series: count('Series per metric.', { min: 1, default: 2000 }),
    nodes: count(
      'Nodes of the label tree per metric; beyond it look-ups are slower, nothing is lost. Default: eight times `series`.',
      { min: 1 },
    ),
    value_length: count('Characters of a label value.', { min: 1, default: 1024 }),
  }),
})

const declared: Fields = {
  name: text('Name of the metric.', { as: 'metric', required: true }),
  description: text('Help text.', { default: '' }),
  labels: list('Labels; exactly these.', label),
}

export const custom_metrics = section('Metrics of the application.', {
  counters: list('Counters.', entry('A counter.', declared)),
  gauges: list('Gauges.', entry('A gauge.', declared)),
  histograms: list(
    'Histograms.',
    entry('A histogram.', {
      ...declared,
      buckets: list('Bounds.', bound, { default: BUCKETS, min: 1, rising: true }),
    }),
  ),
})
