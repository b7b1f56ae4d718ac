// What an endpoint, a header or an answer of the name service can try, and what becomes of it.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import * as http from 'node:http'
import * as https from 'node:https'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { Fault } from '../../src/base/fault.ts'
import { addressFacts, refusal } from '../../src/egress/address.ts'
import { Caller, request } from '../../src/egress/caller.ts'
import { checkHeaders, checkMetadata } from '../../src/egress/headers.ts'
import type { Resolver } from '../../src/egress/resolve.ts'
import { allow } from '../../src/egress/target.ts'
import { otlpGrpc } from '../../src/export/otlp-grpc.ts'
import { certificate } from './certificate.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

function verdict(work: () => unknown): string {
  try {
    work()
    return 'allowed'
  } catch (error) {
    if (error instanceof Fault) return error.message
    throw error
  }
}

test('IPv4 inside IPv6 is judged by the worse of what it may mean, also under operator [S-31]', () => {
  const metadata = [
    '::ffff:169.254.169.254',
    '::FFFF:A9FE:A9FE',
    '::169.254.169.254',
    '::ffff:0:169.254.169.254',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1:a9fe:a9:fe00::',
    '64:ff9b:1::a9fe:a9fe',
    '2002:a9fe:a9fe::',
    '2001:0:a9fe:a9fe::1',
    '2001:0:4136:e378:8000:63bf:5601:5601',
    '2606:4700::5efe:169.254.169.254',
    '2606:4700::200:5efe:a9fe:a9fe',
    'fe80::1%eth0',
    'fe80::5efe:8.8.8.8',
    'fd00:ec2::254',
    'fd00:ec2::23',
    'fd20:ce::254',
    'fd00:c1::a9fe:a9fe',
  ]
  expect(metadata.filter((address) => refusal(address, 'operator') === undefined)).toEqual([])
  const inside = [
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    '2002:808:808::',
    '2001:0:808:808::1',
    '2606:4700::5efe:8.8.8.8',
  ]
  expect(inside.map((address) => [refusal(address, 'operator'), refusal(address, 'strict')])).toEqual(
    inside.map(() => [undefined, 'IPv4 address inside IPv6']),
  )
})

test('every spelling that a URL parser turns into an address is judged as that address [S-31]', () => {
  const part = fc.integer({ min: 0, max: 255 })
  const spell = (n: number, how: number): string =>
    how === 0 ? String(n) : how === 1 ? `0${n.toString(8)}` : how === 2 ? `0x${n.toString(16)}` : `0X${n.toString(16)}`
  fc.assert(
    fc.property(
      fc.tuple(part, part, part, part),
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }),
      fc.integer({ min: 0, max: 4 }),
      ([a, b, c, d], hows, shape) => {
        const plain = `${a}.${b}.${c}.${d}`
        const parts = [a, b, c, d].map((n, i) => spell(n, hows[i]!))
        const spellings = [
          parts.join('.'),
          `${parts[0]}.${parts[1]}.${spell(c * 256 + d, hows[2]!)}`,
          `${parts[0]}.${spell(b * 65536 + c * 256 + d, hows[1]!)}`,
          spell(a * 16777216 + b * 65536 + c * 256 + d, hows[0]!),
          parts.join('\u3002').replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
        ]
        const url = `http://${spellings[shape]}:4318/v1`
        const expected = refusal(plain, 'operator') === undefined ? 'allowed' : 'ENDPOINT_FORBIDDEN'
        expect(verdict(() => allow(url, 'operator')).split(' ')[0]).toBe(expected)
        const strict = verdict(() => allow(url, 'strict')).split(' ')[0]
        const may = refusal(plain, 'strict') === undefined && spellings[shape] === plain
        expect(strict).toBe(may ? 'allowed' : 'ENDPOINT_FORBIDDEN')
      },
    ),
    { numRuns: 300 },
  )
})

test('facts about addresses never throw, and an address that hides another is never public under strict [S-31]', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (text) => {
      const facts = addressFacts(text)
      if (facts?.embedded) expect(refusal(text, 'strict')).toBeDefined()
    }),
    { numRuns: 300 },
  )
})

test('a URL is taken as it is written or not at all: nothing that a parser tidies away [S-31]', () => {
  const bad = [
    'http:127.0.0.1:4318',
    'http:/127.0.0.1',
    'http:\\\\127.0.0.1',
    'http://127.0.0.1\\@10.0.0.1/',
    'http://127.0.0.1\t:80',
    'ht\ntp://127.0.0.1',
    'http://a\0b',
    'http://a b',
    'http://a:99999',
    'http://a:-1',
    'http://a:0',
    'http://[fe80::1%25eth0]',
    'http://%2ftmp%2fsocket',
    'http://?x',
    'http://:80',
    'unix:///tmp/socket',
    'http+unix://%2ftmp',
    'javascript:alert(1)',
    '//10.0.0.1',
    'http://u:p@a',
    'http://u@a',
    'http://@u:p@a',
  ]
  expect(bad.map((url) => verdict(() => allow(url, 'operator')).split(' ')[0])).toEqual(
    bad.map(() => 'ENDPOINT_INVALID'),
  )
  expect(verdict(() => allow('  HTTPS://Collector.Example:443/V1?a=b#c  ', 'strict'))).toBe('allowed')
  expect(allow('http://h:80', 'operator').port).toBe(80)
})

test('a fault about an endpoint repeats no password, however it is written, and no query [S-32]', () => {
  const urls = [
    'http://bob:hunter2@h/',
    'http://bob:hun/ter2@h/',
    'http://bob:hun?ter2@h/',
    'http://bob:hun#ter2@h/',
    'http://bob:hun ter2@h/',
    'http://bob:hunter2@[::1',
    'http://169.254.169.254/?token=hunter2',
    'http://169.254.169.254/#hunter2',
  ]
  for (const url of urls) expect(verdict(() => allow(url, 'operator'))).not.toMatch(/hun|ter2/)
})

