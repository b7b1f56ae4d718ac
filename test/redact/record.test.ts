import { expect, test } from 'vitest'
import { type Flat, Scope, type Value } from '../../src/model/attribute.ts'
import { LogRecord } from '../../src/model/log.ts'
import { SpanRare, SpanRecord, Template } from '../../src/model/span.ts'
import { Redactor, redactLog, redactSpan, redactValue } from '../../src/redact.ts'

const scope = new Scope('test')
const redactor = new Redactor()

test('a span loses its secrets in attributes, templates, events, links and its status message [G-12]', () => {
  const span = new SpanRecord(scope, 'call https://u:p@h/', 3, 1)
  span.attributes = ['user.password', 'x', 'n', 1, 'list', ['Bearer abc12345', 'ok']]
  span.template = new Template(['http.route', '/a', 'api_key', 'k'])
  span.peer = new Template(['email', 'bob@example.com'])
  span.rare = new SpanRare()
  span.rare.statusMessage = 'password=hunter2'
  span.rare.events = [{ name: 'token=abc', time: 1, attributes: ['exception.message', 'secret: s1'], dropped: 0 }]
  span.rare.links = [
    { t0: 1, t1: 1, t2: 1, t3: 1, s0: 1, s1: 1, flags: 1, traceState: null, attributes: ['cookie', 'c'], dropped: 0 },
  ]
  redactSpan(span)
  expect({
    name: span.name,
    own: span.attributes,
    template: span.template.attributes,
    peer: span.peer.attributes,
    rare: span.rare,
  }).toEqual({
    name: 'call https://REDACTED:REDACTED@h/',
    own: ['user.password', '[REDACTED]', 'n', 1, 'list', ['Bearer [REDACTED]', 'ok']],
    template: ['http.route', '/a', 'api_key', '[REDACTED]'],
    peer: ['email', '[REDACTED]'],
    rare: {
      events: [
        { name: 'token=[REDACTED]', time: 1, attributes: ['exception.message', 'secret: [REDACTED]'], dropped: 0 },
      ],
      links: [
        {
          t0: 1,
          t1: 1,
          t2: 1,
          t3: 1,
          s0: 1,
          s1: 1,
          flags: 1,
          traceState: null,
          attributes: ['cookie', '[REDACTED]'],
          dropped: 0,
        },
      ],
      statusMessage: 'password=[REDACTED]',
      traceState: null,
      droppedAttributes: 0,
      droppedEvents: 0,
      droppedLinks: 0,
    },
  })
})

test('a template is judged once', () => {
  const template = new Template(['token', 'a'])
  const span = new SpanRecord(scope, 'x', 1, 1)
  span.template = template
  redactSpan(span)
  expect(template.judged).toBe(true)
  expect(template.attributes).toEqual(['token', '[REDACTED]'])
})

test('a log record loses its secrets in body and attributes, whatever their shape [G-12]', () => {
  const record = new LogRecord(scope, 1, 9, 'INFO', { msg: 'Bearer abc12345', deep: { password: 'x' } })
  record.attributes = ['req', { headers: { authorization: 'Basic x', accept: '*/*' }, url: '/a?token=b' }]
  redactLog(record)
  expect([record.body, record.attributes]).toEqual([
    { msg: 'Bearer [REDACTED]', deep: { password: '[REDACTED]' } },
    ['req', { headers: { authorization: '[REDACTED]', accept: '*/*' }, url: '/a?token=REDACTED' }],
  ])
})

test('a record that cannot be sanitised is replaced by one that says so, never emitted raw [G-14]', () => {
  const hostile = Object.freeze(['password', 'hunter2']) as unknown as Flat
  const span = new SpanRecord(scope, 'name', 1, 1)
  span.attributes = hostile
  redactSpan(span)
  expect([span.name, span.attributes]).toEqual(['[REDACTED]', ['telltale.redaction', 'failed']])
  const record = new LogRecord(scope, 1, 9, 'INFO', 'body')
  record.attributes = hostile
  redactLog(record)
  expect([record.body, record.attributes]).toEqual(['[REDACTED]', ['telltale.redaction', 'failed']])
})

test('the value is replaced, the key and the shape stay: arrays and objects under a secret key keep theirs [G-13]', () => {
  expect(
    redactValue({
      credentials: { user: 'u', list: [1, true, null, 'x'] },
      a: [{ b: 1 }],
      scheduler_metadata: { node: 'n1', registry_password: 'p' },
    }),
  ).toEqual({
    credentials: { user: '[REDACTED]', list: ['[REDACTED]', '[REDACTED]', null, '[REDACTED]'] },
    a: [{ b: 1 }],
    scheduler_metadata: { node: 'n1', registry_password: '[REDACTED]' },
  })
})

