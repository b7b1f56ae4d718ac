// The explicit way in, for servers made before telemetry started or when only chosen ones are to be heard. It marks the
// server; the same subscribers do the work, so a server that is heard anyway is not counted twice.
import type { Server } from 'node:http'
import { type Http2Server, watchStreams } from './http2.ts'
import { OBSERVED } from './observed.ts'
import { watchUpgrades } from './upgrade.ts'

/** A server of node:http, node:https or node:http2; before or after start, once or more. Returns it. */
export function observe<S extends object>(server: S): S {
  Object.defineProperty(server, OBSERVED, { value: true, configurable: true })
  if ('updateSettings' in server) watchStreams(server as unknown as Http2Server)
  watchUpgrades(server as unknown as Server)
  return server
}
