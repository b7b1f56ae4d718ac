// DNS rebinding: a page of somewhere else must not reach a hub on this machine, by neither port.
import { expect, test } from 'vitest'
import { hostGuard } from '../../src/hub/guard.ts'
import { ask, BODIES, hub, lives, PROTOBUF, raw } from './kit.ts'

const GOOD = [
  'localhost',
  'localhost:4318',
  '127.0.0.1',
  '127.0.0.1:9',
  '127.8.9.1',
  '[::1]',
  '[::1]:4318',
  'LOCALHOST:1',
  'shop.localhost:4319',
  'host.docker.internal:4318',
  'host.containers.internal',
]
const EVIL = [
  'evil.example',
  'evil.example:4318',
  '127.0.0.1.evil.example',
  'localhost.evil.example',
  'evillocalhost',
  'host.docker.internal.evil.example',
  'evil.docker.internal',
  '192.168.1.9',
  '169.254.169.254',
  'localhost:4318@evil.example',
  'evil.example#localhost',
  '[::2]',
  '0.0.0.0',
]

test.each(GOOD)('the host %s is let in on both ports', async (host) => {
  const one = await hub()
  for (const url of [`${one.endpoint}/v1/traces`, `${one.ui}/api/v1/status`])
    expect((await ask(url, { headers: { host } })).status).not.toBe(403)
})

test.each(EVIL)('the host "%s" is refused on both ports, whatever the method', async (host) => {
  const one = await hub()
  for (const url of [`${one.endpoint}/v1/traces`, `${one.ui}/api/v1/status`, `${one.ui}/`, `${one.ui}/services`])
    expect((await ask(url, { headers: { host } })).status).toBe(403)
  const sent = await ask(`${one.endpoint}/v1/traces`, {
    method: 'POST',
    headers: { ...PROTOBUF, host },
    body: BODIES.traces.protobuf('evil'),
  })
  expect(sent.status).toBe(403)
  expect((await ask(`${one.ui}/api/v1/traces`)).text).not.toContain('evil')
  await lives(one)
})

test.each([
  ['http://evil.example', 403],
  ['null', 403],
  ['https://localhost.evil.example', 403],
  ['file://', 403],
  ['http://localhost:3000', 200],
  ['http://127.0.0.1:4319', 200],
])('the origin %s gives %i on both ports', async (origin, status) => {
  const one = await hub()
  expect((await ask(`${one.ui}/api/v1/status`, { headers: { origin } })).status).toBe(status)
  const sent = await ask(`${one.endpoint}/v1/traces`, {
    method: 'POST',
    headers: { ...PROTOBUF, origin },
    body: BODIES.traces.protobuf('x'),
  })
  expect(sent.status).toBe(status)
})

test('a request without a host is refused', async () => {
  const one = await hub()
  for (const head of ['GET /v1/traces HTTP/1.1\r\nhost:\r\n\r\n', 'GET /v1/traces HTTP/1.0\r\n\r\n'])
    expect(await raw(one.endpoint, head)).toMatch(/^HTTP\/1\.1 403 /)
})

test('a hub on every address is named by addresses and by names without a dot, and by no name of the internet', () => {
  const open = hostGuard('0.0.0.0')
  const asked = (host: string) => open({ headers: { host } }) === null
  expect(['192.168.1.9:4318', '10.0.0.1', '[fd00::1]:4318', 'hub', 'hub:4318', 'localhost'].map(asked)).toEqual(
    Array(6).fill(true),
  )
  expect(['evil.example', '10.0.0.1.evil.example:4318', 'hub.example', ''].map(asked)).toEqual(Array(4).fill(false))
})
