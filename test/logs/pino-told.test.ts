// What is told of a line without reading it is what reading it says: random loggers, children and calls, each line once
// with pino as it is and once with a pino whose version nobody knows, whose lines are all read.
import fc from 'fast-check'
import pino from 'pino'
import { afterEach, expect, test } from 'vitest'
import { runIn } from '../../src/context/current.ts'
import { Frame } from '../../src/context/frame.ts'
import { DEFAULTS, type LogOptions, Logs } from '../../src/logs/logs.ts'
import { Manner } from '../../src/logs/pino-manner.ts'
import { attributesObject } from '../../src/model/attribute.ts'
import type { LogRecord } from '../../src/model/log.ts'

const started: Logs[] = []
afterEach(() => {
  for (const logs of started.splice(0)) logs.stop()
})

const frame = (correlationId: string | null, tenant: string | null) =>
  Object.assign(new Frame(null), { t0: 1, t1: 2, t2: 3, t3: 4, s0: 5, s1: 6, flags: 1, correlationId, tenant })

interface Seen {
  readonly lines: string[]
  readonly records: LogRecord[]
}

/** Lines and records of what `work` does with a logger of these options. */
function see(
  read: boolean,
  options: pino.LoggerOptions,
  logOptions: Partial<LogOptions>,
  work: (logger: pino.Logger) => void,
): Seen {
  const seen: Seen = { lines: [], records: [] }
  const logs = new Logs({
    registry: null,
    sink: (record) => seen.records.push(record),
    options: { ...DEFAULTS, level: 'trace', ...logOptions },
    now: () => 7,
  })
  logs.start()
  started.push(logs)
  const logger = pino({ level: 'trace', ...options }, { write: (line: string) => void seen.lines.push(line) })
  if (read) Object.defineProperty(logger, 'version', { value: '99.0.0' })
  try {
    work(logger)
  } finally {
    logs.stop()
  }
  return seen
}

const plainOf = ({ scope, attributes, ...record }: LogRecord) => ({
  ...record,
  scope: scope.name,
  // With the order of keys.
  attributes: attributes === null ? null : [...attributes],
})

const NAMES = [
  ...['a', 'b', 'order', 'msg', 'text', 'level', 'time', 'pid', 'name', 'err', 'error', 'line', 'thread_id', 'tenant'],
  ...['trace_id', 'span', 'correlation_id', 'v', '0', '12', '1a', '', '__proto__', 'constructor', 'ö', 'a"b', 'card'],
]
const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c', 'order', 'plan', 'ö') },
  { weight: 2, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }) },
)
const leaf = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 120 }),
  fc.string({ maxLength: 10 }),
  fc.double(),
  fc.integer(),
  fc.constantFrom<unknown>(-0, Number.NaN, Infinity, null, undefined, true, false, () => 1),
)
const value = fc.oneof(
  { weight: 9, arbitrary: leaf },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      2n,
      Symbol('s'),
      new Date(0),
      [1, 'x', undefined],
      { deep: { er: -0 } },
      new Error('no'),
      new Map([[1, 2]]),
      { toJSON: () => 'json' },
      new String('boxed'),
    ),
  },
)
/** Kept as a list, so that `__proto__` is a key of its own. */
const members = fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 5 })
const objectOf = (list: readonly (readonly [string, unknown])[], getters: boolean): object => {
  const object = {}
  for (const [key, held] of list) {
    let asked = 0
    const property = getters ? { get: () => (asked++ === 0 ? held : 'asked again') } : { value: held, writable: true }
    Object.defineProperty(object, key, { ...property, enumerable: true, configurable: true })
  }
  return object
}

const time = (text: string): pino.LoggerOptions => ({ timestamp: () => text })

const OPTIONS: readonly pino.LoggerOptions[] = [
  { base: { pid: 1, hostname: 'h' } },
  { base: { name: 'shop', region: 'eu' } },
  { base: { deep: { a: [1] }, order: 'bound' } },
  { base: { trace_id: 'theirs', time: 5 } },
  { name: 'shop' },
  ...['text', 'a', 'v', 'a"b', 'err'].map((messageKey) => ({ messageKey })),
  ...['error', 'order'].map((errorKey) => ({ errorKey })),
  { nestedKey: 'payload' },
  { crlf: true },
  { timestamp: false },
  time(',"time":1795267556956'),
  time(',"time":"2026-11-21T13:25:56.956Z"'),
  time(',"time":"tomorrow"'),
  time(',"time":"x\\"y"'),
  time(',"time":12.5'),
  time(',"time":0'),
  time(',"time":007'),
  time(',"time":1795267556956,"more":1'),
  time(',"timestamp":1795267556956'),
  { redact: ['a'] },
  { redact: ['*.deep'] },
  { redact: ['order'] },
  { mixin: () => ({ mixed: 1 }) },
  { mixin: () => ({ order: 'mixed', trace_id: 'theirs' }) },
  { formatters: { level: (label) => ({ level: label }) } },
  { formatters: { level: (label, number) => ({ level: number, label }) } },
  { formatters: { level: (label) => ({ severity: label }) } },
  { formatters: { log: (object) => ({ ...object, formatted: true }) } },
  { formatters: { bindings: (bindings) => ({ ...bindings, bound: true }) } },
  { serializers: { a: (one) => [one], msg: (one) => `<${String(one)}>` } },
  { serializers: { order: () => undefined } },
  { serializers: { err: () => 'hidden', text: () => 5 } },
  { msgPrefix: '> ' },
  { customLevels: { audit: 35, warning: 41 } },
]

