// Calls through node:http and node:https. Where Node has the channel `http.client.request.created` (22.12 and later) it is
// heard and nothing is patched. On Node 20 the first announcement comes after the headers went out; there, and only
// there, `request` and `get` of both built-ins are replaced, and ESM imports of them follow. A call gets two listeners:
// `close`, which always comes, and the monitor of errors, which leaves an unhandled error unhandled.
import { channel } from 'node:diagnostics_channel'
import { errorMonitor } from 'node:events'
import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import { OWN_TRAFFIC } from '../../base/own.ts'
import type { Setter } from '../../context/propagator.ts'
import type { Call, HttpClient } from './client.ts'
import { fault } from './guard.ts'
import { splitHost } from './peer.ts'
import { ABORTED } from './status.ts'

const CREATED = channel('http.client.request.created')
const CALL: unique symbol = Symbol.for('telltale.http.call') as never

type Outgoing = ClientRequest & {
  [CALL]?: Call | null
  [OWN_TRAFFIC]?: boolean
  readonly agent?: { [OWN_TRAFFIC]?: boolean; protocol?: string }
  readonly res?: IncomingMessage | null
  _header?: string | null
  readonly _headerSent?: boolean
  readonly outputData?: { data: unknown }[]
  readonly upgradeOrConnect?: boolean
}

type Request = (this: unknown, ...args: unknown[]) => Outgoing
type Marked = Request & { readonly [CALL]?: true }

interface Built {
  request: Request
  get: Request
}

let client: HttpClient | null = null
/** What the built-ins held before us. */
let replaced: { http: [Request, Request]; https: [Request, Request] } | null = null

export function startOutgoing(to: HttpClient): void {
  const begun = client !== null
  client = to
  if (begun) return
  if (hasCreatedChannel()) CREATED.subscribe(onCreated)
  else replace()
}

export function stopOutgoing(from: HttpClient): void {
  if (client !== from) return
  client = null
  CREATED.unsubscribe(onCreated)
  restore()
}

/** `http.client.request.created` came with 22.12 and 23.2. */
export function hasCreatedChannel(version: string = process.versions.node): boolean {
  const [major, minor] = version.split('.').map(Number)
  return major! > 23 || (major === 23 && minor! >= 2) || (major === 22 && minor! >= 12)
}

function onCreated(message: unknown): void {
  begin((message as { request: Outgoing }).request)
}

function replace(): void {
  const plain = http as unknown as Built
  const secure = https as unknown as Built
  replaced = { http: [plain.request, plain.get], https: [secure.request, secure.get] }
  hear(plain)
  hear(secure)
  syncBuiltinESMExports()
}

/** Only what is still ours is put back: somebody may have wrapped it since. */
function restore(): void {
  if (replaced === null) return
  const { http: before, https: secureBefore } = replaced
  replaced = null
  unhear(http as unknown as Built, before)
  unhear(https as unknown as Built, secureBefore)
  syncBuiltinESMExports()
}

function hear(module: Built): void {
  const original = module.request
  module.request = mark(function request(this: unknown, ...args: unknown[]) {
    return send(original, this, args)
  })
  // A built-in `get` calls its own `request` and ends it at once: too late to add a header.
  module.get = mark(function get(this: unknown, ...args: unknown[]) {
    const request = send(original, this, args)
    request.end()
    return request
  })
}

function unhear(module: Built, [request, get]: readonly [Request, Request]): void {
  if ((module.request as Marked)[CALL] === true) module.request = request
  if ((module.get as Marked)[CALL] === true) module.get = get
}

function mark(wrapper: Request): Request {
  Object.defineProperty(wrapper, CALL, { value: true })
  return wrapper
}

function send(original: Request, self: unknown, args: unknown[]): Outgoing {
  const request = original.apply(self, args)
  if (!isOwn(args[0]) && !isOwn(args[1])) begin(request)
  return request
}

function isOwn(options: unknown): boolean {
  return (
    typeof options === 'object' && options !== null && (options as { [OWN_TRAFFIC]?: boolean })[OWN_TRAFFIC] === true
  )
}

function begin(request: Outgoing): void {
  if (client === null || request[CALL] !== undefined) return
  if (request[OWN_TRAFFIC] === true || request.agent?.[OWN_TRAFFIC] === true) return
  try {
    const scheme = (request.protocol ?? request.agent?.protocol ?? 'http:') === 'https:' ? 'https' : 'http'
    const { host, path } = request
    const port = portOf(request, scheme)
    const named = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
    const standard = port === (scheme === 'https' ? 443 : 80)
    // A proxy is given the whole URL as path.
    const url = path.charCodeAt(0) === 47 ? `${scheme}://${named}${standard ? '' : `:${port}`}${path}` : path
    const call = client.begin(request.method, url, client.target(scheme, bare(host), port), request, SETTER)
    request[CALL] = call
    if (call === null) return
    request.on('close', onClose)
    request.once(errorMonitor, onError)
  } catch (error) {
    fault(error)
  }
}

/** The port is on no property; the Host header that Node made of it has it. */
function portOf(request: Outgoing, scheme: string): number {
  const standard = scheme === 'https' ? 443 : 80
  const header = request._header ? undefined : request.getHeader('host')
  if (typeof header !== 'string') return standard
  const { name, port } = splitHost(header, scheme === 'https')
  return name.toLowerCase() === bare(request.host).toLowerCase() ? port : standard
}

function bare(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host
}

const SETTER: Setter<Outgoing> = {
  set(request, key, value) {
    const { _header } = request
    if (typeof _header !== 'string') {
      request.setHeader(key, value)
      return
    }
    // Headers given as an array, or with `Expect`, are text already: waiting as it is, or first in line for the socket.
    const [waiting] = request.outputData ?? []
    if (!_header.endsWith('\r\n\r\n') || (request._headerSent === true && waiting?.data !== _header)) return
    const lines = _header.slice(0, -4).split('\r\n')
    const kept = lines.filter((line, i) => i === 0 || !line.toLowerCase().startsWith(`${key}:`))
    request._header = `${kept.join('\r\n')}\r\n${key}: ${value}\r\n\r\n`
    if (request._headerSent === true) waiting!.data = request._header
  },
}

function onError(this: Outgoing, error: unknown): void {
  const call = this[CALL]
  if (call) call.error = error
}

function onClose(this: Outgoing): void {
  const call = this[CALL]
  if (!call) return
  const { res } = this
  try {
    if (res) call.status = res.statusCode ?? 0
    const cut = res ? !res.complete && this.upgradeOrConnect !== true : true
    call.end(call.error ?? (cut ? ABORTED : undefined))
  } catch (error) {
    fault(error)
  }
}
