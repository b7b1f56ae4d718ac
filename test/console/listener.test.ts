import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Notice, onNotice } from '../../src/base/notice.ts'
import { OWN_TRAFFIC } from '../../src/base/own.ts'
import { createConsole } from '../../src/console/console.ts'
import { listen } from '../../src/console/listener.ts'
import { ask, listening } from './ask.ts'

const said: string[] = []
beforeEach(() => {
  said.length = 0
  onNotice((notice: Notice) => said.push(`${notice.level}: ${notice.text}`))
})
afterEach(() => void onNotice(undefined))

const ours = createConsole({
  routes: [{ method: 'GET', path: '/livez', tier: 'public', answer: () => ({ status: 200, body: 'ok\n' }) }],
})

test('the admin listener answers our paths on its own port and marks itself as ours [W-39]', async () => {
  const listener = (await listen(ours, { port: 0 }))!
  expect(listener.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect([(await ask(listener.address, '/livez')).text, (await ask(listener.address, '/x')).status]).toEqual([
    'ok\n',
    404,
  ])
  expect((listener.server as { [OWN_TRAFFIC]?: boolean })[OWN_TRAFFIC]).toBe(true)
  await listener.close()
  await listener.close()
})

test('a taken port is a warning and never stops the application', async () => {
  const taken = await listening(createServer())
  const { port } = taken.address() as { port: number }
  expect(await listen(ours, { port })).toBe(undefined)
  expect(said).toEqual([
    `warn: the admin listener cannot listen on 127.0.0.1:${port} (EADDRINUSE): its endpoints are not served there`,
  ])
  taken.close()
})

test('a host that cannot be listened on is a warning too', async () => {
  expect(await listen(ours, { host: '192.0.2.1', port: 0 })).toBe(undefined)
  expect(said).toEqual([
    'warn: the admin listener cannot listen on 192.0.2.1:0 (EADDRNOTAVAIL): its endpoints are not served there',
  ])
})

test('headers must arrive in ten seconds: a client that dawdles is cut off [W-39]', async () => {
  const usual = (await listen(ours, { port: 0 }))!
  expect(usual.server.headersTimeout).toBe(10_000)
  await usual.close()
  const listener = (await listen(ours, { port: 0, headerTimeoutMs: 100 }))!
  const socket = connect(Number(new URL(listener.address).port), '127.0.0.1')
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  socket.write('GET /livez HTTP/1.1\r\nhost: x\r\n')
  await once(socket, 'close')
  expect(text.split('\r\n')[0]).toBe('HTTP/1.1 408 Request Timeout')
  await listener.close()
})

test('a close waits for the answer under way, at most its deadline', async () => {
  const slow = createConsole({
    routes: [
      {
        method: 'GET',
        path: '/slow',
        tier: 'public',
        answer: () => new Promise((resolve) => setTimeout(() => resolve({ status: 200, body: 'late' }), 50)),
      },
      { method: 'GET', path: '/never', tier: 'public', answer: () => new Promise(() => {}) },
    ],
  })
  const first = (await listen(slow, { port: 0 }))!
  const reply = ask(first.address, '/slow')
  await once(first.server, 'request')
  await first.close(2000)
  expect((await reply).text).toBe('late')
  const second = (await listen(slow, { port: 0 }))!
  const lost = ask(second.address, '/never').catch((error: NodeJS.ErrnoException) => error.code)
  await once(second.server, 'request')
  await second.close(30)
  expect(await lost).toBe('ECONNRESET')
})

test('an idle listener keeps no process alive, unless it is told to', async () => {
  const referenced = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length
  const before = referenced()
  const idle = (await listen(ours, { port: 0 }))!
  expect(referenced()).toBe(before)
  const holding = (await listen(ours, { port: 0, hold: true }))!
  expect(referenced()).toBe(before + 1)
  await Promise.all([idle.close(), holding.close()])
})
