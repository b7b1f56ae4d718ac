// Redis is gone while it is asked, and nobody listens where it was; and a store of the program's own that fails.
import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { doors, end, outcome, step } from './told.mjs'

const { STORE, REFUSED } = process.env
const alone = { retryStrategy: () => null, enableOfflineQueue: false, lazyConnect: true }
const silent = () => {}

const io = new Redis(STORE, alone).on('error', silent)
await io.connect()
const client = createClient({ url: STORE, socket: { reconnectStrategy: false } }).on('error', silent)
await client.connect()

await outcome('ioredis set', () => io.set('a', '1'))
await outcome('ioredis wrong type', () => io.hget('a', 'field'))
await outcome('node-redis wrong type', () => client.hGet('a', 'field'))
await io.call('CLIENT', 'PAUSE', '600000')
const closed = once(io, 'end')
const asked = outcome('ioredis get', () => io.get('a'))
await step('kill')
await closed
await asked
while (client.isReady) await turn()
await outcome('ioredis multi', () => io.multi().get('a').set('b', '2').exec())
await outcome('node-redis get', () => client.get('a'))
await outcome('node-redis multi', () => client.multi().get('a').exec())
await outcome('ioredis get after', () => io.get('a'))
await outcome('ioredis refused', () => new Redis(REFUSED, alone).on('error', silent).connect())
const refused = createClient({ url: REFUSED, socket: { reconnectStrategy: false } }).on('error', silent)
await outcome('node-redis refused', () => refused.connect())

const store = doors.observeStore(
  {
    get: () => Promise.reject(new RangeError('get')),
    set: () => Promise.resolve(false),
    delete: () => Promise.resolve(false),
  },
  { namespace: 'own' },
)
for (const name of ['get', 'set', 'delete']) await outcome(name, () => store[name]('key'))
client.destroy()
await end()
