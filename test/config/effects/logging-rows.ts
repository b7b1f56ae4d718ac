// Keys of log records: what is written, what is handed on, and how records wait for their exporter.
import { Writable } from 'node:stream'
import pino from 'pino'
import winston from 'winston'
import { type Row, row, type Settings } from './row.ts'
import { attributes, pause, Recording, type Service, until } from './service.ts'

const KEY = 'observability.logging'

/** Lines of our own logger, without what changes from run to run. */
async function lines(service: Service): Promise<unknown> {
  await service.start({ sinks: [new Recording()] })
  const { log, span } = service.product
  log.debug('d')
  span('work', () => log.info({ n: 1 }, 'i'))
  log.warn('w')
  return service.out.map((line) => {
    if (!line.startsWith('{')) return line.replace(/^\S+/, 'TIME').replace(/[0-9a-f]{16,32}/g, 'ID')
    const { timestamp: _, trace_id: id, span_id: __, correlation_id: ___, ...rest } = JSON.parse(line)
    return { ...rest, ...(id && { trace_id: 'ID' }) }
  })
}

const service = 'shop'
const target = 'app'
const D = { level: 'debug', service, target, message: 'd' }
const I = { level: 'info', service, target, message: 'i', trace_id: 'ID', trace_flags: '03', span: 'work', n: 1 }
const W = { level: 'warn', service, target, message: 'w' }
const bare = ({ target: _, ...line }: object & { target: string }) => line

/** What we say about ourselves. */
async function own(service: Service): Promise<unknown> {
  await service.start()
  service.product.counter('jobs_total').add(-1)
  return service.err.map((line) => line.replace(/:.*/, ''))
}

/** What sampling leaves of a hundred records of info and one warning, all outside of any trace. */
async function sampled(service: Service): Promise<unknown> {
  await service.start()
  for (let i = 0; i < 100; i++) service.product.log.info('i')
  service.product.log.warn('w')
  return service.out.length
}

async function kept(service: Service): Promise<unknown> {
  const sink = new Recording()
  const telltale = await service.start({ sinks: [sink] })
  service.product.log.info({ k1: 'abcd', k2: 'efgh' }, 'l')
  await telltale.flush()
  return sink.logs.map((record) => [attributes(record), record.dropped])
}

function otlp(more: object = {}): Settings {
  return { observability: { logging: { sinks: [{ type: 'otlp', endpoint: 'http://127.0.0.1:[port]' }], ...more } } }
}

async function delivered(service: Service): Promise<unknown> {
  const telltale = await service.start()
  for (let i = 0; i < 6; i++) service.product.log.info(`l${i}`)
  await telltale.flush()
  return service.collector.logs
}

/** Whether two records leave before anybody asks for them. */
async function leaves(service: Service): Promise<unknown> {
  await service.start()
  service.product.log.info('l0')
  service.product.log.info('l1')
  return service.settled(() => service.collector.logs)
}

async function account(service: Service): Promise<unknown> {
  const { collector } = service
  collector.answer = (response) => {
    response.writeHead(503).end()
    return true
  }
  await service.start()
  service.product.log.info('l')
  await until(() => collector.requests > 0)
  const seen = await service.settled(async () => {
    const lines = await service.scrape(/^otel_sdk_exporter_log_(inflight|exported_total)/)
    return lines.map((line) => line.replace(/\{.*?(?:error_type="(\w+)".*)?\}/, ' $1'))
  })
  collector.answer = () => false
  return seen
}

/** What a bridge makes of a line of the application's own logger. */
async function bridged(service: Service, say: (folder: string) => void | Promise<void>): Promise<unknown> {
  const sink = new Recording()
  const telltale = await service.start({ sinks: [sink] })
  await say(service.folder)
  await telltale.flush()
  return sink.logs.map(({ scope, body }) => `${scope.name} ${body}`)
}

const nowhere = () => new Writable({ objectMode: true, write: (_chunk, _encoding, done) => done() })

