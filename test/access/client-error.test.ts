import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  BadRequest,
  CLIENT_ERROR_CODES,
  type ClientError,
  Conflict,
  clientError,
  errorAnswer,
  errorEntry,
  errorEvent,
  errorLine,
  errorResponse,
  Forbidden,
  Gone,
  NotAcceptable,
  NotFound,
  NotImplemented,
  NotSupported,
  PayloadTooLarge,
  PreconditionFailed,
  Timeout,
  TooManyRequests,
  Unauthorized,
  Unavailable,
  Unprocessable,
  UnsupportedMediaType,
} from '../../src/access.ts'
import { type Notice, onNotice } from '../../src/base/notice.ts'
import { runIn } from '../../src/context/current.ts'
import { Frame } from '../../src/context/frame.ts'
import { errorCatalogue } from '../../src/function.ts'

const GENERIC = 'The request could not be answered.'
const SQL = 'duplicate key value violates unique constraint "patients_pkey" at 10.0.0.7:5432'

let said: Notice[] = []
let before: ReturnType<typeof onNotice>
beforeEach(() => {
  said = []
  before = onNotice((notice) => said.push(notice))
})
afterEach(() => void onNotice(before))

const told = (error: unknown, options?: Parameters<typeof clientError>[1]) => {
  const { status, code, detail, headers } = clientError(error, options)
  return [status, code, detail, ...Object.entries(headers).map((pair) => pair.join(': '))].join(' | ')
}

test.each<[ClientError, string]>([
  [new BadRequest('text'), '400 | bad_request | text'],
  [new NotSupported('text'), '400 | not_supported | text'],
  [new Unauthorized('text'), '401 | unauthorized | text | www-authenticate: Bearer'],
  [new Forbidden('text'), '403 | forbidden | text'],
  [new NotFound('text'), '404 | not_found | text'],
  [new NotAcceptable('text'), '406 | not_acceptable | text'],
  [new Conflict('text'), '409 | conflict | text'],
  [new Gone('text'), '410 | gone | text'],
  [new PreconditionFailed('text'), '412 | precondition_failed | text'],
  [new PayloadTooLarge('text'), '413 | payload_too_large | text'],
  [new UnsupportedMediaType('text'), '415 | unsupported_media_type | text'],
  [new Unprocessable('text'), '422 | unprocessable | text'],
  [new TooManyRequests('text'), '429 | too_many_requests | text'],
  [new TooManyRequests('text', { retryAfter: 7.2 }), '429 | too_many_requests | text | retry-after: 8'],
  [new NotImplemented('text'), '501 | not_implemented | text'],
  [new Unavailable(SQL), '503 | unavailable | This is not available at the moment. | retry-after: 5'],
  [
    new Unavailable(SQL, { retryAfter: 60 }),
    '503 | unavailable | This is not available at the moment. | retry-after: 60',
  ],
  [new Timeout(SQL), '504 | timeout | This took too long.'],
])('%s is told by its class [H-51] [H-52]', (error, expected) => {
  expect(told(error)).toBe(expected)
  expect(error).toBeInstanceOf(Error)
  expect(error.name).toBe(error.constructor.name)
  expect(CLIENT_ERROR_CODES).toContain(error.code)
})

test('each class has a text of its own for who gives none [H-51]', () => {
  expect(told(new NotFound())).toBe('404 | not_found | There is no such thing.')
  expect(told(new NotFound(' '))).toBe('404 | not_found | There is no such thing.')
  expect(told(new TooManyRequests('x', { retryAfter: Number.NaN }))).toBe('429 | too_many_requests | x')
})

class PgError extends Error {
  override name = 'error'
  code = '23505'
  table = 'patients'
}

