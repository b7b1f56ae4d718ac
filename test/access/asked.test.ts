import { expect, test } from 'vitest'
import { askedOf } from '../../src/access/asked.ts'

const node = {
  method: 'GET',
  url: '/a/b?c=d',
  headers: { authorization: 'Bearer x' },
  rawHeaders: ['Authorization', 'Bearer x'],
  socket: { remoteAddress: '10.0.0.1' },
}
const plain = {
  request: node,
  method: 'GET',
  path: '/a/b',
  headers: { authorization: 'Bearer x' },
  raw: ['Authorization', 'Bearer x'],
  address: '10.0.0.1',
}

test('a request is read by its shape, wherever a framework keeps it', () => {
  expect(askedOf(node)).toEqual(plain)
  expect(askedOf({ id: 'req-1', url: '/other', headers: {}, raw: node })).toEqual(plain)
  expect(askedOf({ req: node, request: {}, app: {} })).toEqual(plain)
  const mounted = { ...node, url: '/b', originalUrl: '/a/b?c=d' }
  expect(askedOf(mounted).path).toBe('/a/b')
})

test('a Request of the web is read too, and Hono’s around it', () => {
  const request = new Request('http://shop.example/a/b?c=d', { headers: { Authorization: 'Bearer x' } })
  const web = { request, method: 'GET', path: '/a/b', headers: { authorization: 'Bearer x' }, address: null }
  expect(askedOf(request)).toEqual(web)
  expect(askedOf({ raw: request, path: '/zzz' })).toEqual(web)
  expect(askedOf({ req: { raw: request }, env: {} })).toEqual(web)
})

test('the path is that of the request line, in the absolute form too', () => {
  const path = (url: string) => askedOf({ ...node, url }).path
  expect(path('http://shop.example/a?b')).toBe('/a')
  expect(path('http://shop.example')).toBe('/')
  expect(path('//a/b')).toBe('//a/b')
  expect(path('/a#b')).toBe('/a')
  expect(path('*')).toBe('*')
})

test.each([
  [undefined],
  [null],
  [7],
  ['x'],
  [{}],
  [{ raw: {} }],
  [{ headers: {}, method: 'GET' }],
  [{ ...node, headers: null }],
  [{ ...node, headers: 'a: b' }],
  [{ ...node, headers: undefined, req: null }],
  [{ ...node, headers: undefined, req: 'x' }],
  [{ ...node, method: 7 }],
  [{ ...node, url: 7 }],
  [{ raw: { raw: { raw: { raw: node } } } }],
])('%j is no request, which is said', (given) => {
  const text = 'this is no request: give an IncomingMessage, a Request, or what a framework calls its request'
  expect(() => askedOf(given)).toThrow(new TypeError(text))
})

test('what a request merely mentions is not taken for it', () => {
  expect(askedOf({ raw: { raw: { raw: node } } })).toEqual(plain)
  expect(askedOf({ ...node, raw: null, req: { ...node, url: '/other' } }).path).toBe('/a/b')
  expect(askedOf({ ...node, originalUrl: 7 }).path).toBe('/a/b')
  const bare = askedOf({ method: 'GET', url: '?a', headers: {}, rawHeaders: 'x', socket: { remoteAddress: 7 } })
  expect([bare.path, bare.raw, bare.address]).toEqual(['', undefined, null])
  expect(askedOf({ method: 'GET', url: '/a', headers: {}, socket: null }).address).toBe(null)
  expect(askedOf({ ...node, url: '/a://b/c' }).path).toBe('/a://b/c')
  expect(askedOf({ ...node, url: 'x' }).path).toBe('x')
})
