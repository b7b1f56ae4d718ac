import fastify from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../../src/base/notice.ts'
import { fault } from '../../../src/surfaces/http/guard.ts'
import { type Kit, kit, requests } from './kit.ts'

let it: Kit | undefined
const closing: (() => unknown)[] = []
afterEach(async () => {
  it?.stop()
  for (const close of closing.splice(0)) await close()
  onNotice(undefined)
  forgetNotices()
})

const boom = () => {
  throw new Error('boom')
}
/** An error that cannot be looked at. */
const closed = () => new Proxy(new Error('x'), { get: boom, getPrototypeOf: boom })

test('a handler of Fastify that throws what cannot be read is answered, counted once and spanned', async () => {
  it = kit()
  const app = fastify()
  closing.push(() => app.close())
  app.setErrorHandler((_error, _request, reply) => void reply.code(500).send('sorry'))
  app.get('/a', async () => {
    throw Object.defineProperties(new Error('x'), { code: { get: boom }, name: { get: boom } })
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const answer = await fetch(`${url}/a`)
  expect([answer.status, await answer.text()]).toEqual([500, 'sorry'])
  const [span] = await it.ended(1)
  expect(span!.name).toBe('GET /a')
  expect(requests(it.registry)).toEqual({ 'GET /a 500': 1 })
})

test('what fails inside telemetry is said once and goes no further, whatever was thrown', () => {
  const said: Notice[] = []
  onNotice((notice) => void said.push(notice))
  for (const thing of [closed(), Object.create(null), { toString: boom }, Symbol('s'), undefined]) fault(thing)
  expect(said.map(({ event, text }) => [event, text])).toEqual([
    ['http.fault', 'HTTP telemetry failed and went on: something that cannot be read was thrown'],
  ])
})