test('cycles, depth and size are bounded, and the given value is not changed [G-13]', () => {
  const loop: Record<string, unknown> = { token: 't' }
  loop['self'] = loop
  expect(redactValue(loop)).toEqual({ token: '[REDACTED]', self: '[CYCLE]' })
  expect(loop['token']).toBe('t')
  const shared = { a: 1 }
  expect(redactValue([shared, shared])).toEqual([{ a: 1 }, { a: 1 }])
  let deep: unknown = 'end'
  for (let i = 0; i < 1000; i++) deep = { deep }
  expect(JSON.stringify(redactValue(deep))).toContain('[DEPTH]')
  expect((redactValue(Array.from({ length: 20_000 }, () => 1)) as Value[]).length).toBe(10_001)
})

test('what is not plain data becomes text and a throwing getter does no harm', () => {
  const hostile = {
    get boom(): never {
      throw new Error('no')
    },
    ok: 1,
  }
  const error = Object.assign(new TypeError('password=x'), { code: 'E1', config: { token: 't' } })
  delete error.stack
  expect(
    redactValue([
      hostile,
      error,
      new Date(0),
      new URL('https://u:p@h/'),
      new Map([['secret', 1]]),
      new Set([1]),
      () => 1,
      Symbol('s'),
      { toJSON: () => ({ password: 1 }) },
    ]),
  ).toEqual([
    { boom: '[UNREADABLE]', ok: 1 },
    { type: 'TypeError', message: 'password=[REDACTED]', code: 'E1', config: { token: '[REDACTED]' } },
    '1970-01-01T00:00:00.000Z',
    'https://REDACTED:REDACTED@h/',
    { secret: '[REDACTED]' },
    [1],
    '[Function]',
    'Symbol(s)',
    { password: '[REDACTED]' },
  ])
})

test('what an application can hand over to break the walk breaks nothing, and tells nothing [G-14]', () => {
  const throwing = (trap: string) =>
    new Proxy(
      { password: 'hunter2' },
      {
        [trap]: () => {
          throw new Error('hunter2')
        },
      },
    )
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  const nameless = Object.assign(new Error('x'), { stack: undefined })
  Object.defineProperty(nameless, 'message', {
    get: () => {
      throw new Error('hunter2')
    },
  })
  class Account {
    #pin = 'hunter2'
    password = 'hunter2'
    get token() {
      return this.#pin
    }
  }
  const endless = { toJSON: () => ({ ...endless }) }
  expect(
    redactValue([
      throwing('getPrototypeOf'),
      throwing('ownKeys'),
      throwing('get'),
      revoked.proxy,
      nameless,
      new Account(),
      Object.assign(Object.create(null), { token: 'hunter2', a: 1 }),
      {
        [Symbol('token')]: 'hunter2',
        toString: () => {
          throw new Error('hunter2')
        },
      },
      new Map([
        [
          {
            toString: () => {
              throw new Error('hunter2')
            },
          },
          1,
        ],
      ]),
      {
        toJSON: () => {
          throw new Error('hunter2')
        },
      },
      Promise.resolve('hunter2'),
      new WeakMap(),
      function hunter2() {},
    ]),
  ).toEqual([
    '[UNREADABLE]',
    '[UNREADABLE]',
    '[UNREADABLE]',
    '[UNREADABLE]',
    '[UNREADABLE]',
    { password: '[REDACTED]' },
    { token: '[REDACTED]', a: 1 },
    { toString: '[Function]' },
    '[UNREADABLE]',
    '[UNREADABLE]',
    {},
    {},
    '[Function]',
  ] as unknown[])
  expect(JSON.stringify(redactValue(endless))).toContain('[DEPTH]')
})

test('boxed texts, headers told as pairs or as one list, and texts in bytes lose their secrets [G-13]', () => {
  const wide = Buffer.from('password=hunter2', 'utf16le')
  const plain = Buffer.from([0, 1, 2, 255])
  expect(
    redactValue({
      boxed: [new String('Bearer abc12345'), new Number(4111111111111111), new Boolean(true)],
      entries: [
        ['authorization', 'hunter2'],
        ['x-api-key', ['hunter2']],
        ['accept', '*/*'],
      ],
      rawHeaders: ['X-Api-Key', 'hunter2', 'Accept', '*/*', 'cookie'],
      channels: ['email', 'sms'],
      bytes: [Buffer.from('token=hunter2'), wide, plain, Buffer.alloc(100_000)],
      password: [Buffer.from('x'), new Date(0), new URL('http://h/'), { a: { b: 1n } }, undefined, ''],
    }),
  ).toEqual({
    boxed: ['Bearer [REDACTED]', '[REDACTED]', true],
    entries: [
      ['authorization', '[REDACTED]'],
      ['x-api-key', ['[REDACTED]']],
      ['accept', '*/*'],
    ],
    rawHeaders: ['X-Api-Key', '[REDACTED]', 'Accept', '*/*', 'cookie'],
    channels: ['email', 'sms'],
    bytes: ['[REDACTED]', '[REDACTED]', plain, '[SIZE]'],
    password: ['[REDACTED]', '[REDACTED]', '[REDACTED]', { a: { b: '[REDACTED]' } }, null, ''],
  })
})

