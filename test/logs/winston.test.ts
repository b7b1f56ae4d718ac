import { Writable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import winston from 'winston'
import { enter, runIn } from '../../src/context/current.ts'
import { Frame } from '../../src/context/frame.ts'
import { installLogs } from '../../src/logs/installed.ts'
import { DEFAULTS, type LogOptions, Logs } from '../../src/logs/logs.ts'
import { observeWinston } from '../../src/logs.ts'
import { Registry } from '../../src/metrics/registry.ts'
import { attributesObject } from '../../src/model/attribute.ts'
import type { LogRecord } from '../../src/model/log.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const frame = () =>
  Object.assign(new Frame(null), {
    t0: 0x0af76519,
    t1: 0x16cd43dd,
    t2: 0x8448eb21 | 0,
    t3: 0x1c80319c,
    s0: 0xb7ad6b71 | 0,
    s1: 0x69203331,
    flags: 1,
    correlationId: 'req-1',
  })
const ids = { trace_id: TRACE, span_id: SPAN, trace_flags: '01', correlation_id: 'req-1' }

let started: Logs | undefined
beforeEach(() => void enter(undefined))
afterEach(() => {
  started?.stop()
  installLogs(null)
})

function setup(options: Partial<LogOptions> = {}) {
  const records: LogRecord[] = []
  const registry = new Registry()
  const logs = new Logs({
    registry,
    sink: (record) => records.push(record),
    options: { ...DEFAULTS, ...options },
    now: () => 5,
    random: () => 0.5,
  })
  logs.start()
  installLogs(logs)
  started = logs
  return { records, registry, told: () => records.map((record) => [record.severityText, record.body]) }
}

function logger(options: winston.LoggerOptions = {}) {
  const lines: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk).trimEnd())
      done()
    },
  })
  const made = observeWinston(
    winston.createLogger({ level: 'silly', transports: [new winston.transports.Stream({ stream })], ...options }),
  )
  return { made, lines, parsed: () => lines.map((line) => JSON.parse(line) as object) }
}

/** The first lines of a logger flow in the next turn. */
const flowed = () => new Promise((resolve) => setImmediate(resolve))

test('a line inside a span carries the ids and the correlation id, one outside carries none [G-08]', async () => {
  setup()
  const { made, parsed } = logger()
  runIn(frame(), () => made.info('in', { a: 1 }))
  made.info('out')
  await flowed()
  expect(parsed()).toEqual([
    { level: 'info', message: 'in', a: 1, ...ids },
    { level: 'info', message: 'out' },
  ])
})

test('a line becomes one record with its ids, body, attributes and severity [R-17]', async () => {
  const { records } = setup()
  const { made } = logger({ format: winston.format.combine(winston.format.splat(), winston.format.json()) })
  runIn(frame(), () => made.warn('%s of %d', 'two', 3, { plan: 'pro', deep: { a: [1] } }))
  await flowed()
  const [record] = records
  expect(records.length).toBe(1)
  expect([record!.severity, record!.severityText, record!.body, record!.time]).toEqual([13, 'WARN', 'two of 3', 5])
  expect([record!.t0, record!.s1, record!.flags, record!.scope.name]).toEqual([0x0af76519, 0x69203331, 1, 'winston'])
  expect(attributesObject(record!.attributes)).toEqual({ plan: 'pro', deep: { a: [1] }, correlation_id: 'req-1' })
})

