import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { guardOf } from '../../src/access/guard.ts'
import { createConsole } from '../../src/console/console.ts'
import { operationsRoutes } from '../../src/console/panel/operations.ts'
import { newFolder } from '../folder.ts'
import { ask, listening } from './ask.ts'

const folder = newFolder('operations')
const DOCUMENT = '<!doctype html><script type="module" src="/console/assets/operations-AbC123.js"></script>'
mkdirSync(join(folder, 'assets'))
writeFileSync(join(folder, 'operations.html'), DOCUMENT)
writeFileSync(join(folder, 'assets', 'operations-AbC123.js'), `console.log('${'cards '.repeat(50)}')`)
writeFileSync(join(folder, 'secret.txt'), 'not served')

const servers: Server[] = []
afterAll(() => {
  for (const server of servers) server.close().closeAllConnections()
})

/** As a service has it: with authentication on. */
function page(where: string | null = folder) {
  const rules = { authentication: true, dev: false, scrapeGuard: 'none' } as const
  return createConsole({ routes: operationsRoutes({ folder: where }), guard: guardOf({ rules }) })
}

async function serve(): Promise<Server> {
  const console = page()
  const server = await listening(createServer((request, response) => console.serve(request, response)))
  servers.push(server)
  return server
}

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

test.each(['/console', '/console/', '/console?zone=utc'])(
  '%s answers the page to everybody, under the policy of the panel',
  async (path) => {
    const { status, headers, text } = await ask(await serve(), path)
    expect({ status, text }).toEqual({ status: 200, text: DOCUMENT })
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
    })
  },
)

test('its files are named by their content: packed, with a name of their own, and kept', async () => {
  const server = await serve()
  const headers = { 'accept-encoding': 'gzip' }
  const first = await ask(server, '/console/assets/operations-AbC123.js', { headers })
  expect(first.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'content-encoding': 'gzip',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-security-policy': POLICY,
    vary: 'accept-encoding',
  })
  expect(gunzipSync(first.body).toString()).toContain('cards cards')
  const { etag = '' } = first.headers
  const again = await ask(server, '/console/assets/operations-AbC123.js', { headers: { 'if-none-match': etag } })
  expect([again.status, again.text]).toEqual([304, ''])
  const head = await ask(server, '/console/assets/operations-AbC123.js', { method: 'HEAD' })
  expect([head.status, head.text, head.headers['content-type']]).toEqual([200, '', 'text/javascript; charset=utf-8'])
})

test.each([
  '/console/assets/other.js',
  '/console/assets/..%2Fsecret.txt',
  '/console/assets/%2e%2e%2fsecret.txt',
  '/console/assets/..%5Csecret.txt',
  '/console/assets/',
  '/console/assets/a/b',
  '/console/secret.txt',
  '/console/operations.html',
  '/consoles',
])('%s is no file of the page: a 404 in words', async (path) => {
  const { status, headers, text } = await ask(await serve(), path)
  expect([status, headers['content-type']]).toEqual([404, 'application/problem+json'])
  expect(text).not.toContain('not served')
})

test('nothing else than reading is known', async () => {
  const server = await serve()
  for (const path of ['/console', '/console/assets/operations-AbC123.js']) {
    const { status, headers } = await ask(server, path, { method: 'POST' })
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD'])
  }
})

test('on a server of the application it answers its own addresses and touches no other', async () => {
  const console = page()
  const server = createServer((_, response) => response.end('the application'))
  console.mount(server)
  servers.push(await listening(server))
  expect((await ask(server, '/console')).text).toBe(DOCUMENT)
  for (const path of ['/', '/consolelog', '/assets/operations-AbC123.js'])
    expect((await ask(server, path)).text).toBe('the application')
})

test('nothing of it is read before somebody asks for it', async () => {
  const empty = newFolder('operations-later')
  const console = page(empty)
  mkdirSync(join(empty, 'assets'))
  writeFileSync(join(empty, 'operations.html'), 'later')
  expect(readdirSync(empty)).toHaveLength(2)
  expect(await (await console.fetch(new Request('http://127.0.0.1/console'))).text()).toBe('later')
})

test('where it was not built it says how to build it', async () => {
  const console = page(null)
  const answer = await console.fetch(new Request('http://127.0.0.1/console'))
  expect([answer.status, await answer.text()]).toEqual([
    503,
    'The page was not built: run `npm run build`. What it shows is listed in /console/openapi.json.\n',
  ])
  expect((await console.fetch(new Request('http://127.0.0.1/console/assets/a.js'))).status).toBe(404)
})