const pinoLines = (service: Service) => bridged(service, () => pino(nowhere()).info('l'))
const winstonLines = (service: Service) =>
  bridged(service, async () => {
    const stream = new winston.transports.Stream({ stream: nowhere() })
    winston.createLogger({ transports: [stream] }).info('l')
    await pause(0)
  })
const consoleLines = (service: Service) => bridged(service, () => console.log('l'))

export const LOGGING: readonly Row[] = [
  row(`${KEY}.level`, [undefined, 'debug'], lines, [
    [I, W],
    [D, I, W],
  ]),
  row(`${KEY}.self_level`, [undefined, 'none'], own, [['telltale warn'], []]),
  row(`${KEY}.format`, [undefined, 'pretty'], lines, [
    [I, W],
    ['TIME INFO  app: i n=1 span="work" trace_id=ID span_id=ID', 'TIME WARN  app: w'],
  ]),
  row(`${KEY}.include_spans`, [undefined, false], lines, [
    [I, W],
    [(({ span: _, ...line }) => line)(I), W],
  ]),
  row(`${KEY}.include_targets`, [undefined, false], lines, [
    [I, W],
    [bare(I), bare(W)],
  ]),
  row(`${KEY}.include_thread_ids`, [undefined, true], lines, [
    [I, W],
    [
      { ...I, 'thread.id': 0 },
      { ...W, 'thread.id': 0 },
    ],
  ]),
  row(`${KEY}.sampling.enabled`, [undefined, true], sampled, [101, 1], {
    base: { observability: { logging: { sampling: { rate: 0 } } } },
  }),
  row(`${KEY}.sampling.rate`, [1, 0], sampled, [101, 1], {
    base: { observability: { logging: { sampling: { enabled: true } } } },
  }),
  row(`${KEY}.max_attributes`, [undefined, 1], kept, [[[{ k1: 'abcd', k2: 'efgh' }, 0]], [[{ k1: 'abcd' }, 1]]]),
  row(`${KEY}.max_attribute_length`, [undefined, 2], kept, [
    [[{ k1: 'abcd', k2: 'efgh' }, 0]],
    [[{ k1: 'ab', k2: 'ef' }, 0]],
  ]),
  row(
    `${KEY}.queue_size`,
    [undefined, 2],
    delivered,
    [
      ['l0', 'l1', 'l2', 'l3', 'l4', 'l5'],
      ['l4', 'l5'],
    ],
    { base: otlp() },
  ),
  row(`${KEY}.export_batch_size`, [undefined, 2], leaves, [[], ['l0', 'l1']], { base: otlp({ export_delay: '1h' }) }),
  row(`${KEY}.export_delay`, ['10ms', '1h'], leaves, [['l0', 'l1'], []], { base: otlp() }),
  row(
    `${KEY}.export_timeout`,
    [undefined, '1ms'],
    account,
    [
      ['otel_sdk_exporter_log_inflight  1', 'otel_sdk_exporter_log_exported_total  0'],
      [
        'otel_sdk_exporter_log_inflight  0',
        'otel_sdk_exporter_log_exported_total  0',
        'otel_sdk_exporter_log_exported_total undelivered 1',
      ],
    ],
    { base: otlp({ export_delay: '10ms' }) },
  ),
  row(`${KEY}.bridges.pino`, [undefined, false], pinoLines, [['pino l'], []]),
  row(`${KEY}.bridges.winston`, [undefined, false], winstonLines, [['winston l'], []]),
  row(`${KEY}.bridges.console`, [undefined, true], consoleLines, [[], ['console l']]),
  row(`${KEY}.include_line_numbers`, [undefined, true], callers, [
    [[], []],
    [
      ['code.file.path', 'code.line.number'],
      ['code.file.path', 'code.line.number'],
    ],
  ]),
]

async function callers(service: Service): Promise<unknown> {
  await service.start()
  service.product.log.info('i')
  service.product.log.named('billing').info('i')
  return service.out.map((line) => Object.keys(JSON.parse(line)).filter((name) => name.startsWith('code.')))
}
