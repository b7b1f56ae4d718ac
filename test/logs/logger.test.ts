import { afterEach, expect, test } from 'vitest'
import { runIn } from '../../src/context/current.ts'
import { Frame } from '../../src/context/frame.ts'
import { installLogs } from '../../src/logs/installed.ts'
import { DEFAULTS, type LogOptions, Logs } from '../../src/logs/logs.ts'
import { noticeToLogger } from '../../src/logs/notice.ts'
import { log, logger } from '../../src/logs.ts'
import { Registry } from '../../src/metrics/registry.ts'
import { attributesObject, Scope } from '../../src/model/attribute.ts'
import { LogRecord } from '../../src/model/log.ts'

afterEach(() => installLogs(null))

const frame = (t3 = 0x1c80319c) =>
  Object.assign(new Frame(null), {
    t0: 0x0af76519,
    t1: 1,
    t2: 2,
    t3,
    s0: 3,
    s1: 4,
    flags: 1,
    correlationId: 'req-1',
    tenant: 'acme',
  })

function setup(options: Partial<LogOptions> = {}, random = 0.5) {
  const records: LogRecord[] = []
  const lines: string[] = []
  const registry = new Registry()
  const logs = new Logs({
    registry,
    sink: (record) => records.push(record),
    options: { ...DEFAULTS, ...options },
    write: (line) => lines.push(line),
    service: 'shop',
    now: () => 1_800_000_000_123,
    random: () => random,
  })
  installLogs(logs)
  return { logs, records, lines, registry, parsed: () => lines.map((line) => JSON.parse(line)) }
}

test('a line has time, level, service, target, message, ids, correlation id, tenant and the fields; the record has the same', () => {
  const { parsed, records } = setup()
  runIn(frame(), () => logger('orders').info({ order: 7, list: ['a'] }, 'paid'))
  expect(parsed()).toEqual([
    {
      timestamp: '2027-01-15T08:00:00.123Z',
      level: 'info',
      service: 'shop',
      target: 'orders',
      message: 'paid',
      trace_id: '0af7651900000001000000021c80319c',
      span_id: '0000000300000004',
      trace_flags: '01',
      order: 7,
      list: ['a'],
      correlation_id: 'req-1',
      tenant: 'acme',
    },
  ])
  const [record] = records
  expect([
    record!.scope.name,
    record!.body,
    record!.severity,
    record!.s1,
    attributesObject(record!.attributes),
  ]).toEqual(['orders', 'paid', 9, 4, { order: 7, list: ['a'], correlation_id: 'req-1', tenant: 'acme' }])
})

test('nothing is written that the redactor has not seen: neither in the line nor in the record [G-12] [G-14]', () => {
  const { lines, records } = setup()
  log.info({ password: 'hunter2', nested: { accessToken: 'hunter2' } }, 'got Bearer hunter2hunter2')
  log.error(Object.assign(new Error('password=hunter2'), { stack: 'Error: password=hunter2\n at x' }))
  for (const text of [...lines, JSON.stringify(records)]) expect(text).not.toContain('hunter2')
  expect(records.map(({ body }) => body)).toEqual(['got Bearer [REDACTED]', 'password=[REDACTED]'])
})

test('the level decides what is recorded [R-17] [H-24]', () => {
  const { parsed } = setup({ level: 'warn' })
  for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) log[level](level)
  expect(parsed().map(({ level, message }) => [level, message])).toEqual([
    ['warn', 'warn'],
    ['error', 'error'],
    ['fatal', 'fatal'],
  ])
})

test('pretty is one readable line; a message cannot forge another [R-17]', () => {
  const { lines } = setup({ format: 'pretty' })
  runIn(frame(), () => log.warn({ user: 7, note: 'two words' }, 'a\nb'))
  expect(lines).toEqual([
    '08:00:00.123 WARN  app: a\\nb user=7 note="two words" correlation_id=req-1 tenant=acme trace_id=0af7651900000001000000021c80319c span_id=0000000300000004\n',
  ])
})

test('sampling keeps its part of what is below warn, and never drops warnings and errors [R-17]', () => {
  for (const random of [0.05, 0.95]) {
    const { parsed } = setup({ level: 'trace', sampling: { enabled: true, rate: 0.1 } }, random)
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) log[level](level)
    expect(parsed().map(({ message }) => message)).toEqual(
      random < 0.1 ? ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] : ['warn', 'error', 'fatal'],
    )
  }
})

test('a trace is told whole or not at all', () => {
  const { lines } = setup({ sampling: { enabled: true, rate: 0.1 } })
  for (const t3 of [0x01000000, 0x70000000]) for (let i = 0; i < 3; i++) runIn(frame(t3), () => log.info('x'))
  expect(lines.length).toBe(3)
})

test('target, thread and caller are told where they are asked for [R-17]', () => {
  const { parsed } = setup({ includeTargets: false, includeThreadIds: true, includeLineNumbers: true })
  log.info('x')
  const [line] = parsed()
  expect([
    'target' in line,
    line['thread.id'],
    line['code.file.path'].endsWith('test/logs/logger.test.ts'),
    typeof line['code.line.number'],
  ]).toEqual([false, 0, true, 'number'])
})

