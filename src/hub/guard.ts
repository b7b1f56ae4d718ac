// Who may talk to a listener on loopback: programs and pages of this machine that name it by its own name. A page of
// somewhere else whose name was made to resolve to 127.0.0.1 (DNS rebinding) sends that name as Host, or its own as Origin.
// A listener on every address is named by other machines too: by an address, or by a name without a dot, as containers
// name each other; an attacker on the internet owns neither.
import { hostOf, isLocal, isLoopback } from '../access/host.ts'

export interface Asked {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** What refuses a request, or null. `own` is the host that the listener was given, allowed beside the loopback names. */
export function hostGuard(own: string): (asked: Asked) => { status: number; code: string; detail: string } | null {
  const mine = own.includes(':') ? `[${own.toLowerCase()}]` : own.toLowerCase()
  const open = own === '0.0.0.0' || own === '::'
  const ours = (host: string) => host === mine || (open ? isLocal(host) : isLoopback(host))
  return ({ headers }) => {
    const host = hostOf(one(headers['host']) ?? one(headers[':authority']) ?? '')
    if (!ours(host)) return refusal('HOST_FORBIDDEN', 'The Host header does not name this machine.')
    const origin = one(headers['origin'])
    if (origin === undefined) return null
    const from = /^https?:\/\/(.+)$/i.exec(origin)
    if (from !== null && ours(hostOf(from[1]!))) return null
    return refusal('ORIGIN_FORBIDDEN', 'The request comes from a page of another origin.')
  }
}

function refusal(code: string, detail: string) {
  return { status: 403, code, detail }
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