test.each<[string, () => unknown]>([
  ['an error of a database', () => new PgError(SQL)],
  ['one with a status that nobody vouched for', () => Object.assign(new Error(SQL), { status: 404 })],
  ['one with a statusCode that nobody vouched for', () => Object.assign(new Error(SQL), { statusCode: 400 })],
  ['one that is exposed and internal', () => Object.assign(new Error(SQL), { status: 500, expose: true })],
  ['one that is exposed with 502', () => Object.assign(new Error(SQL), { status: 502, expose: true })],
  ['one whose expose is a text', () => Object.assign(new Error(SQL), { status: 404, expose: 'true' })],
  ['one whose status is a text', () => Object.assign(new Error(SQL), { status: '404', expose: true })],
  ['one whose status is no status', () => Object.assign(new Error(SQL), { status: 200, expose: true })],
  ['one whose status is a fraction', () => Object.assign(new Error(SQL), { status: 404.5, expose: true })],
  ['one that says our code', () => Object.assign(new Error(SQL), { code: 'not_found', expose: true })],
  ['a text', () => SQL],
  ['nothing', () => undefined],
  ['null', () => null],
  ['a number', () => 404],
  ['a function', () => () => SQL],
  ['an error of errors', () => new AggregateError([new NotFound(SQL)], SQL)],
  [
    'a cause in a circle',
    () => {
      const error = new Error(SQL)
      return Object.assign(error, { cause: error })
    },
  ],
  [
    'getters that throw',
    () => {
      const thrower = {
        get: () => {
          throw new Error(SQL)
        },
      }
      return Object.defineProperties(new Error(SQL), {
        status: thrower,
        message: thrower,
        code: thrower,
      })
    },
  ],
  [
    'a proxy that throws',
    () =>
      new Proxy(new Error(SQL), {
        get() {
          throw new Error(SQL)
        },
      }),
  ],
  [
    'a proxy that was revoked',
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return proxy
    },
  ],
  ['an object without prototype', () => Object.assign(Object.create(null), { message: SQL })],
])('%s says one fixed text, and is told to the log once [H-51]', (_, make) => {
  const error = make()
  expect(told(error)).toBe(`500 | exception | ${GENERIC}`)
  expect(said).toHaveLength(1)
  expect(said[0]).toMatchObject({ level: 'error', event: 'access.failed' })
  const object = (typeof error === 'object' && error !== null) || typeof error === 'function'
  if (!object) return
  told(error)
  errorEntry(error)
  expect(said).toHaveLength(1)
})

test('what a client is told is not told to the log, and what it is not told is [H-51]', () => {
  told(new NotFound('x'))
  told(new NotImplemented('x'))
  expect(said).toEqual([])
  const cause = new PgError(SQL)
  told(new Unavailable('the database is gone', { cause }))
  const heard: unknown[] = []
  told(cause, { failed: (error, { code }) => heard.push(error, code) })
  expect(said.map(({ text }) => text)).toEqual(['a request failed: the database is gone'])
  expect(heard).toEqual([cause, 'exception'])
})

test('a log that throws changes no answer', () => {
  const failed = () => {
    throw new Error('the disk is full')
  }
  expect(told(new Error(SQL), { failed })).toBe(`500 | exception | ${GENERIC}`)
})

test("a framework's error is for the client when it says so, or the application does, and only of a safe class [H-51]", () => {
  const foreign = (status: number, more = {}) => Object.assign(new Error('Field x'), { status, ...more })
  expect(told(foreign(422, { expose: true }))).toBe('422 | unprocessable | Field x')
  expect(told(foreign(404, { expose: true, code: 'ENOENT' }))).toBe('404 | not_found | Field x')
  expect(told(foreign(401, { expose: true }))).toBe('401 | unauthorized | Field x | www-authenticate: Bearer')
  expect(told(foreign(429, { expose: true, retryAfter: 9 }))).toBe('429 | too_many_requests | Field x')
  expect(told(foreign(418, { expose: true }))).toBe("418 | request_refused | I'm a Teapot.")
  expect(told(foreign(499, { expose: true }))).toBe(`500 | exception | ${GENERIC}`)
  expect(told(foreign(503, { expose: true }))).toBe(`500 | exception | ${GENERIC}`)
  const exposes = (error: object) => 'validation' in error
  expect(told(foreign(400, { validation: [] }), { exposes })).toBe('400 | bad_request | Field x')
  expect(told(foreign(400, { expose: true }), { exposes })).toBe(`500 | exception | ${GENERIC}`)
  const throws = () => {
    throw new Error('no')
  }
  expect(told(foreign(400, { expose: true }), { exposes: throws })).toBe(`500 | exception | ${GENERIC}`)
})