test('the span’s name is told while include_spans says so [R-17]', () => {
  const span = { name: 'checkout', spanContext: () => ({ traceId: '', spanId: '', traceFlags: 1 }) }
  for (const includeSpans of [true, false]) {
    const { parsed } = setup({ includeSpans })
    runIn(Object.assign(frame(), { span }), () => log.info('x'))
    expect(parsed()[0].span).toBe(includeSpans ? 'checkout' : undefined)
  }
})

test('a field cannot take the place of what a line must tell', () => {
  const { parsed } = setup()
  log.info({ level: 'fatal', message: 'forged', trace_id: 'x' }, 'real')
  expect(parsed()[0]).toMatchObject({
    level: 'info',
    message: 'real',
    'field.level': 'fatal',
    'field.message': 'forged',
    'field.trace_id': 'x',
  })
})

test('hostile fields do no harm: cycles, getters that throw, bigints, bytes', () => {
  const { parsed } = setup()
  const loop: Record<string, unknown> = { n: 1n, bytes: new Uint8Array([1, 2]) }
  loop['self'] = loop
  log.info(loop, 'a')
  log.info(
    {
      get boom(): never {
        throw new Error('no')
      },
    },
    'b',
  )
  log.info(undefined, 'c')
  expect(parsed().map(({ message, boom }) => [message, boom])).toEqual([
    ['a', undefined],
    ['b', '[UNREADABLE]'],
    ['c', undefined],
  ])
})

test('attributes and their length are bounded; what was dropped is told', () => {
  const { records } = setup({ limits: { attributes: 2, valueLength: 4 } })
  log.info({ a: 'abcdefgh', b: 1, c: 2 }, 'x')
  expect([attributesObject(records[0]!.attributes), records[0]!.dropped]).toEqual([{ a: 'abcd', b: 1 }, 1])
})

test('a sink that throws does not throw into the application', () => {
  const logs = new Logs({
    registry: null,
    sink: () => {
      throw new Error('no')
    },
    write: () => {},
  })
  installLogs(logs)
  expect(() => log.info('x')).not.toThrow()
})

test('records of the API are counted, levelled and sampled like ours [W-20]', () => {
  const { logs, records, registry } = setup({ sampling: { enabled: true, rate: 0.1 } })
  const record = (severity: number) => new LogRecord(new Scope('api'), 1, severity, '', 'x')
  for (const severity of [0, 5, 9, 13, 24]) logs.forward(record(severity))
  expect(records.map(({ severity }) => severity)).toEqual([0, 13, 24])
  const family = registry.families().find(({ short }) => short === 'runtime_log_emissions_total')!
  expect(Object.fromEntries(family.series.map(({ attributes, value }) => [attributes[1], value]))).toEqual({
    trace: 0,
    debug: 1,
    info: 2,
    warn: 1,
    error: 0,
    fatal: 1,
  })
})

test('a logger taken before the start follows it; after the stop it only writes', () => {
  const early = logger('early')
  const { records } = setup()
  early.info('x')
  installLogs(null)
  expect(records.length).toBe(1)
})

test('where the application uses our logger, what we say about ourselves is a line of it and no record [W-38] [S-27]', () => {
  const { logs, parsed, records, registry } = setup()
  log.info('x')
  noticeToLogger(logs, () => {
    throw new Error('not stderr')
  })({ level: 'warn', event: 'export.dropped', text: '3 spans were dropped', fields: { count: 3 } })
  expect(parsed()[1]).toEqual({
    timestamp: '2027-01-15T08:00:00.123Z',
    level: 'warn',
    service: 'shop',
    target: 'telltale',
    message: '3 spans were dropped',
    event: 'telltale.export.dropped',
    count: 3,
  })
  const counted = registry
    .families()
    .find(({ short }) => short === 'runtime_log_emissions_total')!
    .series.reduce((sum, { value }) => sum + value, 0)
  expect([records.length, counted]).toEqual([1, 1])
})

test('another level holds until it is taken back: for lines, for records, and for what others made [R-42]', () => {
  const { logs, records, parsed } = setup({ level: 'warn' })
  const all = (word: string): void => {
    logger('orders').debug(`${word} debug`)
    logger('orders').info(`${word} info`)
    logger('orders').warn(`${word} warn`)
    logs.forward(new LogRecord(new Scope('other'), 0, 5, 'DEBUG', `${word} other`))
  }
  expect(logs.level).toBe('warn')
  all('before')
  logs.hold('debug')
  expect(logs.level).toBe('debug')
  all('during')
  logs.hold('error')
  all('quiet')
  logs.hold(null)
  expect(logs.level).toBe('warn')
  all('after')
  const written = ['before warn', 'during debug', 'during info', 'during warn', 'after warn']
  expect(parsed().map(({ message }) => message)).toEqual(written)
  expect(records.map(({ body }) => body)).toEqual([...written.slice(0, 4), 'during other', 'after warn'])
})
