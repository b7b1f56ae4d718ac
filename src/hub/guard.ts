// Who may talk to a listener on loopback: programs and pages of this machine that name it by its own name. A page of
// somewhere else whose name was made to resolve to 127.0.0.1 (DNS rebinding) sends that name as Host, or its own as Origin.
// A listener on every address is named by other machines too: by an address, or by a name without a dot, as containers
// name each other; an attacker on the internet owns neither.
import { hostname as machine } from 'node:os'

export interface Asked {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** This machine by its own name; `.localhost` is nobody's domain (RFC 6761). */
export const LOOPBACK: RegExp = /^(([a-z0-9_-]+\.)*localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/i
/** The machine as its containers name it; `.internal` is nobody's domain either (ICANN, 2024). */
const CONTAINER = /^host\.(docker|containers)\.internal$/i
/** An IPv4 or IPv6 address, or a name of one label. */
const LOCAL = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\]|[a-z0-9_-]+)$/i

/** What refuses a request, or null. `own` is the host that the listener was given, allowed beside the loopback names. */
export function hostGuard(own: string): (asked: Asked) => { status: number; code: string; detail: string } | null {
  const mine = own.includes(':') ? `[${own}]` : own.toLowerCase()
  const open = own === '0.0.0.0' || own === '::'
  const named = machine().toLowerCase()
  const ours = (host: string) =>
    LOOPBACK.test(host) ||
    CONTAINER.test(host) ||
    host.toLowerCase() === mine ||
    (open && (LOCAL.test(host) || host.toLowerCase() === named))
  return ({ headers }) => {
    const host = hostname(one(headers['host']) ?? one(headers[':authority']) ?? '')
    if (!ours(host)) return refusal('HOST_FORBIDDEN', 'The Host header does not name this machine.')
    const origin = one(headers['origin'])
    if (origin === undefined) return null
    const from = /^https?:\/\/(.+)$/i.exec(origin)
    if (from !== null && ours(hostname(from[1]!))) return null
    return refusal('ORIGIN_FORBIDDEN', 'The request comes from a page of another origin.')
  }
}

function refusal(code: string, detail: string) {
  return { status: 403, code, detail }
}

function hostname(authority: string): string {
  return authority.replace(/:\d{1,5}$/, '')
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