test('codes are of the catalogue: an unknown one is told by its class, and fails the guard [G-06]', () => {
  const errors = errorCatalogue([...CLIENT_ERROR_CODES, 'order_shipped'])
  expect(told(new Conflict('x', { code: 'order_shipped' }), { errors })).toBe('409 | order_shipped | x')
  expect(told(new Conflict('x'), { errors })).toBe('409 | conflict | x')
  expect(told(Object.assign(new Error('x'), { status: 409, expose: true, code: 'order_shipped' }), { errors })).toBe(
    '409 | order_shipped | x',
  )
  expect(told(errors.error('order_shipped', SQL), { errors })).toBe(`500 | exception | ${GENERIC}`)
  expect(() => errors.check()).not.toThrow()
  expect(told(new Gone('x', { code: 'order_melted' }), { errors })).toBe('410 | gone | x')
  expect(() => errors.check()).toThrow('order_melted')
})

test('without a catalogue a class of ours keeps a code that is one, and a foreign error none', () => {
  expect(told(new Gone('x', { code: 'order_melted' }))).toBe('410 | order_melted | x')
  expect(told(new Gone('x', { code: 'no code\n' }))).toBe('410 | gone | x')
  expect(told(Object.assign(new Error('x'), { status: 409, expose: true, code: 'SQLITE_BUSY' }))).toBe(
    '409 | conflict | x',
  )
})

test('an error that another copy of the package made is known', () => {
  const other = Object.assign(new Error('x'), {
    [Symbol.for('telltale.client-error')]: { status: 200, code: 'gone', text: 'y', safe: true },
  })
  expect(told(other)).toBe('410 | gone | x')
})

test('a text is one line and bounded', () => {
  expect(clientError(new BadRequest('a\r\nset-cookie: b\0c\u007f')).detail).toBe('a set-cookie: b c ')
  const { detail } = clientError(new BadRequest('x'.repeat(5000)))
  expect([detail.length, detail.slice(-2)]).toEqual([1000, 'x…'])
})

const frame = () => {
  const made = new Frame(null)
  Object.assign(made, { t0: 1, t1: 2, t2: 3, t3: 4, s0: 5, s1: 6, correlationId: 'abc-1' })
  return made
}

const PROBLEM = {
  type: 'about:blank',
  title: 'Not Found',
  status: 404,
  detail: 'There is no patient 7.',
  code: 'not_found',
  correlation_id: 'abc-1',
  trace_id: '00000001000000020000000300000004',
}

test('a single answer, an entry of a batch, an event and a line say the very same [H-51] [G-08] (ruling 52)', async () => {
  const error = new NotFound('There is no patient 7.')
  await runIn(frame(), async () => {
    expect(errorAnswer(error)).toEqual({
      status: 404,
      headers: {
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-correlation-id': 'abc-1',
      },
      problem: PROBLEM,
    })
    const response = errorResponse(error)
    expect([response.status, response.headers.get('content-type'), response.headers.get('x-correlation-id')]).toEqual([
      404,
      'application/problem+json',
      'abc-1',
    ])
    expect(await response.json()).toEqual(PROBLEM)
    expect(errorEntry(error)).toEqual({ status: 404, problem: PROBLEM })
    expect(errorEvent(error)).toBe(`event: error\ndata: ${JSON.stringify(PROBLEM)}\n\n`)
    expect(errorLine(error)).toBe(`${JSON.stringify({ error: PROBLEM })}\n`)
  })
})

test('an error of a database in a batch says no more than in a single answer, and is told to the log once [H-51]', () => {
  const error = new PgError(SQL)
  const texts = runIn(frame(), () => [
    JSON.stringify(errorAnswer(error)),
    JSON.stringify(errorEntry(error)),
    errorEvent(error),
    errorLine(error),
  ])
  for (const text of texts) {
    expect(text).not.toMatch(/duplicate|patients|10\.0\.0\.7|23505/)
    expect(text).toContain(GENERIC)
  }
  expect(new Set(texts.map((text) => /"code":"(\w+)"/.exec(text)?.[1]))).toEqual(new Set(['exception']))
  expect(said).toHaveLength(1)
})

test('outside of a request an answer has a correlation id all the same [G-08]', () => {
  const { headers, problem } = errorAnswer(new NotFound())
  expect(problem.correlation_id).toMatch(/^[-0-9a-f]{36}$/)
  expect(headers['x-correlation-id']).toBe(problem.correlation_id)
  expect(problem.trace_id).toBe(null)
  expect(errorAnswer(new NotFound(), { correlationId: 'r-1' }).problem.correlation_id).toBe('r-1')
})

