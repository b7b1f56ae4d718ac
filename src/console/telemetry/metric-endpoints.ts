// What can be asked about metrics: which there are, their points, and lines that are ready to be drawn.
import { AGGREGATES, CHARTS, chartsOf } from '../../store/metric-chart.ts'
import { READINGS } from '../../store/metric-search.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { range } from './paging.ts'
import { conditions, fault, names, oneOf, refuseEmpty, text, whole } from './parameter.ts'

export function metricEndpoints(): Endpoint[] {
  return [
    endpoint({
      path: '/metrics',
      operation: 'metrics',
      summary: 'Metrics that are held, by name.',
      parameters: {
        service: text('Sent by this service.'),
        text: text('Part of the name or the description, whatever its case.'),
        limit: whole('Most metrics.', 1, 10_000, 1000),
      },
      schema: 'Metrics',
      answer: ({ query, given }) => ({ items: query.metrics(given) }),
    }),
    endpoint({
      path: '/metrics/:name',
      operation: 'series',
      summary: 'The series of a metric with their points, as sent or as a rate, an increase, a mean or a quantile.',
      place: text('OpenTelemetry name of the metric.'),
      parameters: {
        service: text('Sent by this service.'),
        attribute: conditions,
        ...range,
        as: oneOf('What is made of the points.', READINGS, 'value'),
        step_ms: whole('At most one point, the last, for so many milliseconds.', 1, 86_400_000),
        limit: whole('Most series.', 1, 1000, 50),
      },
      schema: 'MetricDetail',
      answer({ query, given, place }) {
        const { step_ms: step, attribute: where, limit = 50, ...rest } = given
        return query.series({ name: place, ...rest, step, where, limit })
      },
    }),
    endpoint({
      path: '/metrics/:name/chart',
      operation: 'chart',
      summary: 'A metric as lines over time, grouped by the values of labels, with exemplars; or as a heatmap.',
      place: text('OpenTelemetry name of the metric.'),
      parameters: {
        service: text('Sent by this service.'),
        attribute: conditions,
        ...range,
        moments: whole('Equal parts of the time.', 1, 500, 120),
        as: oneOf('rate of counters, p95 of histograms and summaries, value of all else when it is not given.', CHARTS),
        by: names('One line for each value of this attribute of the series or of its resource.', 5),
        aggregate: oneOf(
          'How series of one line become one: mean of gauges, sum of all else when it is not given.',
          AGGREGATES,
        ),
        limit: whole('Most lines.', 1, 100, 20),
      },
      schema: 'MetricChart',
      answer({ query, given, place, now }) {
        refuseEmpty(given, now)
        const { attribute: where, ...rest } = given
        const type = query.metricType(place)
        if (type === undefined) return undefined
        const allowed = chartsOf(type)
        if (given.as !== undefined && !allowed.includes(given.as))
          throw fault('as', given.as, `${allowed.join(', ')} for a metric of type ${type}`)
        return query.chart({ name: place, ...rest, where })
      },
    }),
  ]
}
