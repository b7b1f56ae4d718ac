// Whether an error says that a database is not there or has no time, by the words of those that are counted with: of
// sockets, SQLSTATE classes (connection, resources, operator's intervention), MongoDB's driver, and pools of node-postgres.

const SOCKET =
  /^(?:ECONN(?:REFUSED|RESET|ABORTED)|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ESOCKET|ENOENT)$/
const SQLSTATE = /^(?:08|53|57)[0-9A-Z]{3}$/
const MONGO =
  /^Mongo(?:Network|NetworkTimeout|ServerSelection|Topology\w*|NotConnected|PoolCleared\w*|WaitQueueTimeout)Error$/
const POOL =
  /^(?:Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Query read timeout|PGlite is closed|database is locked)/

export function isAway(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  try {
    const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown }
    if (typeof code === 'string' && (SOCKET.test(code) || SQLSTATE.test(code))) return true
    return (typeof name === 'string' && MONGO.test(name)) || (typeof message === 'string' && POOL.test(message))
  } catch {
    return false
  }
}
