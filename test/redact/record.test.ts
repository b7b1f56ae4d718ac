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
  record.eventName = 'name'
  redactLog(record)
  expect(record).toMatchObject({
    ...{ body: '[REDACTED]', attributes: ['telltale.redaction', 'failed'], eventName: '', severityText: '' },
  })
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

test('a key that stands where it stood is not judged anew, but what stands under it is looked at, of any kind [G-12]', () => {
  const kinds: Value[] = [
    'fine',
    'pin=1',
    7,
    4111111111111111,
    true,
    ['pin=1'],
    { token: 't' },
    'a: b',
    3e11,
    'fine',
    '',
  ]
  const shown = [
    'fine',
    'pin=[REDACTED]',
    7,
    '[REDACTED]',
    true,
    ['pin=[REDACTED]'],
    { token: '[REDACTED]' },
    'a: b',
    3e11,
    'fine',
    '',
  ]
  for (const key of ['note', 'http.request.method', 'k'.repeat(64), 'k'.repeat(65)])
    for (let round = 0; round < 2; round++) {
      const own = new Redactor()
      const seen = kinds.flatMap((_, from) =>
        kinds.map((kind, i) => {
          const pair: Flat = [key, kinds[(i + from) % kinds.length]!, key, kind]
          own.flat(pair)
          return [pair[1], pair[3]]
        }),
      )
      const at = (i: number) => shown[i % shown.length]
      expect(seen).toEqual(kinds.flatMap((_, from) => kinds.map((__, i) => [at(i + from), at(i)])))
      own.flat(['pin', 'x', 'pin', 'x'])
      const secret: Flat = ['pin', 'fine', 'pin', true]
      own.flat(secret)
      expect(secret).toEqual(['pin', '[REDACTED]', 'pin', '[REDACTED]'])
    }
})

/** A redactor, and how often it judges keys and looks into texts while `work` runs: told by a pattern that finds nothing. */
function watched(): { own: Redactor; looks(work: () => void): { judged: number; passed: number } } {
  const count = { judged: 0, passed: 0 }
  const pattern = /./g
  pattern[Symbol.replace] = (text: string) => {
    count.passed++
    return text
  }
  const own = new Redactor({ patterns: [{ name: 'none', pattern }], onFound: () => {} })
  const { judge } = own
  const judging = (key: string) => {
    count.judged++
    return judge(key)
  }
  Object.assign(own, { judge: judging })
  const looks = (work: () => void) => {
    Object.assign(count, { judged: 0, passed: 0 })
    work()
    return { ...count }
  }
  return { own, looks }
}

test('what stands where it stood costs no second look: keys up to a length, and short values [G-12]', () => {
  const cost = (...flat: Flat) => {
    const { own, looks } = watched()
    own.flat([...flat])
    const { judged, passed } = looks(() => own.flat([...flat]))
    return [judged, passed]
  }
  expect([
    cost('note', 'plain'),
    cost('note', 'a: b'),
    cost('note', 'a: b56789012'),
    cost('note', 'a: b567890123'),
    cost('http.request.method', 'a: b'),
    cost('k'.repeat(64), 'a: b'),
    cost('k'.repeat(65), 'a: b'),
    cost('note', true, 'size', 7),
    cost('pin', 'x'),
    cost('url.full', 'a: b'),
    cost(...Array.from({ length: 256 }, (_, i) => (i % 2 === 0 ? `k${i}` : 'a: b'))),
  ]).toEqual([
    ...[
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 1],
      [0, 0],
      [0, 0],
      [1, 1],
    ],
    ...[
      [0, 0],
      [0, 1],
      // The values within a URL are looked at each time.
      [0, 1],
      [0, 0],
    ],
  ])
})

