// The hub as a whole and as a command.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { Fault } from '../../src/base/fault.ts'
import { onNotice } from '../../src/base/notice.ts'
import { startHub } from '../../src/hub/hub.ts'
import { dist } from '../house/dist.ts'
import { freePort } from '../otel/servers.ts'
import { ask, BODIES, hub, later, post } from './kit.ts'

let cli: string

beforeAll(async () => {
  cli = join(await dist(), 'esm', 'cli.js')
})

async function taken(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  later(() => new Promise((resolve) => server.close(resolve)))
  return (server.address() as { port: number }).port
}

test('a port that is taken is HUB_PORT_TAKEN, which names it, and leaves nothing open', async () => {
  const port = await taken()
  const fault = (await startHub({ port, uiPort: 0 }).catch((error: unknown) => error)) as Fault
  expect(fault).toBeInstanceOf(Fault)
  expect([fault.code, fault.detail.subject]).toEqual(['HUB_PORT_TAKEN', `127.0.0.1:${port}`])
  const free = (await hub()).endpoint
  const freed = Number(new URL(free).port)
  const second = (await startHub({ port: freed + 0, uiPort: 0 }).catch((error: unknown) => error)) as Fault
  expect(second.code).toBe('HUB_PORT_TAKEN')
  const own = await freePort()
  const third = (await startHub({ port: own, uiPort: port }).catch((error: unknown) => error)) as Fault
  expect([third.code, third.detail.hint]).toEqual(['HUB_PORT_TAKEN', expect.stringContaining('--ui-port')])
  // The first port was given back.
  await hub({ port: own })
})

test("an address that is not this machine's is HUB_LISTEN", async () => {
  const fault = (await startHub({ host: '203.0.113.1', port: 0, uiPort: 0 }).catch((error: unknown) => error)) as Fault
  expect(fault.code).toBe('HUB_LISTEN')
})

test('stop answers what is under way, ends streams, and can be called twice', async () => {
  const one = await hub()
  const response = await fetch(`${one.ui}/api/v1/traces?follow=true`)
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
  // Longer than the test may last: a stream that is not ended fails it.
  await Promise.all([one.stop(600_000), one.stop(600_000)])
  await response.text().catch(() => '')
  await expect(ask(one.endpoint)).rejects.toThrow()
})

interface Child {
  readonly process: ChildProcess
  readonly ended: Promise<{ code: number | null; signal: string | null }>
  out: string
  err: string
}

function telltale(...args: string[]): Child {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const made: Child = {
    process: child,
    out: '',
    err: '',
    ended: new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal }))),
  }
  child.stdout!.on('data', (chunk) => {
    made.out += chunk
  })
  child.stderr!.on('data', (chunk) => {
    made.err += chunk
  })
  later(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    return made.ended
  })
  return made
}

async function printed(child: Child): Promise<string> {
  for (let i = 0; i < 2000 && !child.out.includes('\n'); i++) await new Promise((resolve) => setTimeout(resolve, 20))
  return child.out
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  'telltale hub --json prints its addresses, receives, and %s ends it with 0',
  async (signal) => {
    const child = telltale('hub', '--port', '0', '--ui-port', '0', '--json')
    const { ok, endpoint, ui } = JSON.parse(await printed(child)) as { ok: boolean; endpoint: string; ui: string }
    expect(ok).toBe(true)
    expect((await post(`${endpoint}/v1/traces`, BODIES.traces.protobuf('sent'))).status).toBe(200)
    expect((await ask(`${ui}/api/v1/traces`)).text).toContain('"sent"')
    const page = await ask(`${ui}/`)
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    child.process.kill(signal)
    expect(await child.ended).toEqual({ code: 0, signal: null })
    expect(child.err).toBe('')
  },
)

test('telltale hub says where it is and how to send something to it', async () => {
  const child = telltale('hub', '--port', '0', '--ui-port', '0')
  const text = await printed(child)
  expect(text).toMatch(/OTLP\/HTTP +http:\/\/127\.0\.0\.1:\d+/)
  expect(text).toMatch(/OTEL_EXPORTER_OTLP_ENDPOINT=http:\/\/127\.0\.0\.1:\d+ node --import telltale\/register/)
  child.process.kill('SIGINT')
  expect(await child.ended).toEqual({ code: 0, signal: null })
})

test('a port that is taken ends the command with 3, in words and as JSON', async () => {
  const port = await taken()
  const child = telltale('hub', '--port', String(port), '--ui-port', '0')
  expect([await child.ended, child.out]).toEqual([{ code: 3, signal: null }, ''])
  expect(child.err).toMatch(new RegExp(`^HUB_PORT_TAKEN 127\\.0\\.0\\.1:${port}: .+\\n$`))
  const json = telltale('hub', '--port', String(port), '--json')
  expect(await json.ended).toEqual({ code: 3, signal: null })
  expect(JSON.parse(json.out)).toMatchObject({ ok: false, faults: [{ code: 'HUB_PORT_TAKEN' }] })
})

test.each(['65536', '-1', 'x', '1.5', ''])('--port "%s" is OPTION_VALUE with 2', async (port) => {
  const child = telltale('hub', `--port=${port}`)
  expect(await child.ended).toEqual({ code: 2, signal: null })
  expect(child.err).toMatch(/^OPTION_VALUE --port/)
})

test('a hub that other machines reach says that it is open; one on loopback does not [ruling 58]', async () => {
  const heard: string[] = []
  onNotice(({ text }) => heard.push(text))
  const one = await hub()
  expect(heard).toEqual([])
  await one.stop(100)
  await hub({ host: '0.0.0.0' })
  expect(heard).toEqual([expect.stringMatching(/^the hub listens on 0\.0\.0\.0: no application authentication/)])
})

test('the hub section of a file gives the ports, flags win over it, and its faults end the command with 2', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'telltale-hub-'))
  later(() => rmSync(cwd, { recursive: true }))
  writeFileSync(join(cwd, 'hub.yaml'), 'name: hub\nhub: { port: 0, ui_port: 0, limits: { spans: 7 } }\n')
  writeFileSync(join(cwd, 'bad.yaml'), 'name: hub\nhub: { prot: 0 }\n')
  const child = telltale('hub', '--config', join(cwd, 'hub.yaml'), '--json')
  const { endpoint, ui } = JSON.parse(await printed(child)) as { endpoint: string; ui: string }
  expect([endpoint, ui].map((url) => Number(new URL(url).port) > 1024)).toEqual([true, true])
  expect((await ask(`${ui}/api/v1/status`)).text).toContain('"limit":7,')
  child.process.kill('SIGINT')
  expect(await child.ended).toEqual({ code: 0, signal: null })
  const bad = telltale('hub', '--config', join(cwd, 'bad.yaml'))
  expect(await bad.ended).toEqual({ code: 2, signal: null })
  expect(bad.err).toMatch(/bad\.yaml:2:\d+ CONFIG_UNKNOWN_KEY hub\.prot/)
})
