// Changes of data, error codes and events, through the doors.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { currentCorrelationId } from '../../../src/context/correlation.ts'
import { errorCatalogue, eventEnvelope, mutation, observe, receiveEvent, runArrived } from '../../../src/function.ts'
import { span } from '../../../src/index.ts'
import { type TestTelemetry, testTelemetry } from '../../../src/testing.ts'

let telemetry: TestTelemetry
beforeEach(() => {
  telemetry = testTelemetry({ install: true })
})
afterEach(() => telemetry.close())

const HEADERS = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }

test('a change is one span with a child for whose it is, the domain’s work and the audit row [G-05]', async () => {
  const answer = await span('request', () =>
    mutation('order.cancel', { high: { order: 'o-1' } }, async ({ resolve, call, record }) => {
      const tenant = await resolve(async () => 'acme')
      const order = call(() => span('inside', () => ({ tenant, cancelled: true })))
      await record(async () => {})
      return order
    }),
  )
  expect(answer).toEqual({ tenant: 'acme', cancelled: true })
  expect(telemetry.spans.edges()).toEqual([
    'internal inside < order.cancel call',
    'internal order.cancel < request',
    'internal order.cancel call < order.cancel',
    'internal order.cancel record < order.cancel',
    'internal order.cancel resolve < order.cancel',
    'internal request',
  ])
  expect(telemetry.spans.named('order.cancel record').attributes).toEqual({ 'telltale.step': 'record' })
})

test('a failure has its code of the catalogue on every span it passes, on the request’s and on the line [G-06] [G-10]', async () => {
  const errors = errorCatalogue(['order_shipped', 'tenant_unknown'])
  const cancel = (error: unknown) =>
    span('request', { kind: 'server' }, () =>
      mutation('order.cancel', { errors }, ({ call }) =>
        call(() => {
          throw error
        }),
      ),
    )
  const shipped = errors.error('order_shipped', 'it is on its way')
  expect(() => cancel(shipped)).toThrow(shipped)
  const codes = () =>
    telemetry.spans.all.map(({ name, status, attributes }) => [name, status, attributes['error_code']])
  expect(codes()).toEqual([
    ['order.cancel call', 'error', 'order_shipped'],
    ['order.cancel', 'error', 'order_shipped'],
    ['request', 'error', 'order_shipped'],
  ])
  expect(telemetry.logs.map(({ severity, attributes }) => [severity, attributes['error_code']])).toEqual([
    ['ERROR', 'order_shipped'],
  ])
  errors.check()
  telemetry.reset()
  expect(() => cancel(new Error('no code'))).toThrow('no code')
  errors.check()
  expect(() => cancel(Object.assign(new Error('x'), { code: 'E_TYPO' }))).toThrow('x')
  expect(codes().map(([, , code]) => code)).toEqual(Array(6).fill('internal_error'))
  expect(() => errors.check()).toThrow('error codes that are not in the catalogue: E_TYPO')
})

test('what is no code makes no catalogue, and what cannot be read is the fallback [G-06]', () => {
  expect(() => errorCatalogue(['has space'])).toThrow('"has space" is no error code')
  const hostile = {
    get code(): string {
      throw new Error('getter')
    },
  }
  const errors = errorCatalogue(['a'], 'unknown')
  expect([hostile, null, undefined, 'text', { code: 7 }].map((thrown) => errors.codeOf(thrown))).toEqual(
    Array(5).fill('unknown'),
  )
})

test('without tracing the steps run all the same, and what is no function is said', () => {
  telemetry.close()
  expect(mutation('m', ({ resolve, call, record }) => [resolve(() => 1), call(() => 2), record(() => 3)])).toEqual([
    1, 2, 3,
  ])
  expect(mutation('m', {} as never)).toBe(undefined)
  const fail = () =>
    mutation('m', { errors: 'text' as never }, ({ call }) => call(() => Promise.reject(new Error('x'))))
  return expect(fail()).rejects.toThrow('x')
})

test('an event carries the correlation id of the work that made it to the one that processes it [G-08] [G-04]', () => {
  const event = runArrived({ headers: HEADERS, from: 'process', correlationId: 'req-7' }, () =>
    observe('publish', { log: 'none' }, () => eventEnvelope('order.cancelled', { order: 'o-1' })),
  )
  const { event_id, occurred_at, ...rest } = event
  expect(rest).toEqual({
    event_type: 'order.cancelled',
    version: '1.0',
    correlation_id: 'req-7',
    payload: { order: 'o-1' },
  })
  expect([event_id, occurred_at]).toEqual([
    expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    new Date(occurred_at).toISOString(),
  ])
  const seen = receiveEvent(event, { headers: HEADERS, subject: 'orders' }, () => [
    currentCorrelationId(),
    eventEnvelope('next', null).correlation_id,
  ])
  expect(seen).toEqual(['req-7', 'req-7'])
  const { kind, traceId, attributes } = telemetry.spans.named('order.cancelled')
  expect([kind, traceId]).toEqual(['consumer', '0af7651916cd43dd8448eb211c80319c'])
  expect(attributes).toMatchObject({
    correlation_id: 'req-7',
    'event.id': event_id,
    'event.type': 'order.cancelled',
    subject: 'orders',
  })
})

test('an envelope that is none, or whose correlation id is not safe, is processed under an id of ours [G-08]', () => {
  const bad = { event_type: 'x', correlation_id: 'a\r\nb' }
  const ids = [null, 7, bad].map((envelope) => receiveEvent(envelope, {}, () => currentCorrelationId()))
  expect(ids.every((id) => /^[0-9a-f-]{36}$/.test(id!))).toBe(true)
  expect(telemetry.spans.all.map(({ name, kind }) => [name, kind])).toEqual([
    ['event', 'consumer'],
    ['event', 'consumer'],
    ['x', 'consumer'],
  ])
  expect(eventEnvelope('x', 1).correlation_id).toMatch(/^[0-9a-f-]{36}$/)
})
