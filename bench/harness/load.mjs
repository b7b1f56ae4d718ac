// The load: a process with a few keep-alive connections and one request in flight on each. `drive` sends as fast as answers
// come; `pace` sends at a fixed rate and measures each answer from the moment at which it was due, so waiting is not hidden.
import net from 'node:net'

const HEADERS =
  'Host: 127.0.0.1\r\nUser-Agent: bench/1.0\r\nAccept: application/json\r\nAccept-Encoding: identity\r\nX-Request-Class: read\r\n\r\n'
let serial = 0
const request = () => `GET /users/${(serial = (serial + 1) % 100_000)}?full=1 HTTP/1.1\r\n${HEADERS}`

/** Calls `done(ok)` at the end of each answer. Answers carry content-length; that is all it understands. */
function connect(port, done) {
  const socket = net.connect(port, '127.0.0.1')
  socket.setNoDelay(true)
  let held = ''
  socket.on('data', (chunk) => {
    held += chunk.toString('latin1')
    for (;;) {
      const head = held.indexOf('\r\n\r\n')
      if (head < 0) return
      const length = /content-length: (\d+)/i.exec(held.slice(0, head))
      if (!length) throw new Error(`an answer without content-length:\n${held}`)
      const end = head + 4 + Number(length[1])
      if (held.length < end) return
      const ok = held.startsWith('HTTP/1.1 200')
      held = held.slice(end)
      done(ok)
    }
  })
  return new Promise((resolve, reject) => socket.once('connect', () => resolve(socket)).once('error', reject))
}

async function drive({ port, requests, connections }) {
  let sent = 0
  let failed = 0
  // A reader that sleeps has to be woken by the server's write, which costs the server more than most of what is measured
  // here, and only those servers that are slow enough to let it fall asleep. So it never sleeps.
  let awake = true
  const spin = () => {
    if (awake) setImmediate(spin)
  }
  spin()
  const began = performance.now()
  await Promise.all(
    Array.from({ length: connections }, async () => {
      let next
      const socket = await connect(port, (ok) => {
        if (!ok) failed++
        next()
      })
      await new Promise((resolve, reject) => {
        socket.on('error', reject)
        socket.on('close', () => reject(new Error('the server closed a connection')))
        next = () => {
          if (sent === requests) return resolve()
          sent++
          socket.write(request())
        }
        next()
      })
      socket.removeAllListeners('close')
      socket.end()
    }),
  )
  awake = false
  return { requests: sent, failed, seconds: (performance.now() - began) / 1000 }
}

async function pace({ port, requests, connections, perSecond }) {
  const late = []
  const idle = []
  const due = []
  let answered = 0
  let finish
  const finished = new Promise((resolve) => (finish = resolve))
  const put = (socket, at) => {
    socket.due = at
    socket.write(request())
  }
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = await connect(port, () => {
        late.push(performance.now() - socket.due)
        answered++
        if (answered === requests) finish()
        if (due.length > 0) put(socket, due.shift())
        else idle.push(socket)
      })
      idle.push(socket)
      return socket
    }),
  )
  const began = performance.now()
  let sent = 0
  const tick = () => {
    const now = performance.now()
    while (sent < requests && began + (sent * 1000) / perSecond <= now) {
      const at = began + (sent * 1000) / perSecond
      sent++
      if (idle.length > 0) put(idle.pop(), at)
      else due.push(at)
    }
    if (sent < requests) setImmediate(tick)
  }
  tick()
  await finished
  for (const socket of sockets) socket.end()
  late.sort((a, b) => a - b)
  const at = (share) => late[Math.min(late.length - 1, Math.ceil(share * late.length) - 1)]
  return { requests: sent, p50: at(0.5), p99: at(0.99) }
}

const answers = { drive, pace }
// The harness is gone: nobody else would end this process.
process.on('disconnect', () => process.exit(0))
process.on('message', async ({ id, ask, detail }) => {
  if (ask === 'quit') process.exit(0)
  process.send({ id, answer: await answers[ask](detail) })
})
process.send({ ready: {} })
