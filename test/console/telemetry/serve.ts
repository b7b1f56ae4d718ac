import { createServer, type Server } from 'node:http'
import { afterEach } from 'vitest'
import { createConsole } from '../../../src/console/console.ts'
import { type TelemetryOptions, telemetryRoutes } from '../../../src/console/telemetry/routes.ts'
import { Store } from '../../../src/store/store.ts'
import { T0 } from '../../store/records.ts'
import { listening } from '../ask.ts'

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

/** The routes over a real socket, with a clock that stands at `now`. */
export async function serve(options: TelemetryOptions & { store?: Store; now?: number } = {}) {
  const store = options.store ?? new Store({ now: () => options.now ?? T0 + 60_000 })
  const console = createConsole({ routes: telemetryRoutes(store, options) })
  const server = await listening(createServer((request, response) => console.serve(request, response)))
  servers.push(server)
  const { port } = server.address() as { port: number }
  return { store, server, url: `http://127.0.0.1:${port}` }
}
