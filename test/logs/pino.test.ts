import pino from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Notice, onNotice } from '../../src/base/notice.ts'
import { enter, runIn } from '../../src/context/current.ts'
import { Frame } from '../../src/context/frame.ts'
import { installLogs } from '../../src/logs/installed.ts'
import { DEFAULTS, type LogOptions, Logs } from '../../src/logs/logs.ts'
import { noticeToLogger } from '../../src/logs/notice.ts'
import { observePino, pinoMixin } from '../../src/logs.ts'
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
const ids = { trace_id: TRACE, span_id: SPAN, trace_flags: '01' }

let started: Logs | undefined
afterEach(() => {
  started?.stop()
  started = undefined
  installLogs(null)
  onNotice(undefined)
})
beforeEach(() => void enter(undefined))

function setup(options: Partial<LogOptions> = {}, sink = true) {
  const records: LogRecord[] = []
  const registry = new Registry()
  const logs = new Logs({
    registry,
    sink: sink ? (record) => records.push(record) : null,
    options: { ...DEFAULTS, ...options },
    now: () => 5,
  })
  logs.start()
  started = logs
  return { logs, records, registry }
}

function logger(options: pino.LoggerOptions = {}) {
  const lines: Record<string, unknown>[] = []
  const made = pino(
    { base: null, timestamp: () => ',"time":1000', ...options },
    { write: (text: string) => void lines.push(JSON.parse(text)) },
  )
  return { made, lines }
}

const emissions = (registry: Registry) =>
  Object.fromEntries(
    registry
      .families()
      .find((family) => family.short === 'runtime_log_emissions_total')!
      .series.map((series) => [series.attributes[1], series.value]),
  )

test('every line inside a span carries trace id, span id, flags and the correlation id; a line outside carries none [G-08]', () => {
  setup()
  const { made, lines } = logger()
  runIn(frame(), () => made.info({ a: 1 }, 'in'))
  made.info('out')
  expect(lines).toEqual([
    { level: 30, time: 1000, ...ids, correlation_id: 'req-1', a: 1, msg: 'in' },
    { level: 30, time: 1000, msg: 'out' },
  ])
})

test('children, bindings and the caller’s own objects stay as they were', () => {
  setup()
  const { made, lines } = logger()
  const child = made.child({ reqId: 7 })
  const fields = Object.freeze({ a: 1 })
  runIn(frame(), () => child.info(fields, 'x'))
  child.info('y')
  expect(lines.map(({ reqId, trace_id }) => [reqId, trace_id])).toEqual([
    [7, TRACE],
    [7, undefined],
  ])
  expect([child.bindings(), fields]).toEqual([{ reqId: 7 }, { a: 1 }])
})

test('the ids stand at the top of the line also with nestedKey, and ids of a mixin are not doubled', () => {
  setup()
  const nested = logger({ nestedKey: 'payload' })
  runIn(frame(), () => nested.made.info({ a: 1 }, 'x'))
  expect(nested.lines[0]).toEqual({
    level: 30,
    time: 1000,
    ...ids,
    correlation_id: 'req-1',
    payload: { a: 1 },
    msg: 'x',
  })
  const texts: string[] = []
  const mixed = pino({ base: null, mixin: pinoMixin() }, { write: (text: string) => void texts.push(text) })
  runIn(frame(), () => mixed.info('x'))
  expect(texts[0]?.match(/"trace_id"/g)?.length).toBe(1)
})

test('a span’s name is added while include_spans says so [R-17]', () => {
  const span = { name: 'GET /orders/:id', spanContext: () => ({ traceId: TRACE, spanId: SPAN, traceFlags: 1 }) }
  for (const [includeSpans, expected] of [
    [true, 'GET /orders/:id'],
    [false, undefined],
  ] as const) {
    const { logs } = setup({ includeSpans })
    const { made, lines } = logger()
    runIn(Object.assign(frame(), { span }), () => made.info('x'))
    expect([lines[0]?.['span'], lines[0]?.['trace_id']]).toEqual([expected, TRACE])
    logs.stop()
  }
})

