// fetch and undici, the built-in copy and installed ones: they announce every dispatched request on the same channels, and
// `addHeader` still works when they do.
import { channel } from 'node:diagnostics_channel'
import { OWN_TRAFFIC } from '../../base/own.ts'
import type { Setter } from '../../context/propagator.ts'
import type { Call, HttpClient } from './client.ts'
import { fault } from './guard.ts'

const CREATED = channel('undici:request:create')
const HEADERS = channel('undici:request:headers')
const TRAILERS = channel('undici:request:trailers')
const FAILED = channel('undici:request:error')
const CALL: unique symbol = Symbol.for('telltale.http.call') as never

interface UndiciRequest {
  readonly origin: string | URL
  readonly path: string
  readonly method: string
  readonly headers: unknown
  addHeader(name: string, value: string): unknown
  [CALL]?: Call | null
  [OWN_TRAFFIC]?: boolean
}

interface Announced {
  readonly request: UndiciRequest
  readonly response?: { readonly statusCode: number }
  readonly error?: unknown
}

let client: HttpClient | null = null

export function startUndici(to: HttpClient): void {
  if (client === null) {
    CREATED.subscribe(onCreate)
    HEADERS.subscribe(onHeaders)
    TRAILERS.subscribe(onTrailers)
    FAILED.subscribe(onError)
  }
  client = to
}

export function stopUndici(from: HttpClient): void {
  if (client !== from) return
  client = null
  CREATED.unsubscribe(onCreate)
  HEADERS.unsubscribe(onHeaders)
  TRAILERS.unsubscribe(onTrailers)
  FAILED.unsubscribe(onError)
}

/** Takes the place of a header that was copied from an incoming request: two traceparents would void both. */
const SETTER: Setter<UndiciRequest> = {
  set(request, key, value) {
    const { headers } = request
    if (Array.isArray(headers)) {
      for (let i = 0; i < headers.length; i += 2) {
        const name: unknown = headers[i]
        if (typeof name === 'string' && name.length === key.length && name.toLowerCase() === key) {
          headers[i + 1] = value
          return
        }
      }
    }
    request.addHeader(key, value)
  },
}

function onCreate(message: unknown): void {
  const { request } = message as Announced
  if (client === null || request[CALL] !== undefined || request[OWN_TRAFFIC] === true) return
  try {
    const origin = typeof request.origin === 'string' ? request.origin : String(request.origin)
    const target = client.known(origin) ?? client.keep(origin, targetOf(client, origin))
    // A request sent through a proxy has its whole URL as path.
    const url = request.path.charCodeAt(0) === 47 ? origin + request.path : request.path
    request[CALL] = client.begin(request.method, url, target, request, SETTER)
  } catch (error) {
    fault(error)
  }
}

function onHeaders(message: unknown): void {
  const { request, response } = message as Announced
  const call = request[CALL]
  if (call) call.status = response!.statusCode
}

function onTrailers(message: unknown): void {
  end((message as Announced).request, undefined)
}

function onError(message: unknown): void {
  const { request, error } = message as Announced
  end(request, error ?? new Error('request failed'))
}

function end(request: UndiciRequest, error: unknown): void {
  const call = request[CALL]
  if (!call) return
  try {
    call.end(error)
  } catch (failure) {
    fault(failure)
  }
}

/** `http://host:port` in parts; an IPv6 host loses its brackets. */
function targetOf(to: HttpClient, origin: string) {
  const at = origin.indexOf('://')
  const scheme = at < 0 ? 'http' : origin.slice(0, at)
  const rest = origin.slice(at < 0 ? 0 : at + 3)
  const colon = rest.lastIndexOf(':')
  const bracket = rest.lastIndexOf(']')
  const named = colon > bracket ? rest.slice(0, colon) : rest
  const port = colon > bracket ? Number(rest.slice(colon + 1)) : scheme === 'https' ? 443 : 80
  return to.target(scheme, named.startsWith('[') ? named.slice(1, -1) : named, port)
}