test('levels of npm, of syslog and of the application map onto ours, and count [H-16]', async () => {
  const { told, registry } = setup({ level: 'trace' })
  const levelsOf = (levels: Record<string, number>) => {
    const { made } = logger({ levels, level: Object.keys(levels).at(-1)! })
    for (const level of Object.keys(levels)) made.log(level, level)
  }
  levelsOf(winston.config.npm.levels)
  levelsOf(winston.config.syslog.levels)
  levelsOf({ panic: 0, own: 1 })
  await flowed()
  expect(told()).toEqual([
    ['ERROR', 'error'],
    ['WARN', 'warn'],
    ['INFO', 'info'],
    ['DEBUG', 'http'],
    ['DEBUG', 'verbose'],
    ['DEBUG', 'debug'],
    ['TRACE', 'silly'],
    ['FATAL', 'emerg'],
    ['FATAL', 'alert'],
    ['FATAL', 'crit'],
    ['ERROR', 'error'],
    ['WARN', 'warning'],
    ['INFO', 'notice'],
    ['INFO', 'info'],
    ['DEBUG', 'debug'],
    ['FATAL', 'panic'],
    ['INFO', 'own'],
  ])
  const counts = registry.families().find(({ short }) => short === 'runtime_log_emissions_total')!
  expect(Object.fromEntries(counts.series.map(({ attributes, value }) => [attributes[1], value]))).toEqual({
    trace: 1,
    debug: 4,
    info: 4,
    warn: 2,
    error: 2,
    fatal: 4,
  })
})

test('what no transport takes, a silent logger and a format that drops are neither counted nor told', async () => {
  const { records } = setup({ level: 'trace' })
  const { made } = logger({ level: 'info' })
  made.debug('below')
  logger({ silent: true }).made.info('silent')
  logger({ format: winston.format(() => false)() }).made.info('dropped')
  await flowed()
  expect(records).toEqual([])
})

test('what a format took away is not in the record, and colours are not part of a message', async () => {
  const { records } = setup()
  const { made } = logger({
    format: winston.format.combine(
      winston.format((info) => ({ ...info, card: '***' }))(),
      winston.format.colorize({ all: true, colors: { info: 'red' } }),
      winston.format.json(),
    ),
  })
  made.info('paid', { card: '4111' })
  await flowed()
  expect([records[0]!.severityText, records[0]!.body, attributesObject(records[0]!.attributes)]).toEqual([
    'INFO',
    'paid',
    { card: '***' },
  ])
})

test('an error is told as an exception and keeps its own shape, also when it is logged twice', async () => {
  const { records } = setup()
  const { made, parsed } = logger({
    format: winston.format.combine(winston.format.errors({ stack: true }), winston.format.json()),
  })
  const error = new TypeError('broken')
  runIn(frame(), () => made.error(error))
  made.error('while paying', error)
  made.error(error)
  await flowed()
  expect(
    records.map((record) => [record.body, attributesObject(record.attributes)['exception.type'], record.t0]),
  ).toEqual([
    ['broken', 'TypeError', 0x0af76519],
    ['while paying broken', 'TypeError', 0],
    ['broken', 'TypeError', 0],
  ])
  expect(attributesObject(records[0]!.attributes)).toEqual({
    'exception.type': 'TypeError',
    'exception.message': 'broken',
    'exception.stacktrace': error.stack,
    correlation_id: 'req-1',
  })
  expect(Object.keys(error)).toEqual(['level'])
  expect(parsed()[0]).toMatchObject({ message: 'broken', ...ids })
})

test('an error that no format copies is told each time it is logged', async () => {
  const { records } = setup()
  const { made } = logger({ format: winston.format.json() })
  const error = new TypeError('broken')
  made.error(error)
  made.error(error)
  await flowed()
  expect(records.map(({ body }) => body)).toEqual(['broken', 'broken'])
})

test('children and default fields are kept, and ids that are there already stay', async () => {
  const { records } = setup()
  const { made, parsed } = logger({ defaultMeta: { service: 'shop' } })
  const child = made.child({ part: 'cart' }).child({ step: 2 })
  const given = { level: 'info', message: 'own', trace_id: 'mine' }
  runIn(frame(), () => {
    child.info('c')
    made.log(given)
  })
  await flowed()
  expect(parsed()).toEqual([
    { level: 'info', message: 'c', service: 'shop', part: 'cart', step: 2, ...ids },
    { level: 'info', message: 'own', service: 'shop', trace_id: 'mine' },
  ])
  expect(records.map(({ t0 }) => t0)).toEqual([0x0af76519, 0x0af76519])
  expect(attributesObject(records[0]!.attributes)).toEqual({
    service: 'shop',
    part: 'cart',
    step: 2,
    correlation_id: 'req-1',
  })
})

