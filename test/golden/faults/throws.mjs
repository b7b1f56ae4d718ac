// Whatever is thrown or rejected, by whatever door: the program sees the very same.

import { spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { doors, end, outcome, say } from './told.mjs'

process.on('uncaughtException', (error) => say('uncaught', error))
process.on('unhandledRejection', (error) => say('unhandled', error))

const hostile = new Proxy(Object.freeze(new Error('hostile')), {
  get(target, key) {
    if (key === 'name' || key === 'code') throw new Error(`nobody reads my ${String(key)}`)
    return Reflect.get(target, key)
  },
})
const thrown = [
  new RangeError('range'),
  Object.assign(new Error('coded'), { code: 'E_CODED', status: 418 }),
  Object.freeze(new TypeError('frozen')),
  'text',
  0,
  null,
  undefined,
  Symbol('symbol'),
  Object.create(null),
]

const quiet = { log: 'none' }
const ways = {
  observe: (work) => doors.observe('f', quiet, work),
  instrument: (work) => doors.instrument(work, { id: 'g' })(),
  mutation: (work) => doors.mutation('m', quiet, ({ call }) => call(work)),
  job: (work) => doors.job('j', work),
  consume: (work) => doors.consume({ queue: 'q' }, work),
  publish: (work) => doors.publish({ queue: 'q' }, work),
}
if (process.env.BARE) ways.mutation = (work) => work()

for (const [name, way] of Object.entries(ways)) {
  for (const error of thrown) {
    await outcome(`${name}, sync`, () =>
      way(() => {
        throw error
      }),
    )
    await outcome(`${name}, async`, () =>
      way(async () => {
        throw error
      }),
    )
  }
  // Identity, not likeness: the object that was thrown is the one that is caught.
  try {
    way(() => {
      throw hostile
    })
  } catch (error) {
    say(`${name}, hostile`, error === hostile)
  }
  // biome-ignore lint/suspicious/noThenProperty: a library's own promise is what is meant
  await outcome(`${name}, thenable`, () => way(() => ({ then: (_, no) => no(new Error('thenable')) })))
}

const bus = doors.observeEvents(new EventEmitter())
bus.on('order', () => {
  throw new RangeError('listener')
})
await outcome('emit', () => bus.emit('order'))
await outcome('emit error', () => bus.emit('error', new Error('nobody listens')))
const target = doors.observeEvents(new EventTarget())
target.addEventListener('order', () => {
  throw new RangeError('target listener')
})
target.addEventListener('order', async () => {
  throw new RangeError('async target listener')
})
await outcome('dispatchEvent', () => target.dispatchEvent(new Event('order')))
await turn()

const store = doors.observeStore(
  {
    get: () => {
      throw new Error('get')
    },
    set: async () => {
      throw new Error('set')
    },
    delete: () => Promise.reject(undefined),
  },
  { namespace: 'broken' },
)
for (const method of ['get', 'set', 'delete']) await outcome(`store ${method}`, () => store[method]('key'))

const exits = async (emitter, name) => {
  await new Promise((resolve) => {
    emitter.on('error', (error) => say(`${name} error`, error))
    emitter.on('exit', (...args) => resolve(say(`${name} exit`, args.join(' '))))
    if (name === 'nothing') emitter.on('close', resolve)
  })
}
await exits(spawn('/no/such/program'), 'nothing')
const killed = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
killed.once('spawn', () => killed.kill('SIGKILL'))
await exits(killed, 'killed')
await exits(spawn(process.execPath, ['-e', 'process.exitCode = 3']), 'failed')
const thread = (code) => new Worker(code, { eval: true, execArgv: [] })
await exits(thread('throw new RangeError("thread")'), 'thread')
await exits(thread('process.exit(4)'), 'thread that exits')
await outcome('thread that cannot be', () => new Worker(7))

// Nobody awaits these: they stay the program's own unhandled rejections.
void doors.observe('f', quiet, async () => {
  throw new RangeError('nobody awaits me')
})
await turn()
void doors.job('j', async () => {
  throw new RangeError('nor me')
})
await turn()
await end()