test('a key that holds a secret loses it, each time, whatever stands under it [G-12]', () => {
  for (const value of [1, true, 'x', ['x']] as Value[]) {
    const flat: Flat = ['Bearer abc.def-123', value, 'https://bob:pw@h/ token', value]
    for (let i = 0; i < 2; i++) {
      const copy = [...flat]
      redactor.flat(copy)
      const hidden = Array.isArray(value) ? ['[REDACTED]'] : '[REDACTED]'
      expect(copy).toEqual(['Bearer [REDACTED]', value, 'https://REDACTED:REDACTED@h/ token', hidden])
    }
  }
})

test('what was seen at one place is not taken for what stands there now [G-12]', () => {
  const say = (...flat: Flat): Flat => {
    redactor.flat(flat)
    return flat
  }
  expect([
    say('note', 'fine'),
    say('note', 'fine'),
    say('note', 'Bearer abc12345'),
    say('password', 'fine'),
    say('password', 'fine'),
    say('note', 4111111111111111),
    say('note', 7),
    say('pin', 7),
    say('pin', true),
    say('http.route', '/a'),
    say('http.route', '/reset?token=abc'),
    say('http.route', 'x'),
    say('http.request.method', 'eyJhbGciOiJI.eyJzdWIi.abc'),
  ]).toEqual([
    ['note', 'fine'],
    ['note', 'fine'],
    ['note', 'Bearer [REDACTED]'],
    ['password', '[REDACTED]'],
    ['password', '[REDACTED]'],
    ['note', '[REDACTED]'],
    ['note', 7],
    ['pin', '[REDACTED]'],
    ['pin', '[REDACTED]'],
    ['http.route', '/a'],
    ['http.route', '/reset?token=REDACTED'],
    ['http.route', 'x'],
    ['http.request.method', '[REDACTED]'],
  ])
})

test('names of spans are looked at although the last ones were clean [G-12]', () => {
  const names = [...Array.from({ length: 40 }, () => 'GET /orders'), 'GET /x?pin=', 'pin=secret1', 'GET /orders']
  const seen = names.map((name) => {
    const span = new SpanRecord(scope, name, 1, 1)
    redactor.span(span)
    return span.name
  })
  expect(seen).toEqual([...names.slice(0, -2), 'pin=[REDACTED]', 'GET /orders'])
})

test('trace states, scopes and the words of a severity are looked at too; a trace state with a secret is left out [G-12]', () => {
  const own = new Scope('lib', '1', '', ['token', 'x', 'kind', 'y'])
  const span = new SpanRecord(own, 'name', 1, 1)
  span.rare = new SpanRare()
  span.rare.traceState = 'a=1,b=eyJhbGciOiJI.eyJzdWIi.abc'
  const link = { t0: 1, t1: 1, t2: 1, t3: 1, s0: 1, s1: 1, flags: 1, attributes: null, dropped: 0 }
  span.rare.links = [
    { ...link, traceState: 'a=1,token=2' },
    { ...link, traceState: 'a=ghp_abcdefghijklmnopqrstuvwxyz012345' },
  ]
  redactSpan(span)
  const record = new LogRecord(own, 1, 9, 'Bearer abc12345', 'body')
  record.eventName = 'pin=1234'
  redactLog(record)
  expect([
    span.rare.traceState,
    span.rare.links.map(({ traceState }) => traceState),
    own.attributes,
    record.severityText,
    record.eventName,
  ]).toEqual([null, ['a=1,token=2', null], ['token', '[REDACTED]', 'kind', 'y'], 'Bearer [REDACTED]', 'pin=[REDACTED]'])
})

test('an own key called __proto__ stays a key', () => {
  const value = redactValue(JSON.parse('{"__proto__":{"token":"a"}}')) as object
  expect(JSON.stringify(value)).toBe('{"__proto__":{"token":"[REDACTED]"}}')
})

test('card numbers are found as numbers too', () => {
  expect(redactValue([4111111111111111, 1732160000000, 4111111111111112])).toEqual([
    '[REDACTED]',
    1732160000000,
    4111111111111112,
  ])
})
