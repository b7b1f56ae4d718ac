// What an application may do with the head of its answer is the same with telemetry and without, byte for byte.
import http, { type ServerResponse } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { kit } from './kit.ts'

type Answer = (response: ServerResponse) => unknown

const code = (work: () => unknown): string => {
  try {
    work()
    return 'none'
  } catch (error) {
    return String((error as { code?: unknown }).code)
  }
}

const HEADS: Record<string, Answer> = {
  'pairs in an array': (r) =>
    r.writeHead(200, [
      ['X-A', '1'],
      ['X-B', '2'],
    ] as never),
  'one pair': (r) => r.writeHead(200, [['X-A', '1']] as never),
  'a flat array with repeated names': (r) =>
    r.writeHead(200, ['X-A', '1', 'X-A', '2', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']),
  'a flat array after a reason': (r) => r.writeHead(201, 'Made', ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']),
  'an empty array': (r) => r.writeHead(200, []),
  'an array of odd length': (r) => r.end(code(() => r.writeHead(200, ['X-A']))),
  'an array after setHeader': (r) => {
    r.setHeader('X-A', '0')
    r.writeHead(200, ['X-B', '1'])
  },
  'an object': (r) => r.writeHead(201, 'Made', { 'X-Case': 'v', 'set-cookie': ['a', 'b'] }),
  'an object of nothing': (r) => r.end(code(() => r.writeHead(200, { a: undefined }))),
  'a name that is none': (r) => r.end(code(() => r.writeHead(200, { 'a b': 1 }))),
  'a value with a line break': (r) => r.end(code(() => r.writeHead(200, { a: 'b\r\nc: d' }))),
  'a status that is none': (r) => r.end(code(() => r.writeHead(1000))),
  'two heads': (r) => {
    r.writeHead(200)
    r.end(code(() => r.writeHead(404)))
  },
  'a header after the head': (r) => {
    r.writeHead(200)
    r.end(code(() => r.setHeader('a', 'b')))
  },
  'what is known of the headers before': (r) => r.end(JSON.stringify([r.getHeaders(), r.hasHeader('traceparent')])),
  'early hints and 100': (r) => {
    r.writeContinue()
    r.writeEarlyHints({ link: '</a>; rel=preload' })
    r.writeHead(200, { a: 'b' })
  },
  'flushed headers': (r) => r.flushHeaders(),
  'a status and a reason': (r) => Object.assign(r, { statusCode: 204, statusMessage: 'Hey' }),
  'a head that a library wraps': (r) => {
    const { writeHead } = r
    r.writeHead = ((...args: [number]) => {
      r.setHeader('X-Wrapped', args.length)
      return writeHead.apply(r, args)
    }) as never
  },
}

async function answers(): Promise<Record<string, string>> {
  let answer: Answer = () => {}
  const server = http.createServer((_request, response) => {
    answer(response)
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const found: Record<string, string> = {}
  for (const [name, each] of Object.entries(HEADS)) {
    answer = each
    found[name] = await raw((server.address() as AddressInfo).port)
  }
  server.close()
  return found
}

function raw(port: number): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = net.connect(port, '127.0.0.1')
    socket.setEncoding('latin1').on('data', (chunk) => (text += chunk))
    socket.on('close', () => resolve(text.replaceAll(/Date: .*\r\n/g, '')))
    socket.end('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  })
}

test('every way to write a head gives the same bytes and errors as without telemetry, and our two once each [W-25] [G-08]', async () => {
  const bare = await answers()
  const recorded = kit()
  try {
    const ours = await answers()
    const line = /traceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-0\d\r\nx-correlation-id: [-0-9a-f]{36}\r\n/
    const without = Object.fromEntries(Object.entries(ours).map(([name, text]) => [name, text.replace(line, '')]))
    expect(without).toEqual(bare)
    expect(Object.values(ours).filter((text) => line.test(text)).length).toBe(Object.keys(HEADS).length)
  } finally {
    recorded.stop()
  }
})

test("the application's own traceparent stays, however it is given", async () => {
  const recorded = kit()
  const given: Answer[] = [
    (r) => r.setHeader('traceparent', 'mine'),
    (r) => r.writeHead(200, { Traceparent: 'mine' }),
    (r) => r.writeHead(200, ['Traceparent', 'mine']),
    (r) => r.writeHead(200, [['traceparent', 'mine']] as never),
  ]
  const server = http.createServer((_request, response) => {
    given.shift()!(response)
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  for (let i = 0; i < 4; i++) {
    const text = await raw((server.address() as AddressInfo).port)
    expect(text.match(/traceparent: .*/gi)).toEqual([expect.stringMatching(/^traceparent: mine$/i)])
  }
  server.close()
  recorded.stop()
})
