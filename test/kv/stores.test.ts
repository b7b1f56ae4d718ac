// Get, set, delete and put through real clients and stores, and what became of them.
import { Redis } from 'ioredis'
import Keyv from 'keyv'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { forgetNotices, type Notice, onNotice } from '../../src/base/notice.ts'
import { observe } from '../../src/surfaces/kv/observe.ts'
import { REDIS, REQUIRED, redis, type Server } from '../otel/servers.ts'
import { type Kit, kit, view } from '../sql/kit.ts'

const noRedis = REDIS === undefined && !REQUIRED
let server: Server | undefined
let on: Kit

beforeAll(async () => {
  server = noRedis ? undefined : await redis()
})
afterAll(() => server?.stop())
beforeEach(() => {
  on = kit()
})
afterEach(() => on.stop())

test.skipIf(noRedis)(
  'node-redis: its commands count without a wrapper, in the namespace of their database [W-16]',
  async () => {
    const client = createClient({ url: `${server!.url}/2` })
    expect(observe(client)).toBe(client)
    await client.connect()
    await client.set('a', '1')
    await client.set('a', '2', { condition: 'NX' })
    await client.setNX('a', '3')
    await client.setNX('b', '3')
    await client.get('a')
    await client.get('missing')
    await client.mGet(['missing', 'a'])
    await client.mGet(['missing', 'gone'])
    await client.hSet('h', 'f', 'v')
    await client.hGetAll('h')
    await client.hGetAll('missing')
    await client.del('a')
    await client.del('a')
    await client.getDel('missing')
    await client.ping()
    await client.lPush('list', 'x')
    await expect(client.get('list')).rejects.toThrow('WRONGTYPE')
    client.destroy()
    const counts = {
      '2 set ok': 2,
      '2 set not_found': 1,
      '2 put not_found': 1,
      '2 put ok': 1,
      '2 get ok': 3,
      '2 get not_found': 3,
      '2 get error': 1,
      '2 delete ok': 1,
      '2 delete not_found': 2,
    }
    expect(on.counts('kv_ops_total')).toEqual(counts)
    expect(on.counts('kv_op_duration_seconds')).toEqual(counts)
    expect(on.counts('errors_total')).toEqual({ 'kv WRONGTYPE': 1 })
    expect(on.spans).toEqual([])
  },
)

test.skipIf(noRedis)('ioredis: its commands count without a wrapper, in pipelines too [W-16]', async () => {
  const client = new Redis(`${server!.url}/3`)
  expect(observe(client)).toBe(client)
  await client.set('a', '1')
  await client.getset('fresh', '1')
  await client.pipeline().get('a').get('missing').exec()
  await client.getBuffer('a')
  await client.setnx('a', '2')
  await client.unlink('a')
  await client.rpush('list', 'x')
  await expect(client.hget('list', 'f')).rejects.toThrow('WRONGTYPE')
  client.disconnect()
  expect(on.counts('kv_ops_total')).toEqual({
    '3 set ok': 2,
    '3 get ok': 2,
    '3 get not_found': 1,
    '3 put not_found': 1,
    '3 delete ok': 1,
    '3 get error': 1,
  })
})

test.skipIf(noRedis)('spans of commands are there when asked for, and have no key [W-16]', async () => {
  on.stop()
  on = kit({ spans: true })
  const client = createClient({ url: server!.url })
  await client.connect()
  await client.get('secret')
  await client.lPush('secret list', 'x')
  await expect(client.get('secret list')).rejects.toThrow()
  client.destroy()
  const all = { kind: 3, 'db.system.name': 'redis', 'server.address': '127.0.0.1', 'server.port': 'PORT' }
  expect(on.spans.map(view)).toEqual([
    { ...all, name: 'GET', status: 0, 'db.namespace': '0', 'db.operation.name': 'GET', events: 0 },
    {
      ...all,
      name: 'GET',
      status: 2,
      'db.namespace': '0',
      'db.operation.name': 'GET',
      'error.type': 'WRONGTYPE',
      events: 0,
    },
  ])
})

test.skipIf(noRedis)(
  'a server that is killed in mid-command leaves failed operations and no open one [W-16]',
  async () => {
    const own = await redis()
    const client = new Redis(own.url, { retryStrategy: null, lazyConnect: true, maxRetriesPerRequest: 0 })
    client.on('error', () => {})
    await client.connect()
    await client.call('CLIENT', 'PAUSE', '60000', 'ALL').catch(() => {})
    const asked = Promise.allSettled([client.get('a'), client.set('a', '1')])
    await own.stop()
    expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const counts = on.counts('kv_ops_total')
    expect(counts).toEqual({ '0 get error': 1, '0 set error': 1 })
  },
)