test('each line becomes a record with ids, severity, body and attributes', () => {
  const { records } = setup()
  const { made } = logger({ base: { name: 'shop' } })
  const error = Object.assign(new TypeError('boom'), { stack: 'TypeError: boom\n    at x' })
  runIn(frame(), () => made.child({ reqId: 7 }).error({ err: error, order: { id: 3 } }, 'failed'))
  const { scope, attributes, ...record } = records[0]!
  expect([scope.name, attributesObject(attributes), record]).toEqual([
    'shop',
    {
      reqId: 7,
      'exception.type': 'TypeError',
      'exception.message': 'boom',
      'exception.stacktrace': 'TypeError: boom\n    at x',
      order: { id: 3 },
      correlation_id: 'req-1',
    },
    {
      time: 1000,
      observed: 1000,
      severity: 17,
      severityText: 'ERROR',
      body: 'failed',
      t0: 0x0af76519,
      t1: 0x16cd43dd,
      t2: 0x8448eb21 | 0,
      t3: 0x1c80319c,
      s0: 0xb7ad6b71 | 0,
      s1: 0x69203331,
      flags: 1,
      eventName: '',
      dropped: 0,
    },
  ])
})

test('the record tells no more than the line: pino’s own redaction and serialisers hold for it', () => {
  const { records } = setup()
  const { made } = logger({ redact: ['user.ssn'], serializers: { card: () => 'hidden' } })
  made.info({ user: { ssn: '123-45', name: 'a' }, card: 'real' }, 'x')
  expect(attributesObject(records[0]!.attributes)).toEqual({ user: { ssn: '[Redacted]', name: 'a' }, card: 'hidden' })
})

test('pino levels are OTLP severities, custom ones by number [W-20]', () => {
  const { records, registry } = setup({ level: 'trace' })
  const { made } = logger({ level: 'trace', customLevels: { audit: 35 } })
  for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) made[level](level)
  ;(made as unknown as { audit(text: string): void }).audit('audit')
  expect(records.map(({ severity, severityText, body }) => [body, severity, severityText])).toEqual([
    ['trace', 1, 'TRACE'],
    ['debug', 5, 'DEBUG'],
    ['info', 9, 'INFO'],
    ['warn', 13, 'WARN'],
    ['error', 17, 'ERROR'],
    ['fatal', 21, 'FATAL'],
    ['audit', 9, 'INFO'],
  ])
  expect(emissions(registry)).toEqual({ trace: 1, debug: 1, info: 2, warn: 1, error: 1, fatal: 1 })
})

test('emissions are counted although nothing exports logs [W-20]', () => {
  const { registry, records } = setup({}, false)
  const { made } = logger()
  made.warn('x')
  expect([emissions(registry), records.length]).toEqual([
    { trace: 0, debug: 0, info: 0, warn: 1, error: 0, fatal: 0 },
    0,
  ])
})

test('each level has its series at 0 from the start, with values that really occur and no others [W-10] [W-20] (ruling 12)', () => {
  const { registry } = setup()
  expect(emissions(registry)).toEqual({ trace: 0, debug: 0, info: 0, warn: 0, error: 0, fatal: 0 })
})

test('records below the level are not exported; the line is pino’s business [R-17]', () => {
  const { records } = setup({ level: 'warn' })
  const { made, lines } = logger()
  made.info('a')
  made.warn('b')
  expect([records.map(({ body }) => body), lines.length]).toEqual([['b'], 2])
})

test('thread id and caller are added where they are asked for [R-17]', () => {
  const { records } = setup({ includeThreadIds: true, includeLineNumbers: true })
  const { made, lines } = logger()
  made.info('x')
  const attributes = attributesObject(records[0]!.attributes)
  expect([lines[0]?.['thread_id'], attributes['thread.id']]).toEqual([0, 0])
  expect(String(lines[0]?.['line'])).toMatch(/test\/logs\/pino\.test\.ts:\d+$/)
  expect([
    String(attributes['code.file.path']).endsWith('test/logs/pino.test.ts'),
    typeof attributes['code.line.number'],
  ]).toEqual([true, 'number'])
})