test('headers from any text either travel as they are or are refused without their value [S-30]', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.string({ unit: 'binary', maxLength: 20 }),
      (name, value) => {
        const secret = `hunter2${value}`
        const said = verdict(() => checkHeaders({ [name]: secret }))
        expect(said).not.toContain('hunter2')
        if (said !== 'allowed') return
        const message = new http.OutgoingMessage()
        message.setHeader(name, secret)
        expect(`${name}${secret}`).not.toMatch(/[\r\n\0]/)
      },
    ),
    { numRuns: 300 },
  )
})

test('headers that gRPC metadata cannot hold are refused without their value, which its library would quote [S-30]', async () => {
  const bad: [string, string][] = [
    ['x', 'hunter2\u00e9'],
    ['x', 'hunter2\tb'],
    ['x-bin', 'hunter2'],
    ['grpc-timeout', 'hunter2'],
    ['x!y', 'hunter2'],
    ['x', 'hunter2\r\ny: z'],
  ]
  const said = bad.map(([name, value]) => verdict(() => checkMetadata({ [name]: value })))
  expect(said.map((one) => one.split(' ').slice(0, 2).join(' '))).toEqual(
    bad.map(([name]) => `HEADER_INVALID ${JSON.stringify(name)}:`),
  )
  expect(said.join()).not.toContain('hunter2')
  expect(verdict(() => checkMetadata({ Authorization: 'Bearer a.b', 'x-tenant': '' }))).toBe('allowed')
  const failed = otlpGrpc({ endpoint: 'http://127.0.0.1:1', headers: { x: 'hunter2\u00e9' } })
  await expect(failed).rejects.toThrow(/^HEADER_INVALID "x":/)
})

test('a name that answers otherwise at each connect is caught at each connect, and nothing reaches the other place [S-31]', async () => {
  let reached = 0
  const server = http.createServer((_request, response) => {
    reached++
    response.setHeader('connection', 'close').end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  cleanups.push(() => new Promise((resolve) => server.close(resolve)))
  const answers = ['127.0.0.1', '169.254.169.254', '127.0.0.1', '::ffff:a9fe:a9fe', 'not an address']
  let asked = 0
  const resolver: Resolver = (_host, done) => {
    const address = answers[asked++]!
    done(null, [{ address, family: address.includes(':') ? 6 : 4 }])
  }
  const caller = new Caller(allow(`http://rebind.example:${(server.address() as AddressInfo).port}/`, 'operator'), {
    resolver,
  })
  cleanups.push(() => caller.close())
  const results: string[] = []
  for (let i = 0; i < answers.length; i++)
    results.push(
      await caller.send({ timeoutMs: 10_000 }).then(
        ({ status }) => String(status),
        (error: Error) => error.message.split(' ')[0]!,
      ),
    )
  expect([results, reached, asked]).toEqual([
    ['200', 'ENDPOINT_FORBIDDEN', '200', 'ENDPOINT_FORBIDDEN', 'ENDPOINT_FORBIDDEN'],
    2,
    5,
  ])
})

test('neither a variable that turns TLS off nor one that names a proxy changes where and how we call [S-31]', async () => {
  const files = certificate()
  cleanups.push(files.remove)
  let proxied = 0
  const proxy = http.createServer((_request, response) => {
    proxied++
    response.end('proxied')
  })
  proxy.on('connect', (_request, socket) => {
    proxied++
    socket.end()
  })
  const plain = http.createServer((_request, response) => response.end('direct'))
  const secure = https.createServer({ key: files.key, cert: files.cert }, (_request, response) =>
    response.end('secure'),
  )
  const ports: number[] = []
  for (const server of [proxy, plain, secure]) {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    cleanups.push(() => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    })
    ports.push((server.address() as AddressInfo).port)
  }
  const program = `
    const { request } = await import(${JSON.stringify(files.bundle)})
    const { allow } = await import(${JSON.stringify(files.bundle)})
    const get = (url) => request(allow(url, 'operator'), { timeoutMs: 10000 }).then((r) => r.body.toString(), (e) => e.code)
    console.log(JSON.stringify([await get('http://127.0.0.1:${ports[1]}/'), await get('https://127.0.0.1:${ports[2]}/')]))`
  const there = `http://127.0.0.1:${ports[0]}`
  const env = {
    PATH: process.env['PATH'],
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
    NODE_USE_ENV_PROXY: '1',
    ...{ http_proxy: there, https_proxy: there, HTTP_PROXY: there, HTTPS_PROXY: there, all_proxy: there },
  }
  const binary = process.env['TELLTALE_NODE24']
  for (const node of [process.execPath, ...(binary === undefined ? [] : [binary])]) {
    const { stdout } = await promisify(execFile)(node, ['--input-type=module', '-e', program], { env })
    expect([JSON.parse(stdout), proxied]).toEqual([['direct', 'DEPTH_ZERO_SELF_SIGNED_CERT'], 0])
  }
})

test('an answer that redirects, however often, is the answer [S-31]', async () => {
  let reached = 0
  const server = http.createServer((message, response) => {
    reached++
    response.writeHead(message.url === '/0' ? 301 : 308, { location: `http://127.0.0.1:${port}/1`, refresh: '0' }).end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  cleanups.push(() => new Promise((resolve) => server.close(resolve)))
  const port = (server.address() as AddressInfo).port
  expect((await request(allow(`http://127.0.0.1:${port}/0`, 'operator'), { timeoutMs: 10_000 })).status).toBe(301)
  expect(reached).toBe(1)
})
