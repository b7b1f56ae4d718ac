// A refusal as OTLP/HTTP sends it: google.rpc.Status in the encoding of the request (protocol specification, OTLP/HTTP
// Failures), with the gRPC code that stands for the HTTP status.
import { Buffer } from 'node:buffer'
import { putString, putVarint } from '../wire/otlp/put.ts'
import type { Refusal } from './body.ts'

/** INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNAVAILABLE; INTERNAL for the rest (google.rpc.Code). */
const CODES: Readonly<Record<number, number>> = { 400: 3, 413: 8, 503: 14 }

const codeOf = ({ status }: Refusal): number => CODES[status] ?? 13

export function statusJson(refusal: Refusal): string {
  return JSON.stringify({ code: codeOf(refusal), message: refusal.message })
}

export function statusProtobuf(refusal: Refusal): Uint8Array {
  const bytes = Buffer.alloc(16 + 3 * refusal.message.length)
  let at = 0
  bytes[at++] = 0x08
  at = putVarint(bytes, at, codeOf(refusal))
  bytes[at++] = 0x12
  return bytes.subarray(0, putString(bytes, at, refusal.message))
}