test('names that come again and again are remembered, one of eight; long ones are not [G-12]', () => {
  const { own, looks } = watched()
  const passed = (name: string, times: number) =>
    looks(() => {
      for (let i = 0; i < times; i++) own.span(new SpanRecord(scope, name, 1, 1))
    }).passed
  expect([passed('GET /a', 20), passed('GET /a', 5), passed('GET /b', 7), passed('GET /a', 1)]).toEqual([
    ...[8, 0, 7, 0],
  ])
  expect([passed('x'.repeat(65), 20), passed('y'.repeat(64), 20), passed('y'.repeat(64), 1)]).toEqual([20, 1, 0])
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

test('an own key called __proto__ stays a key like any other', () => {
  const value = redactValue(JSON.parse('{"__proto__":{"token":"a"},"b":1}')) as object
  expect(JSON.stringify(value)).toBe('{"__proto__":{"token":"[REDACTED]"},"b":1}')
  const plain = { enumerable: true, configurable: true, writable: true }
  expect(Object.getOwnPropertyDescriptors(value)).toEqual({
    ['__proto__']: { value: { token: '[REDACTED]' }, ...plain },
    b: { value: 1, ...plain },
  })
})

test('card numbers are found as numbers too', () => {
  expect(redactValue([4111111111111111, 1732160000000, 4111111111111112])).toEqual([
    '[REDACTED]',
    1732160000000,
    4111111111111112,
  ])
})

test('dates, patterns, addresses and errors become text; what is secret in them is not told [G-13]', () => {
  const error = Object.assign(new RangeError('pin=1', { cause: { token: 't', n: 1 } }), { stack: 'at pin=2' })
  const own = { toJSON: () => own, pin: 1, n: 2 }
  expect(
    redactValue({
      dates: [new Date(Number.NaN), new Date(1)],
      at: Object.assign(new Date(3), { toJSON: () => 'other' }),
      patterns: [/pin=1/, /a/gi],
      addresses: [new URL('http://h/a?sig=1'), new URL('http://u:p@h/?a=api%255Fkey%253D1')],
      'url.full': 'http://h/?sig=1',
      errors: [error, Object.assign(new Error('x'), { stack: 1 })],
      own,
      nothing: undefined,
      token: { error, at: new Date(0), list: [['a', 1], /x/], map: new Map([['k', 'v']]) },
    }),
  ).toEqual({
    dates: ['', '1970-01-01T00:00:00.001Z'],
    at: '1970-01-01T00:00:00.003Z',
    patterns: ['/pin=[REDACTED]', '/a/gi'],
    addresses: ['http://h/a?sig=REDACTED', 'http://REDACTED:REDACTED@h/?a=REDACTED'],
    'url.full': 'http://h/?sig=REDACTED',
    errors: [
      {
        type: 'RangeError',
        message: 'pin=[REDACTED]',
        stack: 'at pin=[REDACTED]',
        cause: { token: '[REDACTED]', n: 1 },
      },
      { type: 'Error', message: 'x' },
    ],
    own: { toJSON: '[Function]', pin: '[REDACTED]', n: 2 },
    token: {
      error: {
        type: '[REDACTED]',
        message: '[REDACTED]',
        stack: '[REDACTED]',
        cause: { token: '[REDACTED]', n: '[REDACTED]' },
      },
      at: '[REDACTED]',
      list: [['[REDACTED]', '[REDACTED]'], '[REDACTED]'],
      map: { k: '[REDACTED]' },
    },
  })
})

test('a list is one of pairs where each of the first hundred is, and the others begin with a name [G-13]', () => {
  const pairs = (count: number, ...more: unknown[]) =>
    redactValue([...Array.from({ length: count }, () => ['pin', 'x']), ...more]) as Value[]
  const hidden = (list: Value[]) => list.filter((one) => Array.isArray(one) && one[1] === '[REDACTED]').length
  expect([1, 99, 100, 101, 150].map((count) => hidden(pairs(count)))).toEqual([1, 99, 100, 101, 150])
  // One that is no pair, and the names say nothing of what stands beside them.
  const others = [['pin', 'x', 'y'], ['pin'], 'pin', [1, 'x'], 7, null]
  expect(others.map((other) => hidden(pairs(99, other)))).toEqual([0, 0, 0, 0, 0, 0])
  expect(others.map((other) => hidden(pairs(3, other, ['pin', 'x'])))).toEqual([0, 0, 0, 0, 0, 0])
  // Behind them only what would be taken for a name is looked at.
  expect(others.map((other) => hidden(pairs(100, other)))).toEqual([101, 100, 0, 0, 0, 0])
  expect([hidden(pairs(100, ['pin', 'x'], 7)), hidden(pairs(101, [7, 'x']))]).toEqual([0, 0])
  expect(redactValue([])).toEqual([])
})

test('headers as one list are told by the key that it stands under, and only names are keys in it [G-13]', () => {
  const list = ['pin', 'pin', 'a', 'pin', 7, 'x', 'cookie']
  expect(
    redactValue({ rawHeaders: list, raw_trailers: ['pin', 1], RAWHEADERS: ['pin', 1], other: ['pin', 'x'] }),
  ).toEqual({
    rawHeaders: ['pin', '[REDACTED]', 'a', 'pin', 7, 'x', 'cookie'],
    raw_trailers: ['pin', '[REDACTED]'],
    RAWHEADERS: ['pin', '[REDACTED]'],
    other: ['pin', 'x'],
  })
  expect(redactValue({ myRawHeaders: ['pin', 'x'], rawHeadersOf: ['pin', 'x'] })).toEqual({
    myRawHeaders: ['pin', 'x'],
    rawHeadersOf: ['pin', 'x'],
  })
})

test('a tree has so many values and no more: pairs, members and elements count [G-13]', () => {
  const small = new Redactor({ maxNodes: 4, maxDepth: 2 })
  expect(small.value({ a: 1, b: 2, c: 3, d: 4 })).toEqual({ a: 1, b: 2, c: 3, d: 4 })
  expect(small.value({ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 })).toEqual({ a: 1, b: 2, c: 3, d: 4, '…': '[SIZE]' })
  expect(small.value([1, 2, 3, 4])).toEqual([1, 2, 3, 4])
  expect(small.value([1, 2, 3, 4, 5, 6])).toEqual([1, 2, 3, 4, '[SIZE]'])
  expect(small.value({ a: [1, 2], b: 3 })).toEqual({ a: [1, 2], b: 3 })
  expect(small.value({ a: [1, 2, 3], b: 3 })).toEqual({ a: [1, 2, 3], '…': '[SIZE]' })
  const pair = ['a', 1]
  expect(small.value([pair, pair, pair])).toEqual([['a', 1], ['a', 1], '[SIZE]'])
  expect(small.value({ a: { b: { c: 1 } } })).toEqual({ a: { b: '[DEPTH]' } })
})

test('bytes are looked at as one and as two a letter, so many and no more [G-13]', () => {
  const filled = (length: number, text: string) => Buffer.from(text.padEnd(length, '.'))
  const most = filled(65_536, 'a')
  const wide = (text: string) => Buffer.from(text, 'utf16le')
  expect(redactValue([most, filled(65_537, 'a'), filled(65_536, 'pin=1 ')])).toEqual([most, '[SIZE]', '[REDACTED]'])
  expect(redactValue([wide('pin=1'), wide('pan=1'), Buffer.from('pin=1'), Buffer.from('\0')])).toEqual([
    '[REDACTED]',
    wide('pan=1'),
    '[REDACTED]',
    Buffer.from('\0'),
  ])
  // A part of a larger piece of memory is looked at by itself.
  const part = Buffer.from('xx pin=1 xx').subarray(0, 3)
  expect(redactValue(part)).toEqual(part)
})

test('an attribute by itself is judged by its key, as text, number or anything else [G-12]', () => {
  const own = new Redactor()
  const say = own.entry
  expect([
    say('note', 'Bearer abc12345'),
    say('Bearer abc.def-123', 'pin=1'),
    say('http.request.method', 'pin=1'),
    say('http.request.method', 'pin=12345'),
    say('http.request.method', 'token:1'),
    say('http.request.method', 'token:12'),
    say('url.full', 'http://h/?sig=1'),
    say('pin', 'x'),
    say('pin', ''),
    say('pin', '[REDACTED]'),
    say('pin', 7),
    say('n', 4111111111111111),
    say('n', 7),
    say('pin', true),
    say('n', true),
    say('pin', ['x']),
    say('n', ['Bearer abc12345']),
    own.label('pin', 'x'),
    own.label('n', 'x'),
  ]).toEqual([
    'Bearer [REDACTED]',
    'pin=[REDACTED]',
    'pin=1',
    'pin=[REDACTED]',
    'token:1',
    'token:12',
    'http://h/?sig=REDACTED',
    '[REDACTED]',
    '',
    '[REDACTED]',
    '[REDACTED]',
    '[REDACTED]',
    7,
    '[REDACTED]',
    true,
    ['[REDACTED]'],
    ['Bearer [REDACTED]'],
    '[REDACTED]',
    'x',
  ])
})

test('a redactor of its own patterns looks at what is plain otherwise, in every way in [G-13]', () => {
  const own = new Redactor({ patterns: [{ name: 'staff', pattern: /staff/gu }] })
  const flat: Flat = ['a', 'staff', 'http.request.method', 'the staff', 'b', 'fine', 'staff', 1]
  own.flat(flat)
  expect(flat).toEqual(['a', '[REDACTED]', 'http.request.method', 'the [REDACTED]', 'b', 'fine', '[REDACTED]', 1])
  expect([own.text('staff'), own.url('/staff'), own.entry('a', 'staff')]).toEqual([
    '[REDACTED]',
    '/REDACTED',
    '[REDACTED]',
  ])
})

test('of what is longer than the bound nothing is left alone, also as an attribute [G-13]', () => {
  const small = new Redactor({ maxText: 64 })
  const flat: Flat = ['a', 'x'.repeat(64), 'b', 'x'.repeat(65)]
  small.flat(flat)
  expect(flat).toEqual(['a', 'x'.repeat(64), 'b', '…[TRUNCATED]'])
})

test('what is shared by many spans is redacted once: scopes, templates, peers [G-12]', () => {
  const own = new Scope('lib', '1', '', ['token', 'x'])
  const span = new SpanRecord(own, 'name', 1, 1)
  span.peer = new Template(['token', 'x'])
  redactor.span(span)
  expect([own.attributes, span.peer.judged]).toEqual([['token', '[REDACTED]'], true])
  const record = new LogRecord(new Scope('lib', '1', '', ['pin', 'x']), 1, 9, 'pin=1234', 'body')
  redactor.log(record)
  // Words of a severity are short.
  expect([record.scope.attributes, record.severityText]).toEqual([['pin', '[REDACTED]'], 'pin=1234'])
  own.attributes!.push('secret', 'later')
  redactor.span(span)
  expect(own.attributes).toEqual(['token', '[REDACTED]', 'secret', 'later'])
})

test('what holds nothing secret stays the very same: events, links, texts [G-12]', () => {
  const event = { name: 'fine', time: 1, attributes: null, dropped: 0 }
  const link = { t0: 1, t1: 1, t2: 1, t3: 1, s0: 1, s1: 1, flags: 1, traceState: 'a=1', attributes: null, dropped: 0 }
  const span = new SpanRecord(scope, 'name', 1, 1)
  span.rare = new SpanRare()
  span.rare.events = [event]
  span.rare.links = [link]
  redactor.span(span)
  expect([span.rare.events[0] === event, span.rare.links[0] === link]).toEqual([true, true])
  const other = new SpanRecord(scope, 'name', 1, 1)
  other.rare = new SpanRare()
  other.rare.traceState = 'pin=1,a=sk_live_abcdefgh12345'
  redactor.span(other)
  expect([other.rare.traceState, other.rare.links, other.rare.events]).toEqual([null, null, null])
})