test('the span of the request has the code, and its status is not touched [G-06] (ruling 13)', () => {
  const marked: unknown[] = []
  const made = frame()
  made.span = { setAttribute: (key: string, value: string) => marked.push(key, value) } as never
  runIn(made, () => errorAnswer(new Conflict('x')))
  runIn(made, () => errorEntry(new Gone('x')))
  expect(marked).toEqual(['error_code', 'conflict'])
})

test('no error of any shape says more than it may, or throws [H-51]', () => {
  const key = fc.constantFrom(
    'status',
    'statusCode',
    'expose',
    'code',
    'message',
    'retryAfter',
    'name',
    'cause',
    'headers',
  )
  const value = fc.oneof(fc.constantFrom(404, 500, 503, true, 'not_found', SQL), fc.anything())
  fc.assert(
    fc.property(fc.dictionary(key, value), fc.boolean(), (shape, plain) => {
      const error = plain ? shape : Object.defineProperties(new Error(SQL), Object.getOwnPropertyDescriptors(shape))
      const { status, code, detail } = clientError(error)
      expect(CLIENT_ERROR_CODES).toContain(code)
      expect(status).toBeGreaterThanOrEqual(400)
      if (shape['expose'] !== true) expect([status, detail]).toEqual([500, GENERIC])
      JSON.stringify([errorAnswer(error), errorEvent(error)])
    }),
    { numRuns: 300 },
  )
})

test('a text as long as may be is whole, and one of blanks alone is none', () => {
  expect(clientError(new BadRequest('x'.repeat(1000))).detail).toBe('x'.repeat(1000))
  expect(clientError(new BadRequest('x'.repeat(1001))).detail).toBe(`${'x'.repeat(999)}…`)
  expect(clientError(new BadRequest(' \n')).detail).toBe('The request is not valid.')
})

test('when to ask again is said in whole seconds of at most a day, and of no other class', () => {
  const after = (retryAfter: unknown) =>
    clientError(new TooManyRequests('x', { retryAfter: retryAfter as number })).headers
  expect([0, 0.1, 86_400, 86_401, -1, Number.NaN, '7', null].map(after)).toEqual([
    ...[{ 'retry-after': '0' }, { 'retry-after': '1' }, { 'retry-after': '86400' }, {}, {}, {}, {}, {}],
  ])
  expect(clientError(new NotFound('x', { retryAfter: 7 })).headers).toEqual({})
  expect(clientError(new Unavailable('x', { retryAfter: -1 })).headers).toEqual({ 'retry-after': '5' })
})

test('a status of another error counts by whichever name, from 400 to 499 [H-51]', () => {
  const foreign = (more: object) => told(Object.assign(new Error('Field x'), { expose: true, ...more }))
  expect(foreign({ statusCode: 422 })).toBe('422 | unprocessable | Field x')
  expect(foreign({ status: 404, statusCode: 422 })).toBe('404 | not_found | Field x')
  for (const status of [399, 200, 0, 500, 502, 599, '404', null, { valueOf: () => 404 }])
    expect(foreign({ status })).toBe(`500 | exception | ${GENERIC}`)
  expect(foreign({ status: 417 })).toBe('417 | request_refused | Expectation Failed.')
  expect(foreign({ status: 451 })).toBe('451 | request_refused | Unavailable For Legal Reasons.')
})

test('a mark that is none makes nothing of it', () => {
  for (const mark of [null, 'gone', 7, {}, { code: 'nothing' }, () => {}])
    expect(told(Object.assign(new Error(SQL), { [Symbol.for('telltale.client-error')]: mark }))).toBe(
      `500 | exception | ${GENERIC}`,
    )
  const function_ = Object.assign(() => {}, { status: 404, expose: true, message: SQL })
  expect(told(function_)).toBe(`500 | exception | ${GENERIC}`)
})

test('an error of ours has its status, code and when to ask again, and shows no more when it is printed', () => {
  const cause = new Error('inside')
  const error = new Gone('text', { code: 'order_melted', retryAfter: 7, cause })
  expect([error.message, error.status, error.code, error.retryAfter, error.cause, Object.keys(error)]).toEqual([
    ...['text', 410, 'order_melted', 7, cause],
    ['status', 'code', 'retryAfter', 'name'],
  ])
})
