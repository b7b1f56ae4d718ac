import { afterEach, beforeEach, expect, test } from 'vitest'
import winston from 'winston'
import { enter, runIn } from '../../src/context/current.ts'
import { Frame } from '../../src/context/frame.ts'
import { installLogs } from '../../src/logs/installed.ts'
import { DEFAULTS, type LogOptions, Logs } from '../../src/logs/logs.ts'
import { observeWinston } from '../../src/logs.ts'
import { attributesObject } from '../../src/model/attribute.ts'
import type { LogRecord } from '../../src/model/log.ts'

const frame = () =>
  Object.assign(new Frame(null), { t0: 1, t1: 2, t2: 3, t3: 4, s0: 5, s1: 6, flags: 1, correlationId: 'req-1' })
const METHODS = ['log', 'info', 'debug', 'warn', 'error'] as const

/** Stands where the terminal is. */
let written: unknown[][] = []
const before = { ...console }
const terminal: Record<string, (...args: unknown[]) => void> = {}
let started: Logs | undefined

beforeEach(() => {
  enter(undefined)
  written = []
  for (const name of METHODS) {
    terminal[name] = (...args) => void written.push([name, ...args])
    console[name] = terminal[name]
  }
})
afterEach(() => {
  started?.stop()
  started = undefined
  installLogs(null)
  Object.assign(console, before)
})

function setup(options: Partial<LogOptions> = {}, sink?: (record: LogRecord) => void) {
  const records: LogRecord[] = []
  const logs = new Logs({
    registry: null,
    sink: sink ?? ((record) => records.push(record)),
    options: { ...DEFAULTS, bridges: { pino: true, winston: true, console: true }, ...options },
    now: () => 5,
  })
  logs.start()
  started = logs
  return { logs, records, told: () => records.map(({ severityText, body }) => [severityText, body]) }
}

test('each call is written as it was and becomes one record with its level and its formatted text [R-17]', () => {
  const { told } = setup({ level: 'debug' })
  const object = { a: { b: [1] } }
  console.log('%s of %d', 'two', 3, object)
  console.info('i')
  console.debug('d')
  console.warn('w')
  console.error('e', 1n)
  console.log()
  expect(written).toEqual([
    ['log', '%s of %d', 'two', 3, object],
    ['info', 'i'],
    ['debug', 'd'],
    ['warn', 'w'],
    ['error', 'e', 1n],
    ['log'],
  ])
  expect(written[0]![4]).toBe(object)
  expect(told()).toEqual([
    ['INFO', 'two of 3 { a: { b: [ 1 ] } }'],
    ['INFO', 'i'],
    ['DEBUG', 'd'],
    ['WARN', 'w'],
    ['ERROR', 'e 1n'],
    ['INFO', ''],
  ])
})

test('a record has the ids of its span and the correlation id; an error is told as an exception [G-08]', () => {
  const { records } = setup()
  const error = new RangeError('far')
  runIn(frame(), () => console.error('failed:', error))
  const [record] = records
  expect([record!.t3, record!.s1, record!.flags, record!.scope.name, record!.time]).toEqual([4, 6, 1, 'console', 5])
  expect(attributesObject(record!.attributes)).toEqual({
    'exception.type': 'RangeError',
    'exception.message': 'far',
    'exception.stacktrace': error.stack,
    correlation_id: 'req-1',
  })
  expect(record!.body).toContain('failed: RangeError: far')
})

test('it is off unless it is asked for', () => {
  const { records } = setup({ bridges: DEFAULTS.bridges! })
  expect(console.log).toBe(terminal['log'])
  console.log('x')
  expect(records).toEqual([])
})

test('a stop puts the console back, but not over what somebody put there since', () => {
  const { logs, records } = setup()
  const ours = console.warn
  const wrapped = (...args: unknown[]) => ours(...args)
  console.warn = wrapped
  logs.stop()
  expect([console.log, console.warn]).toEqual([terminal['log'], wrapped])
  console.warn('after')
  expect([written, records]).toEqual([[['warn', 'after']], []])
})

test('what a value, a sink or a stream writes on the console meanwhile is written and not told', () => {
  const { told } = setup({}, undefined)
  const loud = {
    [Symbol.for('nodejs.util.inspect.custom')]() {
      console.log('inside')
      return 'loud'
    },
  }
  console.log(loud)
  expect(told()).toEqual([['INFO', 'loud']])
  expect(written.map(([, first]) => first)).toEqual([loud, 'inside'])
  started!.stop()
  let handed = 0
  setup({}, () => {
    handed++
    console.error('the sink speaks')
  })
  console.log('x')
  expect(handed).toBe(1)
})

test('a value that cannot be shown, or a sink that throws, harms nobody', () => {
  const { told } = setup()
  const hostile = {
    [Symbol.for('nodejs.util.inspect.custom')]() {
      throw new Error('no')
    },
  }
  expect(() => console.log(hostile)).not.toThrow()
  console.log('next')
  expect(told()).toEqual([['INFO', 'next']])
  started!.stop()
  setup({}, () => {
    throw new Error('sink')
  })
  expect(() => console.log('x')).not.toThrow()
})

test('an exception of the console itself is the caller’s, as before', () => {
  const { records } = setup()
  started!.stop()
  console.log = () => {
    throw new Error('closed')
  }
  started!.start()
  expect(() => console.log('x')).toThrow('closed')
  expect(records).toEqual([])
})

test('a long text is cut to the limit of values, levels and sampling hold [R-17]', () => {
  const { told } = setup({ level: 'warn', limits: { attributes: 4, valueLength: 3 } })
  console.log('below')
  console.warn('abcdef')
  expect(told()).toEqual([['WARN', 'abc']])
})

test('the methods keep their names, and a second start changes nothing', () => {
  const { logs, records } = setup()
  logs.start()
  console.log('once')
  expect([console.log.name, records.length]).toEqual(['log', 1])
})

test('winston that writes through the console is told once', async () => {
  const { records, told } = setup()
  installLogs(started!)
  const logger = observeWinston(
    winston.createLogger({ transports: [new winston.transports.Console({ forceConsole: true })] }),
  )
  logger.info('first')
  await new Promise((resolve) => setImmediate(resolve))
  logger.info('second')
  await new Promise((resolve) => setImmediate(resolve))
  expect(told()).toEqual([
    ['INFO', 'first'],
    ['INFO', 'second'],
  ])
  expect([records[0]!.scope.name, written.length]).toEqual(['winston', 2])
})
