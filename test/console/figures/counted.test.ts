// Counts of databases: shared while they are made and for a while after, within a deadline, and never more of them at once
// than a pool of connections can spare.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BadRequest } from '../../../src/access/error-kinds.ts'
import { type Notice, onNotice } from '../../../src/base/notice.ts'
import { isAway } from '../../../src/console/figures/away.ts'
import { Counted } from '../../../src/console/figures/counted.ts'
import type { Inventory } from '../../../src/inventory/inventory.ts'
import { asked, figuresOf, NOW } from './kit.ts'

const said: Notice[] = []
let before: ReturnType<typeof onNotice>
beforeEach(() => {
  said.length = 0
  before = onNotice((notice) => void said.push(notice))
})
afterEach(() => void onNotice(before))

const types = [{ type: 'Order', basis: 'history' }] as const

/** An inventory of one figure whose counts are given by hand. */
function byHand(name: 'countAllTypes' = 'countAllTypes') {
  const waiting: { give(count: number): void; fail(error: unknown): void }[] = []
  const inventory: Partial<Inventory> = {
    types,
    [name]: () =>
      new Promise((resolve, reject) => {
        waiting.push({ give: (count) => resolve([{ type: 'Order', count }]), fail: reject })
      }),
  }
  return { inventory, waiting }
}

const status = async (fetch: (request: Request) => Promise<Response>, query = '', headers = {}) => {
  const response = await fetch(
    new Request(`http://h/console/metrics/resource-distribution${query}`, {
      headers: { 'x-correlation-id': 'c-1', ...headers },
    }),
  )
  const body = await response.json()
  return [response.status, response.headers.get('retry-after'), response.status === 200 ? body.total_resources : body]
}

const problem = (status: number, title: string, code: string, detail: string) => ({
  type: 'about:blank',
  title,
  status,
  detail,
  code,
  correlation_id: 'c-1',
  trace_id: null,
})
const AWAY = problem(503, 'Service Unavailable', 'unavailable', 'This is not available at the moment.')
const FAILED = problem(500, 'Internal Server Error', 'exception', 'The request could not be answered.')

test('ten who ask at once share one count; so does who asks while it is good; then it is counted anew', async () => {
  const { inventory, waiting } = byHand()
  const { fetch, clock } = figuresOf({ inventory, keepMs: 30_000 })
  const ten = Array.from({ length: 10 }, () => status(fetch))
  await settled(() => waiting.length > 0)
  waiting[0]!.give(7)
  expect(await Promise.all(ten)).toEqual(Array(10).fill([200, null, 7]))
  clock.now = NOW + 29_999
  expect(await status(fetch)).toEqual([200, null, 7])
  expect(waiting.length).toBe(1)
  clock.now = NOW + 30_000
  const later = status(fetch)
  await settled(() => waiting.length > 1)
  waiting[1]!.give(8)
  expect(await later).toEqual([200, null, 8])
  expect(waiting.length).toBe(2)
})

test('what is asked otherwise is counted by itself: another tenant, another top', async () => {
  const keys: string[] = []
  const inventory: Partial<Inventory> = {
    types,
    countAllTypes: async ({ tenant }) => {
      keys.push(tenant)
      return []
    },
  }
  const { fetch } = figuresOf({ inventory })
  const acme = { 'x-tenant-id': 'acme' }
  for (let i = 0; i < 2; i++) {
    await status(fetch)
    await status(fetch, '?top=5')
    await status(fetch, '?top=5', acme)
  }
  // What is clamped to the same is the same.
  await status(fetch, '?top=20')
  await status(fetch, '?top=x')
  expect(keys).toEqual(['main', 'main', 'acme'])
})

