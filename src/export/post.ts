// The transport of exporters that post to one URL: Zipkin and Jaeger. The address and the headers are checked when it is
// made, so that a configuration that must not be used is refused before anything is opened.
import { gzipped } from '../base/gzip.ts'
import { VERSION } from '../base/slot.ts'
import type { Preset } from '../egress/address.ts'
import { Caller } from '../egress/caller.ts'
import { checkHeaders, plainCredentials } from '../egress/headers.ts'
import type { Resolver } from '../egress/resolve.ts'
import { allow } from '../egress/target.ts'
import type { TlsOptions } from '../egress/tls.ts'
import type { Signal } from '../pipeline/sink.ts'
import { say } from '../pipeline/voice.ts'
import { failure, refusal } from './answer.ts'
import { type Outcome, type Payload, type Transport, whole } from './payload.ts'

/** Smaller bodies do not gain by compression. */
const PACK_FROM = 1024

export interface PostOptions {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly contentType: string
  /** `otel.component.type`. */
  readonly component: string
  /** Default: none to loopback, gzip elsewhere. */
  readonly compression?: 'gzip' | 'none'
  /** Somebody has said already that headers travel unencrypted. */
  readonly plainSaid?: boolean
  readonly preset?: Preset
  readonly tls?: TlsOptions
  readonly resolver?: Resolver
  /** What is at the path, for the hint of a 404 and our name. */
  readonly speaks: string
}

export const ZIPKIN_POST = {
  contentType: 'application/json',
  component: 'zipkin_http_exporter',
  speaks: 'Zipkin',
} as const

export const JAEGER_POST = {
  contentType: 'application/x-thrift',
  component: 'jaeger_thrift_http_exporter',
  speaks: 'Jaeger',
} as const

/** A Jaeger collector wants to be told the format in the query. */
export function jaegerUrl(written: string): string {
  const url = new URL(written)
  if (!url.searchParams.has('format')) url.searchParams.set('format', 'jaeger.thrift')
  return url.href
}

/** Throws a Fault for an endpoint or a header that cannot be used. */
export function post(options: PostOptions): Transport {
  const { headers = {}, contentType, component, speaks } = options
  checkHeaders(headers)
  const target = allow(options.url, options.preset ?? 'operator', 'endpoint')
  const warning = plainCredentials(target, headers)
  if (warning !== undefined && options.plainSaid !== true) say('warn', 'export.plain', warning)
  const caller = new Caller(target, options)
  const zips = (options.compression ?? (target.loopback ? 'none' : 'gzip')) === 'gzip'
  const sent = {
    'user-agent': `Telltale-${speaks}-Exporter/${VERSION}`,
    ...headers,
    'content-type': contentType,
  }
  const path = target.url.pathname + target.url.search
  const hint = (status: number): string => {
    if (status === 404 || status === 405) return `; ${target.url.pathname} does not take ${speaks}`
    return status === 401 || status === 403 ? '; check the headers' : ''
  }
  return {
    component,
    place: () => target.url.origin + target.url.pathname,
    last: (_signal, payload) => ({
      url: target.url.href,
      preset: target.preset,
      headers: sent,
      body: whole(payload),
      gzip: zips && payload.bytes >= PACK_FROM,
      tls: options.tls,
    }),
    async send(_signal: Signal, payload: Payload, timeoutMs: number): Promise<Outcome> {
      try {
        const packed = zips && payload.bytes >= PACK_FROM
        if (packed && payload.packed === null) payload.packed = await gzipped(payload.parts)
        const reply = await caller.send({
          method: 'POST',
          path,
          headers: packed ? { ...sent, 'content-encoding': 'gzip' } : sent,
          body: packed ? [payload.packed!] : payload.parts,
          timeoutMs,
          background: true,
        })
        if (reply.status >= 200 && reply.status < 300) return { kind: 'accepted', rejected: 0, message: '' }
        return refusal(reply, hint)
      } catch (error) {
        return failure(error)
      }
    },
    close: () => caller.close(),
  }
}
