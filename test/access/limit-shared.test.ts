// Replicas that count together, on a real Redis and a real PostgreSQL.
import { tracingChannel } from 'node:diagnostics_channel'
import pg from 'pg'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ClientLimit } from '../../src/access/limit.ts'
import { SharedLimit, type SharedLimitOptions, windowOf } from '../../src/access/limit-shared.ts'
import { overIoredis, taken } from '../../src/access/limit-store.ts'
import { forgetNotices, onNotice } from '../../src/base/notice.ts'
import { current } from '../../src/context/current.ts'
import { POSTGRES, postgres, REDIS, REQUIRED, redis, type Server } from '../otel/servers.ts'

const said: string[] = []
const open: SharedLimit[] = []
afterEach(async () => {
  for (const limit of open.splice(0)) await limit.close()
  onNotice(undefined)
  forgetNotices()
  said.length = 0
})

/** One guard's limit, with a clock of its own for its bucket. */
function replica(options: Pick<SharedLimitOptions, 'store' | 'url'> & Partial<SharedLimitOptions>) {
  onNotice(({ text }) => said.push(text))
  const { capacity = 10, perMinute = 60 } = options
  const clock = { ms: 0 }
  const own = new ClientLimit({ capacity, perMinute, places: 100, now: () => clock.ms })
  // A store on a machine that does much else may take its time.
  const limit = new SharedLimit({
    own,
    capacity,
    perMinute,
    name: 'shop',
    patienceMs: 20_000,
    now: () => clock.ms,
    ...options,
  })
  open.push(limit)
  return {
    clock,
    limit,
    async admitted(client: string, requests: number) {
      let count = 0
      for (let i = 0; i < requests; i++) if ((await limit.take(client)) === 0) count++
      return count
    },
  }
}

test.each([
  [
    { capacity: 10, perMinute: 60 },
    { seconds: 10, requests: 10 },
  ],
  [
    { capacity: 1, perMinute: 60 },
    { seconds: 1, requests: 1 },
  ],
  [
    { capacity: 10, perMinute: 6000 },
    { seconds: 1, requests: 100 },
  ],
  [
    { capacity: 10, perMinute: 1 },
    { seconds: 600, requests: 10 },
  ],
  [
    { capacity: 10, perMinute: 7 },
    { seconds: 86, requests: 10 },
  ],
])('the window of %o is %o: neither burst nor rate of one bucket, and never none [R-23]', (rate, window) => {
  expect(windowOf(rate)).toEqual(window)
})

test('what the bucket of this replica refuses is refused without asking the store, however much that would admit [R-23]', async () => {
  let asked = 0
  const { admitted, limit, clock } = replica({
    store: 'redis',
    url: 'redis://h',
    capacity: 3,
    open: async () => ({ take: async () => (++asked === 2 ? 4000 : 0), close: async () => {} }),
  })
  expect([await admitted('a', 10), asked]).toEqual([2, 3])
  clock.ms += 1000
  expect([await admitted('a', 10), asked]).toEqual([1, 4])
  await limit.close()
  clock.ms += 1000
  expect([await admitted('a', 10), asked]).toEqual([1, 4])
})

test('an address that nobody answers at stops no request for longer than it has to [R-23]', async () => {
  const { admitted } = replica({ store: 'redis', url: 'redis://127.0.0.1:1', patienceMs: 100 })
  expect(await admitted('a', 20)).toBe(10)
  expect(said).toHaveLength(1)
})

test('a client that never answers is given up, and what it holds with it', async () => {
  let closed = 0
  const never = new Promise<number>(() => {})
  const { admitted, clock } = replica({
    store: 'redis',
    url: 'redis://h',
    patienceMs: 20,
    open: async () => ({ take: () => never, close: async () => void closed++ }),
  })
  expect(await admitted('a', 3)).toBe(3)
  clock.ms += 6000
  expect(await admitted('a', 1)).toBe(1)
  expect([closed, said.length]).toEqual([2, 1])
})

test('what went wrong is said without the password of the store', async () => {
  const { admitted } = replica({
    store: 'redis',
    url: 'redis://h',
    open: () => Promise.reject(new Error('cannot reach redis://user:hunter2secret@h:6379')),
  })
  await admitted('a', 1)
  expect(said.join()).toContain('the shared limit in redis')
  expect(said.join()).not.toContain('hunter2secret')
})

