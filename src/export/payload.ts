// What travels between a gatherer, a lane and a transport.
import type { LastRequest } from '../egress/last.ts'
import type { Signal } from '../pipeline/sink.ts'

/** One request body as a list of buffers. */
export interface Payload {
  readonly parts: readonly Uint8Array[]
  readonly bytes: number
  /** Spans, log records or data points. */
  readonly records: number
  /** The transport's compressed form, made once for all attempts. */
  packed: Uint8Array | null
}

export type Outcome =
  | { readonly kind: 'accepted'; readonly rejected: number; readonly message: string }
  /** Worth another attempt; `afterMs` is what the other side asked for. */
  | { readonly kind: 'again'; readonly reason: string; readonly afterMs?: number | undefined }
  | { readonly kind: 'refused'; readonly reason: string }

export interface Transport {
  /** `otel.component.type` (semantic conventions, otel.sdk). */
  readonly component: string
  /** Where it goes, for notices: no credentials. */
  place(signal: Signal): string
  /** Never rejects. */
  send(signal: Signal, payload: Payload, timeoutMs: number): Promise<Outcome>
  /** The same request for somebody else to send; absent where only this process can. */
  last?(signal: Signal, payload: Payload): LastRequest
  /** Lets go of connections; requests under way end. */
  close(): void
}

/** The body in one piece that no other buffer shares. */
export function whole({ parts, bytes }: Payload): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(bytes)
  let at = 0
  for (const part of parts) {
    body.set(part, at)
    at += part.length
  }
  return body
}