test('the same object logged twice is two records, and a logger behind a logger makes one', async () => {
  const { told } = setup()
  const { made, lines } = logger()
  const given = { level: 'info', message: 'again' }
  made.log(given)
  made.log(given)
  const behind = logger()
  const front = logger()
  front.made.pipe(behind.made as never)
  front.made.info('once')
  await flowed()
  await flowed()
  expect(told()).toEqual([
    ['INFO', 'again'],
    ['INFO', 'again'],
    ['INFO', 'once'],
  ])
  expect([lines.length, front.lines.length, behind.lines.length]).toEqual([2, 1, 1])
})

test("OpenTelemetry's own transport makes the records of its logger, ours none", async () => {
  const { records } = setup()
  class OpenTelemetryTransportV3 extends winston.transports.Stream {}
  const { made } = logger({
    transports: [new OpenTelemetryTransportV3({ stream: new Writable({ write: (_, __, done) => done() }) })],
  })
  made.info('theirs')
  await flowed()
  expect(records).toEqual([])
})

test('below the level nothing is recorded, warnings are never sampled away, and the labels name the scope [R-17]', async () => {
  const { records } = setup({ sampling: { enabled: true, rate: 0 } })
  const { made } = logger({
    format: winston.format.combine(winston.format.label({ label: 'billing' }), winston.format.json()),
  })
  made.debug('below')
  made.info('sampled')
  made.warn('kept')
  await flowed()
  expect(records.map(({ body, scope, attributes }) => [body, scope.name, attributes])).toEqual([
    ['kept', 'billing', null],
  ])
})

test('a winston that is switched off, or whose instance has stopped, is as if it had not been met', async () => {
  const { records } = setup({ bridges: { pino: true, winston: false, console: false } })
  const { made, parsed } = logger()
  runIn(frame(), () => made.info('off'))
  installLogs(null)
  runIn(frame(), () => made.info('stopped'))
  await flowed()
  expect(parsed()).toEqual([
    { level: 'info', message: 'off' },
    { level: 'info', message: 'stopped' },
  ])
  expect(records).toEqual([])
})

test('hostile lines are written as winston writes them, and nothing is thrown', async () => {
  const { records } = setup()
  const { made, lines } = logger({ format: winston.format.printf(({ message }) => String(message)) })
  const hostile = {
    level: 'info',
    message: 'getter',
    get bad(): string {
      throw new Error('no')
    },
  }
  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  const frozen = Object.freeze(new Error('frozen'))
  runIn(frame(), () => {
    made.info('circular', circular)
    made.info('symbol', { [Symbol('s')]: 1, f: () => 1, big: 1n })
    expect(() => made.write({ ...Object.getOwnPropertyDescriptors({}), level: 'info', message: 'plain' })).not.toThrow()
    try {
      made.log(hostile)
    } catch (error) {
      expect((error as Error).message).toBe('no')
    }
    try {
      made.error(frozen)
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError)
    }
  })
  await flowed()
  expect(lines.slice(0, 3)).toEqual(['circular', 'symbol', 'plain'])
  expect(records.slice(0, 3).map(({ body }) => body)).toEqual(['circular', 'symbol', 'plain'])
})

test('line numbers and the thread are on the line and in the record when asked for [R-17]', async () => {
  const { records } = setup({ includeLineNumbers: true, includeThreadIds: true })
  const { made, parsed } = logger()
  made.info('here')
  await flowed()
  expect(parsed()).toEqual([
    { level: 'info', message: 'here', thread_id: 0, line: expect.stringMatching(/test\/logs\/winston\.test\.ts:\d+$/) },
  ])
  const { 'code.file.path': file, ...rest } = attributesObject(records[0]!.attributes)
  expect(file).toMatch(/winston\.test\.ts$/)
  expect(rest).toEqual({ 'thread.id': 0, 'code.line.number': expect.any(Number) })
})
