// Service level objectives, the watchlist and alerts.
import { choice, duration, entry, list, map, number, text } from './kind.ts'

const name = text('Unique name.', { as: 'word', required: true })

export const slos = list(
  'Service level objectives.',
  entry('An objective.', {
    name,
    description: text('What the objective promises.', { default: '' }),
    metric: text('Histogram that is judged.', { as: 'metric', required: true }),
    labels: map('Label values that select the series.', 'label', text('A value.', { required: true })),
    percentile: number('Percentile that is compared.', { min: 0, max: 100, default: 95 }),
    comparison: choice('How it is compared with the threshold.', ['<', '<='], { default: '<' }),
    threshold: duration('The bound.', { max: '30d' }),
    window: duration('Window over which it is judged.', { default: '5m', max: '90d' }),
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
    metric: text('Series that is compared with the levels.', { as: 'metric' }),
    watch: number('Level to look at.'),
    warn: number('Level to worry about.'),
    breach: number('Level that is too much.'),
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