/** Most loggers have few options. */
const loggers = fc
  .array(fc.constantFrom(...OPTIONS), { maxLength: 3 })
  .map((chosen) => Object.assign({ base: null }, ...chosen) as pino.LoggerOptions)

const call = fc.record({
  level: fc.constantFrom<pino.Level>('trace', 'debug', 'info', 'warn', 'error', 'fatal'),
  fields: fc.option(members, { nil: undefined }),
  getters: fc.constantFrom(true, false, false, false),
  proxy: fc.constantFrom(true, false, false, false),
  message: fc.oneof(fc.string({ maxLength: 10 }), leaf, fc.constantFrom<unknown>('%s of %d', { an: 'object' })),
  rest: fc.array(leaf, { maxLength: 2 }),
  within: fc.constantFrom(0, 1, 2, 3),
})

const program = fc.record({
  options: loggers,
  children: fc.array(
    fc.record({
      bindings: members,
      options: fc.constantFrom<pino.ChildLoggerOptions | undefined>(
        undefined,
        undefined,
        { msgPrefix: 'c ' },
        { redact: ['b'] },
        { serializers: { b: () => 'child' } },
        { level: 'trace' },
      ),
    }),
    { maxLength: 2 },
  ),
  calls: fc.array(call, { minLength: 1, maxLength: 4 }),
  logs: fc.record({
    includeSpans: fc.boolean(),
    includeTargets: fc.boolean(),
    includeThreadIds: fc.constantFrom(false, false, false, true),
    limits: fc.constantFrom<NonNullable<LogOptions['limits']>>(DEFAULTS.limits!, { attributes: 2, valueLength: 4 }),
  }),
})

type Program = typeof program extends fc.Arbitrary<infer P> ? P : never

function run({ options, children, calls, logs }: Program, read: boolean): Seen {
  const frames = [undefined, frame(null, null), frame('req-1', null), frame(null, 'acme')]
  return see(read, { timestamp: () => ',"time":1000', ...options }, logs, (root) => {
    let logger: pino.Logger = root
    const speak = () => {
      for (const { level, fields, getters, proxy, message, rest, within } of calls) {
        let given: object | undefined = fields && objectOf(fields, getters)
        if (given !== undefined && proxy) given = new Proxy(given, {})
        runIn(frames[within], () => {
          try {
            if (given === undefined) logger[level](message as string, ...(rest as []))
            else logger[level](given, message as string, ...(rest as []))
          } catch {}
        })
      }
    }
    speak()
    for (const child of children) {
      try {
        logger = logger.child(objectOf(child.bindings, false), child.options)
      } catch {
        continue
      }
      speak()
    }
  })
}

test('a record that is told of a call is the one that its line says, and the line is the same', () => {
  let told = 0
  const tells = Manner.prototype.takes
  Manner.prototype.takes = function (...args) {
    const taken = tells.apply(this, args)
    if (taken) told++
    return taken
  }
  try {
    fc.assert(
      fc.property(program, (made) => {
        const one = run(made, false)
        const other = run(made, true)
        expect(one.lines).toEqual(other.lines)
        expect(one.records.map(plainOf)).toEqual(other.records.map(plainOf))
      }),
      { numRuns: 300 },
    )
  } finally {
    Manner.prototype.takes = tells
  }
  // The property means something only while calls are told.
  expect(told).toBeGreaterThan(20)
})

test('each option of a logger by itself leaves the record of a plain call as its line says it', () => {
  const calls = [{ order: 1, a: 'x' }, { level: 5 }, {}].map((fields) => ({
    level: 'info' as const,
    fields: Object.entries(fields),
    getters: false,
    proxy: false,
    message: 'y',
    rest: [],
    within: 3 as const,
  }))
  const logs = { includeSpans: true, includeTargets: true, includeThreadIds: false, limits: DEFAULTS.limits! }
  const children = [{ bindings: [['user', 7]] as [string, unknown][], options: undefined }]
  for (const options of OPTIONS) {
    const made = { options: { base: null, ...options }, children, calls, logs }
    expect(run(made, false).records.map(plainOf)).toEqual(run(made, true).records.map(plainOf))
  }
})

test('a call of plain values is told, with bindings, ids and levels; getters of the application are asked once', () => {
  let asked = 0
  const fields = {
    get order() {
      return ++asked
    },
  }
  const { records } = see(false, { base: { name: 'shop', region: 'eu' } }, {}, (logger) => {
    runIn(frame('req-1', 'acme'), () => logger.child({ user: 7 }).warn({ plan: 'pro', rate: -0, gone: undefined }, 'x'))
    logger.info(fields, 'y')
  })
  expect(
    records.map(({ scope, attributes, body, severityText, t3 }) => [
      scope.name,
      attributesObject(attributes),
      body,
      severityText,
      t3,
    ]),
  ).toEqual([
    ['shop', { region: 'eu', user: 7, correlation_id: 'req-1', tenant: 'acme', plan: 'pro', rate: 0 }, 'x', 'WARN', 4],
    ['shop', { region: 'eu', order: 1 }, 'y', 'INFO', 0],
  ])
  expect(asked).toBe(1)
})