test('a database that hangs is a 503 with Retry-After, said once, and is not asked again meanwhile; what it answers late is good', async () => {
  const { inventory, waiting } = byHand()
  const { fetch } = figuresOf({ inventory, deadlineMs: 20 })
  const both = await Promise.all([status(fetch), status(fetch)])
  expect([...both, await status(fetch)]).toEqual(Array(3).fill([503, '5', AWAY]))
  expect(waiting.length).toBe(1)
  expect(said).toEqual([
    {
      level: 'error',
      event: 'console.failed',
      text: 'answering GET /console/metrics/resource-distribution failed: counting records took longer than 20 ms',
    },
  ])
  waiting[0]!.give(3)
  await settled(async () => (await status(fetch))[0] === 200)
  expect([await status(fetch), waiting.length]).toEqual([[200, null, 3], 1])
})

test('a database that is away is a 503, one that refuses is a 500; nothing of it is shown, and it is said once until it answers', async () => {
  const errors = [
    Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:5432'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:5432'), { code: 'ECONNREFUSED' }),
    null,
    Object.assign(new Error('permission denied for table secret'), { code: '42501', status: 404, expose: true }),
    Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:5432'), { code: 'ECONNREFUSED' }),
    new BadRequest('No such ward.'),
  ]
  let at = 0
  const inventory: Partial<Inventory> = {
    types,
    countAllTypes: async () => {
      const error = errors[at++]
      if (error) throw error
      return [{ type: 'Order', count: 1 }]
    },
  }
  const { fetch, clock } = figuresOf({ inventory, keepMs: 5000 })
  const answers: unknown[] = []
  for (let i = 0; i < errors.length; i++) {
    answers.push(await status(fetch), (await status(fetch))[0])
    clock.now += 5000
  }
  const refused = problem(400, 'Bad Request', 'bad_request', 'No such ward.')
  expect(answers).toEqual([
    ...[[503, '5', AWAY], 503],
    ...[[503, '5', AWAY], 503],
    ...[[200, null, 1], 200],
    ...[[500, null, FAILED], 500],
    ...[[503, '5', AWAY], 503],
    ...[[400, null, refused], 400],
  ])
  const failed = 'answering GET /console/metrics/resource-distribution failed: '
  expect(said.map(({ text }) => text.replace(failed, ''))).toEqual([
    'connect ECONNREFUSED 10.1.2.3:5432',
    'permission denied for table secret',
    'connect ECONNREFUSED 10.1.2.3:5432',
  ])
  expect(at).toBe(6)
})

test('four counts run at once, the others wait their turn', async () => {
  let [running, most, over] = [0, 0, 0]
  const gates: (() => void)[] = []
  const counted = new Counted({ keepMs: 1000 })
  const of = (key: number) =>
    counted.of({
      name: 'n',
      key: String(key),
      weigh: () => 1,
      count: async () => {
        most = Math.max(most, ++running)
        await new Promise<void>((go) => gates.push(go))
        running--
        return ++over
      },
    })
  const all = Array.from({ length: 11 }, (_, i) => of(i))
  for (let i = 0; i < 11; i++) {
    await settled(() => gates.length > 0)
    gates.shift()!()
  }
  expect([await Promise.all(all), most]).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 4])
})

test('more than a hundred that wait are refused at once, and what waited too long is never begun', async () => {
  let begun = 0
  const counted = new Counted({ keepMs: 1000, deadlineMs: 30 })
  const of = (key: number) =>
    counted.of({
      name: 'n',
      key: String(key),
      weigh: () => 1,
      count: () => {
        begun++
        return new Promise<never>(() => {})
      },
    })
  const ends = await Promise.allSettled(Array.from({ length: 106 }, (_, i) => of(i)))
  expect(ends.map((end) => (end as PromiseRejectedResult).reason.message)).toEqual([
    ...Array(104).fill('counting records took longer than 30 ms'),
    ...Array(2).fill('too many counts of records wait for others'),
  ])
  expect(begun).toBe(4)
})

test('one tenant that asks for every window there is keeps no other out', async () => {
  const { inventory, waiting } = byHand()
  const { fetch } = figuresOf({ inventory, keepMs: 30_000 })
  const noisy = Array.from({ length: 99 }, (_, i) => status(fetch, `?top=${i + 1}`, { 'x-tenant-id': 'noisy' }))
  const other = status(fetch, '', { 'x-tenant-id': 'other' })
  for (let given = 0; given < 25; given++) {
    await settled(() => waiting.length > given)
    waiting[given]!.give(7)
  }
  expect(await other).toEqual([200, null, 7])
  const answered = (await Promise.all(noisy)).map(([status]) => status)
  expect(answered).toEqual([...Array(24).fill(200), ...Array(75).fill(503)])
})

