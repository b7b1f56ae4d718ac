// Where nobody has to prove anything, the browser of whoever sits at the machine is all that keeps other people's pages out, and
// a page whose name was made to resolve to this machine (DNS rebinding) is no other site to it. It sends that name as Host.
// What is open without a proof is answered under names that nobody on the internet can own: those of this machine, addresses,
// and names without a dot, as containers name each other.
import { hostname as machine } from 'node:os'

/** This machine by its own name; `.localhost` is nobody's domain (RFC 6761). */
export const LOOPBACK: RegExp = /^(?:(?:[a-z0-9_-]+\.)*localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/i
/** The machine as its containers name it; `.internal` is nobody's domain either (ICANN, 2024). */
const CONTAINER = /^host\.(?:docker|containers)\.internal$/i
/** An IPv4 or IPv6 address, or a name of one label. */
const LOCAL = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\]|[a-z0-9_-]+)$/i

/** Without its port. */
export const hostOf = (authority: string): string => authority.replace(/:\d{1,5}$/, '').toLowerCase()

/** Whether only this machine and its containers can go by that name. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host) || CONTAINER.test(host)

/** Whether nobody on the internet can own it. */
export const isLocal = (host: string): boolean =>
  isLoopback(host) || LOCAL.test(host) || host === machine().toLowerCase()

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** Whether a request names this machine; `own`: the host that the listener was given. A request without Host is no browser's. */
export function namesThisMachine(headers: Headers, own: string): boolean {
  const said = headers['host'] ?? headers[':authority']
  if (said === undefined) return true
  if (typeof said !== 'string') return false
  const host = hostOf(said)
  return isLocal(host) || host === own.toLowerCase()
}
