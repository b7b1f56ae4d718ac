import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { createConsole } from '../../src/console/console.ts'
import { panelRoutes } from '../../src/console/panel/panel.ts'
import { telemetryRoutes } from '../../src/console/telemetry/routes.ts'
import { Store } from '../../src/store/store.ts'
import { ask, listening } from './ask.ts'

const folder = mkdtempSync(join(tmpdir(), 'telltale-panel-'))
const INDEX = '<!doctype html><script type="module" src="/assets/main-AbC123.js"></script>'
mkdirSync(join(folder, 'assets'))
writeFileSync(join(folder, 'index.html'), INDEX)
writeFileSync(join(folder, 'assets', 'main-AbC123.js'), `console.log('${'panel '.repeat(50)}')`)
writeFileSync(join(folder, 'assets', 'main-AbC123.css'), 'body { margin: 0 }')
writeFileSync(join(folder, 'assets', 'mark-AbC123.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')

const servers: Server[] = []
async function serve(): Promise<Server> {
  const console = createConsole({ routes: [...telemetryRoutes(new Store()), ...panelRoutes(folder)] })
  const server = await listening(createServer((request, response) => console.serve(request, response)))
  servers.push(server)
  return server
}
afterAll(() => {
  for (const server of servers) server.close().closeAllConnections()
  rmSync(folder, { recursive: true, force: true })
})

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

test.each([
  '/',
  '/services',
  '/services/shop-api',
  '/services/a%2Fb%20c',
  '/traces?status=error',
  '/traces/0af7651916cd43dd8448eb211c80319c?span=b7ad6b7169203331',
  '/logs',
  '/explore',
  '/explore/http.server.request.duration',
  '/map',
])('%s answers the one document, under a policy that lets only our own files run', async (path) => {
  const { status, headers, text } = await ask(await serve(), path)
  expect({ status, text }).toEqual({ status: 200, text: INDEX })
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
  })
})

test.each(['/api/v1/nothing', '/api', '/v1/traces', '/nowhere', '/assets/other.js', '/services/a/b', '/index.html'])(
  '%s is no page: it stays a 404',
  async (path) => {
    const { status, text } = await ask(await serve(), path)
    expect(status).toBe(404)
    expect(text).not.toContain('<!doctype')
  },
)

test.each([
  ['/assets/main-AbC123.js', 'text/javascript; charset=utf-8'],
  ['/assets/main-AbC123.css', 'text/css; charset=utf-8'],
  ['/assets/mark-AbC123.svg', 'image/svg+xml'],
])('%s is named by its content: it is asked for once and kept', async (path, type) => {
  const { status, headers } = await ask(await serve(), path)
  expect([status, headers['content-type'], headers['cache-control']]).toEqual([
    200,
    type,
    'public, max-age=31536000, immutable',
  ])
})

test('who has the document already gets 304 without it; a new one is sent', async () => {
  const server = await serve()
  const { etag } = (await ask(server, '/')).headers
  const again = await ask(server, '/traces', { headers: { 'if-none-match': `W/"x", ${etag}` } })
  expect([again.status, again.text, again.headers['content-length'], again.headers['etag']]).toEqual([
    304,
    '',
    undefined,
    etag,
  ])
  expect((await ask(server, '/', { headers: { 'if-none-match': '"another"' } })).status).toBe(200)
})

test('who reads gzip gets it packed; who does not, or refuses it, gets it plain', async () => {
  const server = await serve()
  const packed = await ask(server, '/services/shop', { headers: { 'accept-encoding': 'br, gzip' } })
  expect([packed.headers['content-encoding'], packed.headers['vary'], gunzipSync(packed.body).toString()]).toEqual([
    'gzip',
    'accept-encoding',
    INDEX,
  ])
  const plain = await ask(server, '/', { headers: { 'accept-encoding': 'gzip;q=0, br' } })
  expect([plain.headers['content-encoding'], plain.text]).toEqual([undefined, INDEX])
})

test('HEAD is answered without a body, other methods are refused with what is known', async () => {
  const server = await serve()
  const head = await ask(server, '/traces/1', { method: 'HEAD' })
  expect([head.status, head.text, head.headers['content-type']]).toEqual([200, '', 'text/html; charset=utf-8'])
  const post = await ask(server, '/services', { method: 'POST' })
  expect([post.status, post.headers['allow']]).toEqual([405, 'GET, HEAD'])
})

test('where the panel was not built its addresses say how to build it, and the API answers', async () => {
  const console = createConsole({ routes: [...telemetryRoutes(new Store()), ...panelRoutes(null)] })
  const answer = await console.fetch(new Request('http://127.0.0.1/traces/1'))
  expect([answer.status, await answer.text()]).toEqual([
    503,
    'The panel was not built: run `npm run build`. The same data is under /api/v1.\n',
  ])
  expect((await console.fetch(new Request('http://127.0.0.1/api/v1/services'))).status).toBe(200)
})
