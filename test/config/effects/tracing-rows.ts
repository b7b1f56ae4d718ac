// Keys of spans: what is recorded of them, and how they wait for their exporter.
import { attributesObject } from '../../../src/model/attribute.ts'
import { type Row, row, type Settings } from './row.ts'
import { Recording, type Service, until } from './service.ts'

const KEY = 'observability.opentelemetry.tracing'

async function names(service: Service): Promise<unknown> {
  const sink = new Recording()
  const telltale = await service.start({ sinks: [sink] })
  service.product.span('a', () => service.product.span('b', () => {}))
  await telltale.flush()
  return sink.spans.map(({ name }) => name)
}

const TWO = { k1: 'abcd', k2: 'efgh' }

/** What is left of a span with two of everything. */
async function kept(service: Service): Promise<unknown> {
  const sink = new Recording()
  const telltale = await service.start({ sinks: [sink] })
  const context = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }
  const links = [
    { context, attributes: TWO },
    { context, attributes: TWO },
  ]
  service.product.span('s', { attributes: TWO, links }, (span) => {
    span.addEvent('e1', TWO)
    span.addEvent('e2', TWO)
  })
  await telltale.flush()
  const { attributes, rare } = sink.spans[0]!
  return {
    attributes: attributesObject(attributes),
    events: (rare?.events ?? []).map((event) => attributesObject(event.attributes)),
    links: (rare?.links ?? []).map((link) => attributesObject(link.attributes)),
    dropped: [rare?.droppedAttributes, rare?.droppedEvents, rare?.droppedLinks],
  }
}

const ALL = { attributes: TWO, events: [TWO, TWO], links: [TWO, TWO], dropped: [0, 0, 0] }
const ONE = { k1: 'abcd' }

/** Spans by request, in order: six in one turn, which no request leaves in. */
async function requests(service: Service): Promise<unknown> {
  const telltale = await service.start()
  for (let i = 0; i < 6; i++) service.product.span(`s${i}`, () => {})
  await telltale.flush()
  return service.collector.posts.map(({ batches }) => batches.flatMap(({ spans }) => spans.map(({ name }) => name)))
}

/** Whether a span leaves before anybody asks for it. */
async function leaves(service: Service): Promise<unknown> {
  await service.start()
  service.product.span('s', () => {})
  return service.settled(() => service.collector.spans)
}

/** What the account says of a span that the collector does not take. */
async function account(service: Service): Promise<unknown> {
  const { collector } = service
  collector.answer = (response) => {
    response.writeHead(503).end()
    return true
  }
  await service.start()
  service.product.span('s', () => {})
  await until(() => collector.requests > 0)
  const seen = await service.settled(async () => {
    const lines = await service.scrape(/^otel_sdk_exporter_span_(inflight|exported_total)/)
    return lines.map((line) => line.replace(/\{.*?(?:error_type="(\w+)".*)?\}/, ' $1'))
  })
  collector.answer = () => false
  return seen
}

function otlp(more: object = {}): Settings {
  const exporters = [{ type: 'otlp', endpoint: 'http://127.0.0.1:[port]' }]
  return { observability: { opentelemetry: { tracing: { exporters, ...more } } } }
}

const each = ['s0', 's1', 's2', 's3', 's4', 's5']

export const TRACING: readonly Row[] = [
  row(`${KEY}.enabled`, [undefined, false], names, [['b', 'a'], []]),
  row(`${KEY}.sample_rate`, [1, 0], names, [['b', 'a'], []]),
  row(`${KEY}.sampler`, [undefined, 'always_off'], names, [['b', 'a'], []]),
  row(`${KEY}.max_attributes_per_span`, [undefined, 1], kept, [ALL, { ...ALL, attributes: ONE, dropped: [1, 0, 0] }]),
  row(`${KEY}.max_events_per_span`, [undefined, 1], kept, [ALL, { ...ALL, events: [TWO], dropped: [0, 1, 0] }]),
  row(`${KEY}.max_links_per_span`, [undefined, 1], kept, [ALL, { ...ALL, links: [TWO], dropped: [0, 0, 1] }]),
  row(`${KEY}.max_attributes_per_event`, [undefined, 1], kept, [ALL, { ...ALL, events: [ONE, ONE] }]),
  row(`${KEY}.max_attributes_per_link`, [undefined, 1], kept, [ALL, { ...ALL, links: [ONE, ONE] }]),
  row(`${KEY}.max_attribute_length`, [undefined, 2], kept, [
    ALL,
    {
      attributes: { k1: 'ab', k2: 'ef' },
      events: [
        { k1: 'ab', k2: 'ef' },
        { k1: 'ab', k2: 'ef' },
      ],
      links: [
        { k1: 'ab', k2: 'ef' },
        { k1: 'ab', k2: 'ef' },
      ],
      dropped: [0, 0, 0],
    },
  ]),
  row(`${KEY}.queue_size`, [undefined, 2], requests, [each.map((name) => [name]), [['s4'], ['s5']]], {
    base: otlp({ export_batch_size: 1 }),
  }),
  row(
    `${KEY}.export_batch_size`,
    [2, 3],
    requests,
    [
      [each.slice(0, 2), each.slice(2, 4), each.slice(4)],
      [each.slice(0, 3), each.slice(3)],
    ],
    { base: otlp() },
  ),
  row(`${KEY}.export_delay`, ['10ms', '1h'], leaves, [['s'], []], { base: otlp() }),
  row(
    `${KEY}.export_timeout`,
    [undefined, '1ms'],
    account,
    [
      ['otel_sdk_exporter_span_inflight  1', 'otel_sdk_exporter_span_exported_total  0'],
      [
        'otel_sdk_exporter_span_inflight  0',
        'otel_sdk_exporter_span_exported_total  0',
        'otel_sdk_exporter_span_exported_total undelivered 1',
      ],
    ],
    { base: otlp({ export_delay: '10ms' }) },
  ),
]
