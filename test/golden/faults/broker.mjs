// One broker and all that goes wrong with it: nobody listens, handlers throw and reject, and it is killed while a message is
// being handled. What a client itself tells of a connection that it lost depends on the moment and is left out.
import { end, outcome, say, step } from './told.mjs'

const { open, refused } = await import(`./brokers/${process.argv[2]}.mjs`)
const { BROKER, REFUSED } = process.env

await outcome('refused', () => refused(REFUSED))

let release
const released = new Promise((resolve) => {
  release = resolve
})
const seen = new Map()
/** Resolves when a message with this text is being handled. */
const handling = (text) => {
  if (!seen.has(text)) seen.set(text, Promise.withResolvers?.() ?? deferred())
  return seen.get(text)
}
function deferred() {
  const made = {}
  made.promise = new Promise((resolve) => {
    made.resolve = resolve
  })
  return made
}

/** kafkajs takes errors of JavaScript itself for the program's, and ends the consumer. */
class Poison extends Error {}
const handlers = {
  fine: async () => {},
  throws: () => {
    throw new Poison('thrown at once')
  },
  rejects: async () => {
    throw Object.assign(new Poison('rejected'), { code: 'E_POISON' })
  },
  slow: () => released,
}

let killed = false
const client = await open(BROKER, {
  handle(text) {
    handling(text).resolve()
    return handlers[text]()
  },
  /** How a handler ended, as the client tells it. */
  ended: (what, error) => say(what, error),
  /** The client's own errors. */
  failed: (what, error) => {
    if (!killed) say(what, error)
  },
})
for (const text of ['fine', 'throws', 'rejects', 'slow']) {
  await client.send(text)
  await handling(text).promise
}
killed = true
await step('kill')
await client.lost?.()
await outcome('send', () => client.send('late'))
release()
await outcome('close', () => client.close())
await end()
// kafkajs goes on trying to come back, although it was told to disconnect.
process.exit()