test('after a failure the store is left alone for a while; what is closed meanwhile says nothing [R-23]', async () => {
  const given: unknown[] = []
  let failing = true
  const { admitted, clock, limit } = replica({
    store: 'postgresql',
    url: 'postgres://h',
    restMs: 5000,
    patienceMs: 250,
    open: async (options) => {
      given.push(options)
      if (failing) throw new Error('no route')
      return { take: async () => 3000, close: async () => {} }
    },
  })
  // It is opened at once, so that the first request need not wait for it.
  expect(given).toEqual([
    ...[
      {
        store: 'postgresql',
        url: 'postgres://h',
        name: 'shop',
        patienceMs: 250,
        window: { seconds: 10, requests: 10 },
      },
    ],
  ])
  await expect
    .poll(() => said)
    .toEqual([
      ...[
        'the shared limit in postgresql cannot be asked (no route): each replica counts its own requests until it can',
      ],
    ])
  clock.ms += 4999
  expect([await admitted('a', 2), given.length]).toEqual([2, 1])
  clock.ms += 1
  failing = false
  expect([await admitted('a', 2), given.length]).toEqual([0, 2])
  expect(await limit.take('b')).toBe(3000)
  let refuse: (error: Error) => void = () => {}
  const closing = replica({
    ...{ store: 'redis', url: 'redis://h', patienceMs: 20_000 },
    open: () => new Promise((_, reject) => (refuse = reject)),
  })
  const asked = closing.limit.take('a')
  const closed = closing.limit.close()
  refuse(new Error('too late'))
  expect([await asked, await closed, said.length]).toEqual([0, undefined, 1])
})

test('a question that takes too long is answered by the bucket of this replica, which says why [R-23]', async () => {
  const notices: unknown[] = []
  const { admitted } = replica({
    ...{ store: 'redis', url: 'redis://h', patienceMs: 15 },
    open: async () => ({ take: () => new Promise<number>(() => {}), close: async () => {} }),
  })
  onNotice(({ level, event, text }) => notices.push([level, event, text]))
  expect(await admitted('a', 1)).toBe(1)
  expect(notices).toEqual([
    [
      ...['warn', 'access.limit'],
      'the shared limit in redis cannot be asked (no answer within 15 ms): each replica counts its own requests until it can',
    ],
  ])
})

function behaviour(store: 'redis' | 'postgresql', server: () => Server): void {
  const url = () => server().url

  test('two replicas add up: what one admitted the other does not admit again, and says when [R-23]', async () => {
    const [a, b] = [replica({ store, url: url(), perMinute: 1 }), replica({ store, url: url(), perMinute: 1 })]
    expect([await a.admitted('two', 6), await b.admitted('two', 6), await a.admitted('two', 6)]).toEqual([6, 4, 0])
    const waitMs = await b.limit.take('two')
    // A window of ten minutes that has just begun; on a slow machine some of it is over.
    expect(waitMs).toBeGreaterThan(1000)
    expect(waitMs).toBeLessThanOrEqual(600_000)
    expect(await b.admitted('another', 3)).toBe(3)
    expect(said).toEqual([])
  })

  test('services of other names count for themselves [R-23]', async () => {
    const a = replica({ store, url: url(), perMinute: 1 })
    const b = replica({ store, url: url(), perMinute: 1, name: `cart ${'x'.repeat(500)}` })
    expect([await a.admitted('named', 20), await b.admitted('named', 20)]).toEqual([10, 10])
  })

  test('when the window is over there is room again [R-23]', async () => {
    const rate = { capacity: 2, perMinute: 120 }
    const [a, b] = [replica({ store, url: url(), ...rate }), replica({ store, url: url(), ...rate })]
    let refused = 0
    // Windows of one second: a pair that falls into two of them is asked for again.
    while (refused === 0) {
      a.clock.ms += 10_000
      b.clock.ms += 10_000
      await a.admitted('short', 2)
      refused = 2 - (await b.admitted('short', 2))
    }
    let again = 0
    while (again === 0) {
      b.clock.ms += 10_000
      again = await b.admitted('short', 1)
    }
    expect(again).toBe(1)
  })
}