test('a Map and a Keyv stay what they are, and their operations count [W-16]', async () => {
  const sessions = observe(new Map<string, number>(), { namespace: 'sessions' })
  expect(observe(sessions, { namespace: 'other' })).toBe(sessions)
  sessions.set('a', 1).set('b', 2)
  expect([sessions.get('a'), sessions.get('missing'), sessions.delete('a'), sessions.delete('a')]).toEqual([
    1,
    undefined,
    true,
    false,
  ])
  expect([...sessions]).toEqual([['b', 2]])
  const keyv = observe(new Keyv({ namespace: 'cache' }))
  await keyv.set('a', 1)
  expect([await keyv.get('a'), await keyv.get('missing')]).toEqual([1, undefined])
  expect(await keyv.get(['a', 'missing'])).toEqual([1, undefined])
  expect([await keyv.delete('a'), await keyv.delete('a')]).toEqual([true, false])
  expect(on.counts('kv_ops_total')).toEqual({
    'sessions set ok': 2,
    'sessions get ok': 1,
    'sessions get not_found': 1,
    'sessions delete ok': 1,
    'sessions delete not_found': 1,
    'cache set ok': 1,
    'cache get ok': 2,
    'cache get not_found': 1,
    'cache delete ok': 1,
    'cache delete not_found': 1,
  })
})

test('a put that finds its key taken or another version is not_found, and what is thrown goes on [W-16]', async () => {
  const refusal = (code: string) => Object.assign(new Error(code), { code })
  const store = observe(
    {
      get: (): unknown => {
        throw refusal('EIO')
      },
      set: async () => true,
      delete: () => true,
      put: async (_key: string, code?: string) => {
        if (code !== undefined) throw refusal(code)
        return true
      },
    },
    { namespace: 'store' },
  )
  await store.put('a')
  await expect(store.put('a', 'KEY_EXISTS')).rejects.toThrow('KEY_EXISTS')
  await expect(store.put('a', 'ERR_VERSION_MISMATCH')).rejects.toThrow('ERR_VERSION_MISMATCH')
  await expect(store.put('a', 'EIO')).rejects.toThrow('EIO')
  expect(() => store.get()).toThrow('EIO')
  expect(on.counts('kv_ops_total')).toEqual({
    'store put ok': 1,
    'store put not_found': 2,
    'store put error': 1,
    'store get error': 1,
  })
})

test('what is no store comes back untouched and is said once; hostile ones do no harm', () => {
  const told: Notice[] = []
  forgetNotices()
  const before = onNotice((notice) => void told.push(notice))
  const frozen = Object.freeze({ get() {}, set() {}, delete() {} })
  for (const thing of [{}, frozen, null as never]) expect(observe(thing)).toBe(thing)
  onNotice(before)
  expect(told.map(({ event }) => event)).toEqual(['kv.unknown', 'kv.fault'])
})

test('a promise that is put into a Map or a cache comes out as itself, and its failure is its own [W-16]', async () => {
  class Cache {
    readonly #held = new Map<string, unknown>()
    get(key: string): unknown {
      return this.#held.get(key)
    }
    set(key: string, value: unknown): this {
      this.#held.set(key, value)
      return this
    }
    delete(key: string): boolean {
      return this.#held.delete(key)
    }
  }
  const unhandled: unknown[] = []
  const listeners = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (error) => unhandled.push(error))
  for (const store of [observe(new Map<string, unknown>(), { namespace: 'm' }), observe(new Cache())]) {
    const failing = Promise.reject(new Error('mine'))
    failing.catch(() => {})
    const poisoned = Object.defineProperty({}, 'then', {
      get() {
        throw new Error('poison')
      },
    })
    store.set('failing', failing)
    store.set('poisoned', poisoned)
    store.set('list', [null])
    expect(store.get('failing')).toBe(failing)
    expect(store.get('poisoned')).toBe(poisoned)
    expect(store.get('list')).toEqual([null])
    expect([store.get.name, store.get.length, store.set.length]).toEqual(['get', 1, 2])
  }
  await new Promise((done) => setImmediate(done))
  process.removeAllListeners('unhandledRejection')
  for (const listener of listeners) process.on('unhandledRejection', listener)
  expect(unhandled).toEqual([])
  expect(on.counts('kv_ops_total')).toEqual({ 'm set ok': 3, 'm get ok': 3, 'Cache set ok': 3, 'Cache get ok': 3 })
})

test('a store whose set answers at once may still have a get that answers later [W-16]', async () => {
  const held = new Map<string, unknown>()
  const store = observe(
    {
      get: async (key: string) => held.get(key),
      set: (key: string, value: unknown) => void held.set(key, value),
      delete: (key: string) => Promise.resolve(held.delete(key)),
    },
    { namespace: 'mixed' },
  )
  store.set('a', 1)
  expect([await store.get('a'), await store.get('missing'), await store.delete('missing')]).toEqual([
    1,
    undefined,
    false,
  ])
  expect(on.counts('kv_ops_total')).toEqual({
    'mixed set ok': 1,
    'mixed get ok': 1,
    'mixed get not_found': 1,
    'mixed delete not_found': 1,
  })
})
