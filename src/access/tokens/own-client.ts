// A client of `pg` whose traffic makes no telemetry. Our own surface passes our statements by; instrumentations of others
// replace methods of the driver's prototype and know no such mark, so the methods from before are put onto the instance.
import type * as driver from 'pg'

type Method = (...args: unknown[]) => unknown

export function ownClient(pg: typeof driver, config: driver.ClientConfig): driver.Client {
  // As an ES module it names its exports since 8.15; before and as CommonJS they are on the default.
  const { Client } = 'Client' in pg ? pg : (pg as unknown as { default: typeof driver }).default
  const client = new Client(config)
  const methods = client as unknown as Record<string, Method>
  for (const name of ['connect', 'query', 'end']) methods[name] = original(methods[name]!)
  return client
}

/** What the method was before it was wrapped, by the mark that wrappers leave. */
function original(method: Method): Method {
  let found = method
  for (let i = 0; i < 10; i++) {
    const before = (found as Method & { __original?: unknown }).__original
    if (typeof before !== 'function') break
    found = before as Method
  }
  return found
}
