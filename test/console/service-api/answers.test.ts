// Whatever a running service answers is what its document says, for every address that can be read without more ado.
import { PGlite } from '@electric-sql/pglite'
import { expect, test } from 'vitest'
import { ROWS, serviceApi } from '../../../src/console/service-api/document.ts'
import { provideInventory } from '../../../src/inventory.ts'
import { provideOperations } from '../../../src/operations.ts'
import { app, later, launch } from '../../start/kit.ts'
import { ask } from '../contract/questions.ts'
import { wrong } from './validator.ts'

const SHOP = {
  name: 'shop',
  dev: true,
  server: { port: 0 },
  console: { instance: 'shop-1', resources: [{ type: 'Order', table: 'orders' }] },
  slos: [
    { name: 'fast', kind: 'latency', metric: 'http_request_duration_seconds', percentile: 95, threshold: '300ms' },
  ],
}
const YAML = JSON.stringify(SHOP)

const read = ROWS.filter(({ method, path }) => method === 'GET' && !path.includes(':')).map(({ path }) => path)

test('the service answers with its document', async () => {
  const { address } = await launch(YAML)
  const { body } = await ask(address, '/console/openapi.json')
  expect(body).toEqual(JSON.parse(JSON.stringify(serviceApi())))
})

test.each(read)('%s answers what the document says of it', async (path) => {
  const { address } = await launch(YAML)
  const { get } = await app()
  for (let i = 0; i < 3; i++) await get('/')
  const { status, headers, body } = await ask(address, path)
  const type = headers['content-type'] as string
  // Nothing is configured that has messages.
  const expected = /(?:outbox|dlq)\/messages$/.test(path) ? 404 : 200
  expect([status, wrong('GET', path, status, type, body)]).toEqual([expected, []])
})

test('messages, what becomes of them, and an overview with all that there is are what the document says', async () => {
  const db = new PGlite()
  later(() => db.close())
  await db.exec(`CREATE TABLE orders (id int);
    CREATE TABLE outbox (id text PRIMARY KEY, status text, event_type text, created_at timestamptz, failed_at timestamptz,
      attempts int, last_error text);
    INSERT INTO outbox VALUES ('a', 'pending', 'order.paid', now(), NULL, 0, NULL),
      ('b', 'failed', 'order.paid', now(), now(), 3, 'refused')`)
  later(provideOperations(db))
  later(provideInventory(db))
  const { address } = await launch(
    JSON.stringify({
      ...SHOP,
      ops: { outbox: { table: 'outbox' }, queues: [{ name: 'orders', source: 'sql', table: 'orders' }] },
    }),
  )
  const seen: unknown[] = []
  const look = async (method: string, route: string, path = route, query = '') => {
    const { status, headers, body } = await ask(address, `${path}${query}`, {}, method)
    seen.push([status, ...wrong(method, route, status, headers['content-type'] as string, body)])
    return body as Record<string, never>
  }
  const lists = '/api/v1/admin/outbox/messages'
  expect((await look('GET', lists, lists, '?status=all'))['total']).toBe(2)
  await look('GET', lists, lists, '?limit=0')
  await look('GET', '/api/v1/admin/dlq/messages')
  await look('GET', '/admin/ops/overview')
  const requeue = '/api/v1/admin/dlq/messages/:id/requeue'
  await look('POST', requeue, requeue.replace(':id', 'b'))
  await look('POST', requeue, requeue.replace(':id', 'z'))
  const discard = '/api/v1/admin/outbox/messages/:id/discard'
  await look('POST', discard, discard.replace(':id', 'a'))
  expect(seen).toEqual([[200], [400], [200], [200], [200], [404], [200]])
})

test('what is changed of a running service answers as the document says', async () => {
  const { address } = await launch(YAML)
  const send = async (method: string, path: string, body?: object) => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${address}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    const type = response.headers.get('content-type')!
    return [response.status, ...wrong(method, path, response.status, type, await response.json())]
  }
  expect([
    await send('POST', '/admin/ops/control/log-level', { level: 'debug', seconds: 60 }),
    await send('POST', '/admin/ops/control/log-level', { level: 'loud' }),
    await send('DELETE', '/admin/ops/control/log-level'),
    // Nothing is exported here, so no span is recorded.
    await send('POST', '/admin/ops/control/sampling', { ratio: 0.5 }),
    await send('DELETE', '/admin/ops/control/sampling'),
  ]).toEqual([[200], [400], [200], [409], [200]])
})

test('an answer that is not as described is seen', () => {
  const body = { service: 'shop', scope: 'cluster', version: 1, started_at: 'yesterday', hostname: 'h' }
  const path = '/console/metrics/uptime'
  expect(wrong('GET', path, 200, 'application/json', body).length).toBeGreaterThan(6)
  expect(() => wrong('GET', path, 404, 'application/json', body)).toThrow('nothing is said of GET')
})