test('after the stop lines are as if we had never been', () => {
  const { logs, records, registry } = setup()
  logs.stop()
  const { made, lines } = logger()
  runIn(frame(), () => made.info('x'))
  expect([lines[0], records.length, emissions(registry)['info']]).toEqual([{ level: 30, time: 1000, msg: 'x' }, 0, 0])
})

test('a line written while another is being written leaves the bindings of both as they were', () => {
  setup()
  const inner = logger()
  const outer = logger({ serializers: { x: () => inner.made.info('inner') ?? 'done' } })
  runIn(frame(), () => outer.made.info({ x: 1 }, 'outer'))
  outer.made.info('later')
  inner.made.info('later')
  expect([outer.lines.map((line) => line['trace_id']), inner.lines.map((line) => line['trace_id'])]).toEqual([
    [TRACE, undefined],
    [TRACE, undefined],
  ])
})

test('a serialiser that throws leaves the bindings as they were', () => {
  setup()
  const { made, lines } = logger({
    serializers: {
      bad: () => {
        throw new Error('no')
      },
    },
  })
  runIn(frame(), () => expect(() => made.info({ bad: 1 })).toThrow('no'))
  made.info('later')
  expect(lines).toEqual([{ level: 30, time: 1000, msg: 'later' }])
})

test('observePino links a logger without the channel, and does nothing twice with one that has it', () => {
  const { logs, records } = setup()
  installLogs(logs)
  const { made, lines } = logger()
  expect(observePino(made)).toBe(made)
  observePino(made)
  runIn(frame(), () => made.child({ c: 1 }).info('with the channel'))
  expect([lines[0]?.['trace_id'], records.length]).toEqual([TRACE, 1])
  // Without the subscription the channel is silent: as with an older pino only the wrapped function is left.
  logs.stop()
  runIn(frame(), () => made.child({ c: 1 }).info('wrapped'))
  expect([lines[1], records.length]).toEqual([
    { level: 30, time: 1000, c: 1, ...ids, correlation_id: 'req-1', msg: 'wrapped' },
    2,
  ])
  installLogs(null)
  runIn(frame(), () => made.info('none'))
  expect(lines[2]).toEqual({ level: 30, time: 1000, msg: 'none' })
})

test('the mixin gives the ids of the moment, and nothing outside', () => {
  const mixin = pinoMixin()
  expect([runIn(frame(), mixin), mixin()]).toEqual([{ ...ids, correlation_id: 'req-1' }, {}])
})

test('what we say about ourselves goes to the application’s pino, to its root, and is neither counted nor exported [W-38] [S-27]', () => {
  const { logs, records, registry } = setup({ selfLevel: 'debug' })
  const { made, lines } = logger({ level: 'debug' })
  const stderr: string[] = []
  const receive = noticeToLogger(logs, (line) => stderr.push(line))
  const failed: Notice = {
    level: 'debug',
    event: 'export.unreachable',
    text: 'the collector does not answer',
    fields: { tries: 3 },
  }
  receive({ ...failed, level: 'warn' })
  expect(stderr).toEqual(['telltale warn: the collector does not answer\n'])
  made.child({ reqId: 1 }).info('hello')
  receive(failed)
  expect([lines.slice(1), stderr.length, records.length, emissions(registry)['debug']]).toEqual([
    [
      {
        level: 20,
        time: 1000,
        event: 'telltale.export.unreachable',
        tries: 3,
        msg: 'telltale: the collector does not answer',
      },
    ],
    1,
    1,
    0,
  ])
})

test('a notice below self_level is not said, and one made while we are saying one ends there', () => {
  const { logs } = setup({ selfLevel: 'error' })
  const stderr: string[] = []
  const receive = noticeToLogger(logs, (line) => {
    stderr.push(line)
    receive({ level: 'error', event: 'again', text: 'again' })
  })
  receive({ level: 'warn', event: 'a', text: 'a' })
  receive({ level: 'error', event: 'b', text: 'b' })
  expect(stderr).toEqual(['telltale error: b\n'])
})