describe.skipIf(!REDIS && !REQUIRED)('on Redis', () => {
  let server: Server
  beforeAll(async () => {
    server = await redis()
  }, 120_000)
  afterAll(() => server.stop())
  behaviour('redis', () => server)

  test('nothing that it asks is telemetry of the application, and its keys end by themselves [R-23]', async () => {
    const heard: unknown[] = []
    const loud: unknown[] = []
    const channel = tracingChannel<object>('node-redis:command')
    const listener = {
      start: (message: object) => {
        heard.push(message)
        if (current()?.suppressed !== true) loud.push(message)
      },
      end: () => {},
      asyncStart: () => {},
      asyncEnd: () => {},
      error: () => {},
    }
    channel.subscribe(listener)
    const { admitted } = replica({ store: 'redis', url: server.url, perMinute: 1 })
    expect(await admitted('2001:db8:0:0::/64', 3)).toBe(3)
    channel.unsubscribe(listener)
    expect([heard.length > 0, loud]).toEqual([true, []])
    const client = await createClient({ url: server.url }).connect()
    const keys = await client.keys('telltale:scrape:shop:*')
    expect(keys).toContain('telltale:scrape:shop:2001:db8:0:0::/64')
    const left = await Promise.all(keys.map((key) => client.ttl(key)))
    // -1 has no end; a window of a second may be over meanwhile.
    expect(left.every((seconds) => seconds !== -1 && seconds <= 600)).toBe(true)
    client.destroy()
  })

  test('when the store goes away each replica counts its own, which is said once [R-23]', async () => {
    const own = await redis()
    const options = { store: 'redis', url: own.url, perMinute: 1 } as const
    const [a, b] = [replica(options), replica(options)]
    expect([await a.admitted('gone', 6), await b.admitted('gone', 1)]).toEqual([6, 1])
    await own.stop()
    // Its own bucket still has what it had: closed for nobody, open for nobody.
    expect([await a.admitted('gone', 20), await b.admitted('gone', 20)]).toEqual([4, 9])
    expect(said).toHaveLength(1)
    expect(said[0]).toMatch(
      /^the shared limit in redis cannot be asked \(.+\): each replica counts its own requests until it can$/,
    )
    a.clock.ms += 6000
    expect(await a.admitted('other', 20)).toBe(10)
    expect(said).toHaveLength(1)
    await b.limit.close()
  })

  test('ioredis counts like node-redis, and with it [R-23]', async () => {
    const library = await import('rate-limiter-flexible')
    const window = windowOf({ capacity: 10, perMinute: 1 })
    const options = { store: 'redis', url: server.url, name: 'shop', patienceMs: 20_000, window } as const
    const { limiter, close } = await overIoredis(options, library)
    const { admitted } = replica({ store: 'redis', url: server.url, perMinute: 1 })
    expect(await admitted('both', 6)).toBe(6)
    const waits: number[] = []
    for (let i = 0; i < 5; i++) waits.push(await taken(limiter, 'both'))
    expect(waits.slice(0, 4)).toEqual([0, 0, 0, 0])
    expect(waits[4]).toBeGreaterThan(1000)
    await close()
    await expect(taken(limiter, 'both')).rejects.toThrow()
    await expect(overIoredis({ ...options, url: 'redis://127.0.0.1:1' }, library)).rejects.toThrow()
  })
})

describe.skipIf(!POSTGRES && !REQUIRED)('on PostgreSQL', () => {
  let server: Server
  let client: pg.Client
  beforeAll(async () => {
    server = await postgres()
    client = new pg.Client(server.url)
    await client.connect()
  }, 120_000)
  afterAll(async () => {
    await client.end()
    await server.stop()
  })
  behaviour('postgresql', () => server)

  test('replicas that start together make one table, and a user who may make none uses it [R-23]', async () => {
    await client.query('DROP TABLE IF EXISTS telltale_limits')
    const both = [0, 1, 2, 3].map(() => replica({ store: 'postgresql', url: server.url, perMinute: 1 }))
    const admitted = await Promise.all(both.map((one) => one.admitted('start', 5)))
    expect(admitted.reduce((sum, one) => sum + one, 0)).toBe(10)
    await client.query('CREATE ROLE counting LOGIN')
    await client.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC')
    await client.query('GRANT SELECT, INSERT, UPDATE, DELETE ON telltale_limits TO counting')
    const url = new URL(server.url)
    url.username = 'counting'
    const limited = replica({ store: 'postgresql', url: url.href, perMinute: 1 })
    expect([await limited.admitted('start', 5), await limited.admitted('free', 5), said]).toEqual([0, 5, []])
  })

  test('a replica that finds the table being made by another waits, and counts in it [R-23]', async () => {
    await client.query('DROP TABLE IF EXISTS telltale_limits')
    const other = new pg.Client(server.url)
    await other.connect()
    await other.query('BEGIN')
    await other.query(
      'CREATE TABLE telltale_limits (key varchar(255) PRIMARY KEY, points integer NOT NULL, expire bigint)',
    )
    const { admitted } = replica({ store: 'postgresql', url: server.url, perMinute: 1 })
    const late = admitted('late', 4)
    const waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%telltale_limits%'"
    await expect.poll(async () => (await client.query(waiting)).rowCount).toBe(1)
    await other.query('COMMIT')
    await other.end()
    expect(await late).toBe(4)
    const { rows } = await client.query("SELECT points FROM telltale_limits WHERE key = 'telltale:scrape:shop:late'")
    expect([rows, said]).toEqual([[{ points: 4 }], []])
  })

  test('a connection that is cut is replaced by the next one [R-23]', async () => {
    const { admitted, clock } = replica({ store: 'postgresql', url: server.url, perMinute: 1 })
    expect(await admitted('cut', 4)).toBe(4)
    await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'telltale'")
    expect(await admitted('cut', 1)).toBe(1)
    clock.ms += 6000
    await admitted('cut', 1)
    const { rows } = await client.query("SELECT points FROM telltale_limits WHERE key = 'telltale:scrape:shop:cut'")
    expect(rows).toEqual([{ points: 5 }])
  })
})
