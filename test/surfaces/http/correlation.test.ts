// `X-Correlation-ID` on every answer: the caller's id where it is safe, else one that the trace id tells.
import http from 'node:http'
import http2 from 'node:http2'
import type net from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { correlationIdOf, currentCorrelationId } from '../../../src/context/correlation.ts'
import { Frame } from '../../../src/context/frame.ts'
import type { HttpOptions } from '../../../src/surfaces/http/surface.ts'
import { type Kit, kit } from './kit.ts'
import { close, listen, port, sendHttp, sendHttp2 } from './wire.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

let recorded: Kit | undefined
let server: http.Server | http2.Http2Server | undefined
afterEach(async () => {
  recorded?.stop()
  if (server !== undefined) await close(server as unknown as net.Server)
  recorded = server = undefined
})

const seen: (string | undefined)[] = []

async function answered(
  version: 1 | 2,
  headers: Record<string, string>,
  options: Partial<HttpOptions> = {},
  answer: (response: http.ServerResponse) => unknown = (response) => response.end('x'),
): Promise<unknown> {
  recorded?.stop()
  if (server !== undefined) await close(server as unknown as net.Server)
  recorded = kit(options)
  const serve = (_request: unknown, response: unknown): void => {
    seen.push(currentCorrelationId())
    answer(response as http.ServerResponse)
  }
  server = version === 1 ? http.createServer(serve) : http2.createServer(serve)
  await listen(server as unknown as net.Server)
  const send = version === 1 ? sendHttp : sendHttp2(false)
  const { headers: got } = await send(port(server as http.Server), { path: '/x', headers })
  return got['x-correlation-id']
}

for (const version of [1, 2] as const) {
  test(`HTTP/${version}: a safe id of the caller is repeated, and is on the span; an unsafe one gives way to ours [G-08]`, async () => {
    expect(await answered(version, { 'x-correlation-id': 'order:7.a_B-1' })).toBe('order:7.a_B-1')
    const [span] = await recorded!.ended(1)
    expect(span!.attributes).toContain('order:7.a_B-1')
    for (const unsafe of ['a b', '<script>', 'x'.repeat(129), 'a"b', ''])
      expect(await answered(version, { 'x-correlation-id': unsafe })).toMatch(UUID)
    expect(await answered(version, {})).toMatch(UUID)
  })

  test(`HTTP/${version}: ours is the same for the handler and in the answer, and the trace id tells it [G-08]`, async () => {
    seen.length = 0
    const id = await answered(version, {})
    const [span] = await recorded!.ended(1)
    const frame = Object.assign(new Frame(null), {
      t0: span!.t0,
      t1: span!.t1,
      t2: span!.t2,
      t3: span!.t3,
      s0: span!.s0,
      s1: span!.s1,
    })
    expect([id, ...seen]).toEqual([correlationIdOf(frame), id])
  })

  test(`HTTP/${version}: also without a tracer, and for requests that leave no telemetry [G-08]`, async () => {
    seen.length = 0
    const id = await answered(version, {}, { tracer: null, link: true })
    expect(id).toMatch(UUID)
    expect(seen).toEqual([id])
    expect(await answered(version, {}, { ignore: ['/x'] })).toMatch(UUID)
    expect(await answered(version, { 'x-correlation-id': 'probe-1' }, { ignore: ['/x'] })).toBe('probe-1')
    expect(recorded!.spans).toEqual([])
  })

  test(`HTTP/${version}: the application's own stays, and nothing is sent where that is switched off [G-08]`, async () => {
    const own = (response: http.ServerResponse) => response.writeHead(200, { 'X-Correlation-Id': 'mine' }).end()
    expect(await answered(version, { 'x-correlation-id': 'theirs' }, {}, own)).toBe('mine')
    const set = (response: http.ServerResponse) => {
      response.setHeader('x-correlation-id', 'mine')
      response.end()
    }
    expect(await answered(version, {}, {}, set)).toBe('mine')
    expect(await answered(version, {}, { correlate: false })).toBe(undefined)
    expect(await answered(version, {}, { correlate: false, ignore: ['/x'] })).toBe(undefined)
  })
}
