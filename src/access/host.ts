// Where nobody has to prove anything, the browser of whoever sits at the machine is all that keeps other people's pages out, and
// a page whose name was made to resolve to this machine (DNS rebinding) is no other site to it. It sends that name as Host.
// What is open without a proof is answered under names that nobody on the internet can own: those of this machine, addresses,
// and names without a dot, as containers name each other.
import { hostname as machine } from 'node:os'

/** `.localhost` is nobody's domain (RFC 6761), `.internal` neither (ICANN, 2024). */
const LOOPBACK = /^(?:[a-z0-9_-]+\.)*localhost$/
const CONTAINER = /^host\.(?:docker|containers)\.internal$/
/** An IPv4 or IPv6 address, or a name of one label. */
const LOCAL = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\]|[a-z0-9_-]+)$/

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** Whether a request names this machine; `own`: the host that the listener was given. A request without Host is no browser's. */
export function namesThisMachine(headers: Headers, own: string): boolean {
  const said = headers['host'] ?? headers[':authority']
  if (said === undefined) return true
  if (typeof said !== 'string') return false
  const host = said.toLowerCase().replace(/:\d{1,5}$/, '')
  return (
    LOCAL.test(host) ||
    LOOPBACK.test(host) ||
    CONTAINER.test(host) ||
    host === own.toLowerCase() ||
    host === machine().toLowerCase()
  )
}
