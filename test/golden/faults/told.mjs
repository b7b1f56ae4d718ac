// What the programs of this folder share: the doors of the package, or, with BARE, what stands in their place in a program
// that has never heard of it; and a record of everything that the program's own error handling sees.
import { once } from 'node:events'
import { format } from 'node:util'

const same = (client) => client
const call = (...args) => args.at(-1)({})

export const doors = process.env.BARE
  ? {
      observe: call,
      mutation: (_name, work) => work({ resolve: call, call, record: call }),
      instrument: same,
      job: call,
      inherit: call,
      consume: (_delivery, handler) => handler({ nack() {} }),
      publish: (_publication, send) => send({}, []),
      observeEvents: same,
      observeStore: same,
      observeSql: same,
      queue: new Proxy({}, { get: () => same }),
    }
  : await loaded()

async function loaded() {
  const [functions, processes, queue, events, kv, sql] = await Promise.all([
    import('telltale/function'),
    import('telltale/process'),
    import('telltale/queue'),
    import('telltale/events'),
    import('telltale/kv'),
    import('telltale/sql'),
  ])
  const { observe: observeStore } = kv
  const { observe: observeSql } = sql
  return { ...functions, ...processes, ...queue, ...events, observeStore, observeSql, queue }
}

const said = []

/** One line of what the program saw; ports differ from run to run. */
export function say(what, seen) {
  const error = seen instanceof Error
  const shown = error ? [seen.constructor.name, seen.code, seen.message, Object.keys(seen)] : [format('%s', seen)]
  said.push(`${what}: ${format('%j', shown)}`.replaceAll(/(127\.0\.0\.1:|"port":|\bport )\d+/g, '$1PORT'))
}

/** Says how it went: by a value, a throw or a rejection. */
export async function outcome(what, work) {
  let result
  try {
    result = work()
  } catch (thrown) {
    return say(`${what} threw`, thrown)
  }
  if (typeof result?.then !== 'function') return say(`${what} returned`, result)
  await result.then(
    (value) => say(`${what} resolved`, value),
    (reason) => say(`${what} rejected`, reason),
  )
}

/** Asks whoever runs the program to do something, and waits until it is done. */
export async function step(name) {
  const done = once(process, 'message')
  process.send({ step: name })
  await done
}

/** Everything is closed: shows what was seen, waits until the metrics were read, and lets go. */
export async function end() {
  process.stdout.write(`${said.join('\n')}\n`)
  await step('end')
  process.disconnect()
}