test('a count that never ends is given up: its place is another’s, and it is asked for anew', async () => {
  let begun = 0
  const counted = new Counted({ keepMs: 1000, deadlineMs: 60_000, patienceMs: 20 })
  const of = (key: number, count: () => Promise<number>) =>
    counted.of({ name: 'n', key: String(key), weigh: () => 1, count })
  const never = () => {
    begun++
    return new Promise<never>(() => {})
  }
  for (let i = 0; i < 4; i++) void of(i, never)
  expect([await of(4, async () => 7), begun]).toEqual([7, 4])
  expect(await of(0, async () => 8)).toBe(8)
})

test('what is held is bounded by how much it is: the oldest goes first', async () => {
  let counts = 0
  const counted = new Counted({ keepMs: 1000, clock: () => 0 })
  const of = (key: string, weight: number) =>
    counted.of({ name: 'n', key, weigh: () => weight, count: async () => ++counts })
  expect([await of('a', 60_000), await of('b', 40_000), await of('a', 0), await of('b', 0)]).toEqual([1, 2, 1, 2])
  expect([await of('c', 1), await of('b', 0), await of('a', 1)]).toEqual([3, 2, 4])
  for (let i = 0; i < 500; i++) await of(`k${i}`, 0)
  expect([await of('b', 0), await of('k499', 0)]).toEqual([505, 504])
})

test('another client is asked from the moment on that it is handed over; declarations that cannot be counted are a 500, said once', async () => {
  const inventory = (count: number) =>
    ({ types, isClusterShared: true, countAllTypes: async () => [{ type: 'Order', count }] }) as unknown as Inventory
  let given = () => inventory(1)
  const first = inventory(1)
  given = () => first
  const { fetch, clock } = figuresOf({ inventory: () => given() })
  expect(await status(fetch)).toEqual([200, null, 1])
  const second = inventory(2)
  given = () => second
  expect(await status(fetch)).toEqual([200, null, 2])
  given = () => {
    throw new Error('no table')
  }
  const answers = [await status(fetch), await status(fetch)]
  clock.now += 5000
  expect([...answers, await status(fetch)]).toEqual(Array(3).fill([500, null, FAILED]))
  expect(said.length).toBe(1)
})

test('at midnight another window is counted, though the old one is good still', async () => {
  const { fetch, clock } = figuresOf({ inventory: { types }, keepMs: 3_600_000 })
  const until = async () => ((await asked(fetch, 'activity?days=1')) as { window: { until: string } }).window.until
  clock.now = Date.UTC(2027, 0, 15, 23, 59, 59)
  expect(await until()).toBe('2027-01-15')
  clock.now += 1000
  expect(await until()).toBe('2027-01-16')
})

test.each([
  [{ code: 'ECONNRESET' }, true],
  [{ code: '08006' }, true],
  [{ code: '57P03' }, true],
  [{ code: '53300' }, true],
  [{ code: '57014' }, true],
  [{ code: '42P01' }, false],
  [{ name: 'MongoServerSelectionError' }, true],
  [{ name: 'MongoNetworkError' }, true],
  [{ name: 'MongoServerError' }, false],
  [{ message: 'Connection terminated unexpectedly' }, true],
  [{ message: 'timeout exceeded when trying to connect' }, true],
  [{ message: 'column "Connection terminated" does not exist' }, false],
  ['Connection terminated', false],
  [null, false],
  [
    {
      get code(): string {
        throw new Error('no')
      },
    },
    false,
  ],
])('whether a database is away, by what it says: %#', (error, away) => {
  expect(isAway(error)).toBe(away)
})

async function settled(done: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000
  while (!(await done())) {
    if (performance.now() > end) throw new Error(`it did not happen: ${done}`)
    await new Promise((next) => setImmediate(next))
  }
}
