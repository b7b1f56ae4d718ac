// Traces, pushed metrics, and who is speaking.
import { fallback } from './authentication.ts'
import { jaeger, otlp, stdout, zipkin } from './exporter.ts'
import { block, choice, count, duration, flag, list, map, number, scalar, section, text, variant } from './kind.ts'

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
]

const tracing = section('Spans.', {
  enabled: flag('Records spans.', true),
  sample_rate: number(
    'Part of the traces that is recorded. 1: all; 0: none; between: by trace id. A trace that arrives keeps its decision unless this is 0.',
    { min: 0, max: 1, default: 1 },
  ),
  sampler: choice('A standard sampler by name; it wins over what `sample_rate` alone would choose.', SAMPLERS),
  max_attributes_per_span: count('Attributes kept per span.', { default: 128 }),
  max_events_per_span: count('Events kept per span.', { default: 128 }),
  max_links_per_span: count('Links kept per span.', { default: 128 }),
  max_attributes_per_event: count('Attributes kept per event.', { default: 128 }),
  max_attributes_per_link: count('Attributes kept per link.', { default: 128 }),
  max_attribute_length: count('Characters kept of an attribute value; 0 keeps all.', { default: 32_768 }),
  queue_size: count(
    'Finished spans that wait; beyond it the oldest are dropped and counted. Default: 2048 spans; encoded already, 64 requests or 16 MiB.',
    { min: 1 },
  ),
  export_batch_size: count(
    'Spans per request; from 512 on up to four times as many when they come faster than 50 requests a second.',
    {
      min: 1,
      default: 512,
    },
  ),
  export_delay: duration('How long spans wait for company. Default: 2s, in development 200ms.', { min: '0s' }),
  export_timeout: duration('How long one export may take, retries included.', { default: '30s' }),
  exporters: list(
    'Where spans are sent; each gets every span.',
    variant('An exporter.', 'type', { otlp, jaeger, zipkin, console: stdout }),
  ),
})

const metrics = section('Metrics that are pushed, and families that are recorded at all.', {
  enabled: flag('Records metrics.', true),
  export_interval: duration('Time between two pushes.', { default: '10s', max: '1d' }),
  export_timeout: duration('How long one push may take, retries included.', { default: '30s' }),
  temporality: choice('Pushed sums: since the start, or since the last push.', ['cumulative', 'delta'], {
    default: 'cumulative',
  }),
  http_metrics: flag('Records the HTTP families.', true),
  database_metrics: flag('Records the database families.', true),
  system_metrics: flag('Records the process and runtime families.', true),
  custom_metrics: flag('Records `custom_metrics` and `business` families.', true),
  exporters: list(
    'Where metrics go.',
    variant('An exporter.', 'type', {
      prometheus: {
        endpoint: text('Path of the scrape; the same as `prometheus.endpoint`.', { as: 'path' }),
        authentication: block('Used for keys that `prometheus.authentication` leaves out.', fallback),
      },
      otlp,
      console: stdout,
    }),
  ),
})

export const opentelemetry = section('Traces, pushed metrics and the resource.', {
  enabled: flag('Switches spans, pushed metrics and exported logs; the scrape has its own switch.', true),
  service_name: text('Name of the service. Required in a file unless `resource.attributes` or `name` has it.', {
    as: 'word',
  }),
  service_version: text('Version of the service.', { as: 'word', default: '1.0.0' }),
  propagators: list(
    'Formats in which a trace crosses the wire.',
    choice('A format.', ['tracecontext', 'baggage', 'b3', 'b3multi', 'jaeger', 'none'], { required: true }),
    { default: ['tracecontext', 'baggage'] },
  ),
  exit_timeout: duration(
    'How long `process.exit()` or an error that nobody handles may be held up to deliver what was recorded last; 0s leaves them alone.',
    { default: '1s', min: '0s', max: '10s' },
  ),
  tracing,
  metrics,
  resource: section('Who is speaking.', {
    attributes: map('Attributes of every span, metric and log record.', 'word', scalar('A value.')),
  }),
})
