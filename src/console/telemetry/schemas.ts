// JSON Schemas of the answers (draft 2020-12, as OpenAPI 3.1 has it). A test checks real answers against them.
import { KINDS, SEVERITIES, STATUSES } from '../../store/words.ts'
import { type JsonSchema, problemSchema } from '../open-api.ts'

const string: JsonSchema = { type: 'string' }
const boolean: JsonSchema = { type: 'boolean' }
const count: JsonSchema = { type: 'integer', minimum: 0 }
const number: JsonSchema = { type: 'number' }
const numberOrNull: JsonSchema = { type: ['number', 'null'] }
const stringOrNull: JsonSchema = { type: ['string', 'null'] }
const time: JsonSchema = { type: 'number', description: 'Float milliseconds since the epoch.' }
const timeOrNull: JsonSchema = { type: ['number', 'null'], description: 'Float milliseconds since the epoch.' }
const iso: JsonSchema = { type: ['string', 'null'], description: 'ISO 8601, for people.' }
const traceId: JsonSchema = { type: 'string', pattern: '^[0-9a-f]{32}$' }
const spanId: JsonSchema = { type: 'string', pattern: '^[0-9a-f]{16}$' }
const orNull = (schema: JsonSchema): JsonSchema => ({ ...schema, type: ['string', 'null'] })
const said = (schema: JsonSchema, description: string): JsonSchema => ({ ...schema, description })
const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` })
const refOrNull = (name: string): JsonSchema => ({ anyOf: [ref(name), { type: 'null' }] })
const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items })
const words = (values: readonly string[]): JsonSchema => ({ type: 'string', enum: values })
const items = (name: string): JsonSchema => object({ items: list(ref(name)) })
const page = (name: string): JsonSchema =>
  object({
    items: list(ref(name)),
    next_cursor: said(stringOrNull, 'Give it back as `cursor` for what follows; null at the end.'),
  })

/** All properties are there, and no other; `optional` ones may be missing. */
function object(properties: Record<string, JsonSchema>, optional: Record<string, JsonSchema> = {}): JsonSchema {
  return {
    type: 'object',
    properties: { ...properties, ...optional },
    required: Object.keys(properties),
    additionalProperties: false,
  }
}

const rates = {
  requests: count,
  errors: count,
  error_rate: said(number, 'errors / requests; 0 without requests.'),
  per_second: said(number, 'Requests per second of the asked (or covered) time.'),
  p50_ms: said(numberOrNull, 'Nearest-rank quantile of the durations; null without requests.'),
  p95_ms: numberOrNull,
  p99_ms: numberOrNull,
  max_ms: numberOrNull,
}

const overTime = {
  from_ms: time,
  to_ms: time,
  step_ms: number,
  times_ms: said(list(number), 'Start of each moment; every list per moment is as long.'),
}
const facets = said(list(ref('Facet')), 'A facet does not count a condition on itself.')
const metricType = words(['counter', 'updown', 'gauge', 'histogram', 'exponential', 'summary'])

const trace = {
  trace_id: traceId,
  name: said(string, 'Of the root, or of the earliest span while `rooted` is false.'),
  service: string,
  kind: words(KINDS),
  route: stringOrNull,
  rooted: said(boolean, 'A span without a parent has come.'),
  start_ms: time,
  start_time: iso,
  duration_ms: number,
  spans: count,
  errors: said(count, 'Spans with status error.'),
  logs: count,
  services: list(object({ service: string, spans: count })),
}

export const SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  Value: said({}, 'Any JSON. Whole numbers past 2^53 and numbers that JSON lacks are text, bytes are base64.'),
  Attributes: { type: 'object', additionalProperties: ref('Value') },
  SignalStatus: object({
    accepted: said(count, 'held + evicted + cleared (+ merged, for points).'),
    duplicates: said(count, 'Sent again.'),
    dropped: said(count, 'Refused by a limit or without a usable id.'),
    evicted: said(count, 'Gone to make room, oldest first.'),
    cleared: count,
    held: count,
    bytes: said(number, 'Estimated.'),
    limit: count,
    limit_bytes: count,
    oldest_ms: timeOrNull,
  }),
  Status: {
    ...object(
      {
        started_ms: time,
        now_ms: time,
        traces: count,
        series: count,
        services: count,
        signals: object({ spans: ref('SignalStatus'), logs: ref('SignalStatus'), points: ref('SignalStatus') }),
      },
      { otlp_endpoint: said(string, 'Where telemetry is taken, such as http://127.0.0.1:4318.') },
    ),
    // Whoever fills the store adds what it received.
    additionalProperties: true,
  },
  Moment: object({ time_ms: time, requests: count, errors: count, p95_ms: numberOrNull }),
  Service: object({
    service: string,
    namespace: string,
    instances: count,
    spans: count,
    logs: count,
    log_errors: count,
    series: count,
    last_seen_ms: time,
    ...rates,
    timeline: list(ref('Moment')),
  }),
  Services: items('Service'),
  Operation: object({
    name: string,
    kind: words(KINDS),
    route: stringOrNull,
    slowest_trace_id: orNull(traceId),
    ...rates,
    timeline: list(ref('Moment')),
  }),
  Operations: items('Operation'),
  Rates: object(rates),
  RedLine: object({
    requests: list(count),
    errors: list(count),
    p50_ms: list(numberOrNull),
    p95_ms: list(numberOrNull),
    p99_ms: list(numberOrNull),
  }),
  RedRow: object({
    service: string,
    name: said(stringOrNull, 'Of the operation; null unless asked by operation.'),
    kind: stringOrNull,
    route: stringOrNull,
    slowest_trace_id: orNull(traceId),
    now: ref('Rates'),
    before: said(refOrNull('Rates'), 'Of the same length of time directly before; null when not asked for.'),
    timeline: ref('RedLine'),
    before_timeline: refOrNull('RedLine'),
  }),
  Red: object({
    ...overTime,
    before: { anyOf: [object({ from_ms: time, to_ms: time }), { type: 'null' }] },
    held_from_ms: said(timeOrNull, 'Start of the earliest trace that is held: what lies before cannot be compared.'),
    items: list(ref('RedRow')),
    left_out: said(count, 'Rows that the limit cut.'),
  }),
  Scatter: object({
    from_ms: time,
    to_ms: time,
    matched: count,
    left_out: said(count, 'Matched and not among the points; errors and the slowest go last.'),
    errors_left_out: count,
    points: list(
      object({
        trace_id: traceId,
        name: string,
        service: string,
        time_ms: time,
        duration_ms: number,
        error: boolean,
      }),
    ),
  }),
  Facet: object({
    key: string,
    values: said(list(object({ value: string, count })), 'Commonest first.'),
    more: said(boolean, 'More distinct values were seen than are counted.'),
  }),
  Facets: object({ matched: count, facets }),
  LogHistogram: object({
    ...overTime,
    matched: count,
    levels: object(Object.fromEntries(['unspecified', ...SEVERITIES].map((level) => [level, list(count)]))),
  }),
  Trace: object(trace),
  TracePage: page('Trace'),
  Event: object({ name: string, time_ms: time, attributes: ref('Attributes') }),
  Link: object({
    trace_id: traceId,
    span_id: spanId,
    attributes: ref('Attributes'),
    held: said(boolean, 'The linked trace is here.'),
    name: said(stringOrNull, 'Of the linked span; null when it is not here.'),
    service: stringOrNull,
  }),
  LinkedBy: object({
    trace_id: traceId,
    span_id: spanId,
    name: string,
    service: string,
    start_ms: time,
    to_span_id: said(spanId, 'The span of this trace that it names.'),
  }),
  Span: object({
    span_id: spanId,
    parent_span_id: orNull(spanId),
    name: string,
    kind: words(KINDS),
    service: string,
    instance: string,
    scope: string,
    start_ms: time,
    duration_ms: number,
    self_ms: said(number, 'Without what its children cover.'),
    running: said(boolean, 'It has no end yet.'),
    depth: said(count, 'Distance from the root of its tree.'),
    orphan: said(boolean, 'Its parent is not here.'),
    status: words(STATUSES),
    status_message: string,
    trace_state: string,
    attributes: ref('Attributes'),
    events: list(ref('Event')),
    links: list(ref('Link')),
    logs: list(ref('Log')),
    dropped: object({ attributes: count, events: count, links: count }),
  }),
  TraceDetail: object({
    ...trace,
    resources: list(object({ service: string, instance: string, attributes: ref('Attributes') })),
    tree: said(list(ref('Span')), 'In the order of a waterfall: a parent before its children, children by start.'),
    loose_logs: said(list(ref('Log')), 'Logs of the trace that name no span that is here.'),
    linked_by: said(list(ref('LinkedBy')), 'Spans of other traces that link here, newest arrival first.'),
    linked_by_left_out: count,
  }),
  Log: object({
    number: said(count, 'In the order of arrival.'),
    time_ms: time,
    time: iso,
    severity: said({ type: 'integer' }, `OTLP severity number; ${SEVERITIES.join(', ')} begin at 1, 5, 9, 13, 17, 21.`),
    severity_text: string,
    body: ref('Value'),
    event_name: string,
    service: string,
    instance: string,
    scope: string,
    trace_id: orNull(traceId),
    span_id: orNull(spanId),
    attributes: ref('Attributes'),
  }),
  LogPage: page('Log'),
  Metric: object({
    name: string,
    type: metricType,
    unit: said(string, 'UCUM.'),
    description: string,
    services: list(string),
    series: count,
    last_ms: time,
    labels: said(list(string), 'Keys of its attributes, the first fifty.'),
    exemplars: said(count, 'How many are held.'),
  }),
  Metrics: items('Metric'),
  Point: object(
    { time_ms: time, value: said(numberOrNull, 'Histograms and summaries: the sum.') },
    {
      count,
      bounds: list(number),
      buckets: said(list(number), 'Not cumulative; one more than there are bounds.'),
      quantiles: list(object({ quantile: number, value: numberOrNull })),
    },
  ),
  Exemplar: object({ time_ms: time, value: number, trace_id: traceId, span_id: spanId, attributes: ref('Attributes') }),
  Series: object({
    service: string,
    instance: string,
    attributes: ref('Attributes'),
    points: list(ref('Point')),
    exemplars: list(ref('Exemplar')),
  }),
  MetricDetail: object({
    name: string,
    type: metricType,
    unit: string,
    description: string,
    as: string,
    series: list(ref('Series')),
    matched: said(count, 'More than are shown when the limit cut.'),
  }),
  MetricChart: object({
    ...overTime,
    name: string,
    type: metricType,
    unit: string,
    description: string,
    as: string,
    aggregate: string,
    by: list(string),
    matched: said(count, 'Series.'),
    lines: list(
      object({
        labels: said(ref('Attributes'), 'Values of the keys that it was grouped by.'),
        values: said(list(numberOrNull), 'Per moment; null where nothing is known.'),
      }),
    ),
    left_out: said(count, 'Lines that the limit cut, those with the lowest values.'),
    exemplars: list(
      object({
        line: said(count, 'Index of its line.'),
        time_ms: time,
        value: number,
        trace_id: traceId,
        span_id: spanId,
        held: said(boolean, 'The trace is here.'),
      }),
    ),
    heatmap: {
      anyOf: [
        object({
          bounds: list(number),
          cells: said(
            list(list(number)),
            'Per moment what was observed in each bucket, one more than there are bounds.',
          ),
        }),
        { type: 'null' },
      ],
    },
    labels: said(list(ref('Facet')), 'Attributes of all series of the metric; counts are series.'),
  }),
  Map: object({
    nodes: list(
      object({
        id: string,
        name: string,
        type: words(['service', 'database', 'messaging', 'external']),
        where: said(
          list(string),
          'Conditions on the spans that asked it, as `attribute` takes them; none for a service.',
        ),
        ...rates,
      }),
    ),
    edges: list(object({ from: string, to: string, kind: words(['call', 'message']), ...rates })),
    left_out: said(count, 'Nodes past the most that are shown, those with the fewest requests.'),
  }),
  Attribute: object({
    key: string,
    count,
    values: list(object({ value: string, count })),
    more: said(boolean, 'More distinct values were seen than are counted.'),
  }),
  AttributeKeys: items('Attribute'),
  Document: { type: 'object' },
  Problem: problemSchema({
    parameter: said(string, 'QUERY_PARAMETER: which one.'),
    found: said(string, 'QUERY_PARAMETER: what was given.'),
    allowed: said(string, 'QUERY_PARAMETER: what it takes.'),
  }),
}
