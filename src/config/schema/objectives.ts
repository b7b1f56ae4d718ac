// Service level objectives, the watchlist and alerts.
import { block, choice, duration, entry, list, map, number, text } from './kind.ts'

const name = text('Unique name.', { as: 'word', required: true })

const labels = map(
  'Label values that select the series; `*` stands for any text, a bar for or, `!` at the front for not.',
  'label',
  text('A value.', { required: true }),
)

const counted = {
  metric: text('Counter, or histogram whose observations are counted.', { as: 'metric', required: true }),
  labels,
}

export const slos = list(
  'Service level objectives.',
  entry('An objective.', {
    name,
    description: text('What the objective promises.', { default: '' }),
    kind: choice(
      '`latency`: a percentile of a histogram. `ratio`: the good part of what is counted. `event`: the time from one event to another, as `telltale/objectives` is told.',
      ['latency', 'ratio', 'event'],
      { default: 'latency' },
    ),
    metric: text('Histogram that is judged, in seconds; for `latency`.', { as: 'metric' }),
    labels,
    percentile: number('Percentile that is compared; 95, or what `objective` says. Not for `ratio`.', {
      min: 0,
      max: 100,
    }),
    comparison: choice('How it is compared with the threshold.', ['<', '<='], { default: '<' }),
    threshold: duration('The bound; for `latency` and `event`.', { max: '30d' }),
    total: block('Everything that is counted; for `ratio`.', counted),
    good: block('The good part of it; for `ratio`, unless `bad` says which part is not.', counted),
    bad: block('The bad part of it; for `ratio`, unless `good` says which part is not.', counted),
    objective: number('Promised part of good events; what `percentile` says, or 0.999 for `ratio`.', {
      min: 0,
      max: 1,
    }),
    window: duration('Window over which it is judged.', { default: '5m', min: '1s', max: '90d' }),
    budget_window: duration('Window over which the error budget is spent.', { default: '30d', min: '1m', max: '90d' }),
    expire_after: duration(
      'After this an event that has no end counts as bad; ten times the threshold, at least 10s. For `event`.',
      { max: '30d' },
    ),
    runbook: text('Where to read what to do.'),
  }),
)

export const watchlist = list(
  'Signals to watch before they become incidents.',
  entry('A signal.', {
    title: text('Unique title.', { as: 'word', required: true }),
    status: choice('How far the work is.', ['open', 'planned', 'in_progress', 'done'], { default: 'open' }),
    phase: text('When the work is planned.'),
    why: text('Why it matters.', { default: '' }),
    current_baseline: text('Where it stands.', { default: '' }),
    future_target: text('Where it should be.', { default: '' }),
    progress: text('What was done.', { default: '' }),
    owners: list('Who cares for it.', text('An owner.', { as: 'word', required: true })),
    metric: text('Series that is compared with the levels; of several the worst.', { as: 'metric' }),
    labels,
    watch: number('Level to look at. Levels that rise bound too much, levels that fall too little.'),
    warn: number('Level to worry about.'),
    breach: number('Level that is too much, or too little.'),
    runbook: text('Where to read what to do.'),
  }),
)

export const alerts = list(
  'Alerts, for the generated Prometheus rules.',
  entry('An alert.', {
    name,
    condition: text('PromQL condition.', { as: 'word', required: true }),
    duration: duration('How long the condition must hold.', { default: '5m', min: '0s', max: '7d' }),
    severity: choice('How bad it is.', ['info', 'warning', 'critical'], { default: 'warning' }),
    description: text('What a person should know.', { default: '' }),
    runbook: text('Where to read what to do.'),
  }),
)
