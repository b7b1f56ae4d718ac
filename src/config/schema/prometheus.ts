// The metrics endpoint and what it shows.
import { authentication } from './authentication.ts'
import { choice, flag, list, number, section, text } from './kind.ts'

export const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const names = (help: string) => list(help, text('A metric name.', { as: 'metric', required: true }))

export const prometheus = section('The metrics endpoint.', {
  enabled: flag('Answers the scrape.', true),
  endpoint: text('Path of the scrape.', { as: 'path', default: '/metrics' }),
  naming: choice('Names as Prometheus users know them, or the semantic conventions.', ['short', 'semconv'], {
    default: 'short',
  }),
  authentication,
  metrics: section('What the scrape shows. A family that is switched off here is still recorded.', {
    http: section('HTTP families.', {
      enabled: flag('Shows them.', true),
      track_user_agents: flag('Records the user agent, on spans and as a bounded label.', false),
      track_ip_addresses: flag('Records the client address, on spans and as a bounded label.', false),
      histogram_buckets: list('Bounds of latency histograms, in seconds.', number('A bound.', { required: true }), {
        default: BUCKETS,
        min: 1,
        rising: true,
      }),
    }),
    database: section('Database families.', {
      enabled: flag('Shows them.', true),
      track_queries: flag('Puts the sanitised shape of a query on its span; never into a label.', false),
      connection_pool: flag('Records the connections of pools.', true),
      query_duration: flag('Records the durations of SQL operations, and with them their number.', true),
    }),
    business: section('Metrics declared by name alone, without labels.', {
      enabled: flag('Shows them.', true),
      custom_counters: names('Counters.'),
      custom_gauges: names('Gauges.'),
      custom_histograms: names('Histograms.'),
    }),
  }),
})
