// Who may talk to a listener on loopback: programs and pages of this machine that name it by its own name. A page of
// somewhere else whose name was made to resolve to 127.0.0.1 (DNS rebinding) sends that name as Host, or its own as Origin.

export interface Asked {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/i

/** What refuses a request, or null. `own` is the host that the listener was given, allowed beside the loopback names. */
export function hostGuard(own: string): (asked: Asked) => { status: number; code: string; detail: string } | null {
  const mine = own.includes(':') ? `[${own}]` : own.toLowerCase()
  const ours = (host: string) => LOOPBACK.test(host) || host.toLowerCase() === mine
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
