// What those who look at the operations page cost the service: three pages ask for a minute what a page asks, of a service with a
// full request log. The seconds are counted, not timed, so that a slow machine has the same minute; they are kept a second
// apart, because some answers are good for a second.
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { PAGE_ASKS } from '../server/page-asks.mjs'
import { countedPeer } from './instructions.mjs'

const SERVER = fileURLToPath(new URL('../server/server.cjs', import.meta.url))
const PAGES = 3
const APART_MS = 1050
/** More than the request log holds. */
const FULL = 22_000

/**
 * { request: instructions a request, viewers: instructions a second, bytes: bytes a second: one number a round each; asked,
 * answered }. `by` counts them; undefined: nothing is counted, only asked. plan: { rounds, warm, seconds, requests }
 */
export async function measureViewers({ by, node, sink, load, plan, key }) {
  const env = { SINK: `http://127.0.0.1:${sink.port}/${key}-viewed` }
  const server = await countedPeer(by, SERVER, ['http', 'viewed'], { node, env })
  // A browser lets a connection go before the service does.
  const agents = Array.from({ length: PAGES }, () => new http.Agent({ keepAlive: true, maxSockets: 6, timeout: 4000 }))
  const found = { request: [], viewers: [], bytes: [], asked: 0, answered: 0 }
  let bytes = 0
  const ask = (agent, path) =>
    new Promise((resolve) => {
      found.asked++
      const headers = { 'accept-encoding': 'gzip' }
      http
        .get(server.console + path, { agent, headers }, (response) => {
          if (response.statusCode === 200) found.answered++
          response.on('data', (chunk) => (bytes += chunk.length)).on('end', resolve)
        })
        .on('error', resolve)
    })
  const minute = async (pages) => {
    for (let second = 0; second < plan.seconds; second++) {
      const due = Object.keys(PAGE_ASKS).filter((path) => second % PAGE_ASKS[path] === 0)
      const asks = agents.slice(0, pages).flatMap((agent) => due.map((path) => ask(agent, path)))
      await Promise.all([...asks, by && sleep(APART_MS)])
    }
  }
  const requests = (n) => load.ask('drive', { port: server.port, requests: n, connections: 8 })
  try {
    await requests(by ? FULL : plan.requests)
    for (let i = 0; i < plan.warm; i++) await minute(PAGES)
    for (let round = 0; round < plan.rounds; round++) {
      const loaded = await server.counted(() => requests(plan.requests))
      const idle = await server.counted(() => minute(0))
      bytes = 0
      const viewed = await server.counted(() => minute(PAGES))
      found.request.push(loaded / plan.requests)
      found.viewers.push((viewed - idle) / plan.seconds)
      found.bytes.push(bytes / plan.seconds)
    }
    return found
  } finally {
    for (const agent of agents) agent.destroy()
    await server.stop()
  }
}
