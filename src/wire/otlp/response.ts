// What an OTLP receiver answers: an empty message, or how many records it rejected and why (partial success).

import type { Signal } from './encode.ts'
import { patchLength, putString, putVarint } from './put.ts'
import { Reader, VARINT } from './read.ts'

const REJECTED = { traces: 'rejectedSpans', metrics: 'rejectedDataPoints', logs: 'rejectedLogRecords' } as const

/** Export…ServiceResponse; two bytes when nothing was rejected, as the Collector answers. */
export function encodeResponse(rejected = 0, message = ''): Uint8Array {
  const b = Buffer.alloc(32 + 3 * message.length)
  let p = 2
  b[0] = 0x0a
  if (rejected > 0) {
    b[p++] = 0x08
    p = putVarint(b, p, rejected)
  }
  if (message !== '') {
    b[p++] = 0x12
    p = putString(b, p, message)
  }
  return b.subarray(0, patchLength(b, 1, p))
}

export function encodeResponseJson(signal: Signal, rejected = 0, message = ''): string {
  if (rejected === 0 && message === '') return '{"partialSuccess":{}}'
  return JSON.stringify({ partialSuccess: { [REJECTED[signal]]: String(rejected), errorMessage: message } })
}

export interface PartialSuccess {
  readonly rejected: number
  readonly message: string
}

const NONE: PartialSuccess = { rejected: 0, message: '' }

/** Reads either encoding; an answer that cannot be understood is no rejection: the status said that it was accepted. */
export function decodeResponse(body: Uint8Array, contentType: string | undefined, signal: Signal): PartialSuccess {
  if (body.length === 0) return NONE
  try {
    if (contentType?.startsWith('application/json')) return fromJson(body, signal)
    return contentType?.startsWith('application/x-protobuf') ? fromProtobuf(body) : NONE
  } catch {
    return NONE
  }
}

function fromProtobuf(body: Uint8Array): PartialSuccess {
  const reader = new Reader(body)
  let found = NONE
  while (reader.next()) {
    if (reader.field === 1) found = readPartial(reader)
    else reader.skip()
  }
  return found
}

function readPartial(reader: Reader): PartialSuccess {
  const outer = reader.enter()
  let rejected = 0
  let message = ''
  while (reader.next()) {
    if (reader.field === 1) {
      reader.expect(VARINT)
      rejected = reader.varint()
    } else if (reader.field === 2) message = reader.string()
    else reader.skip()
  }
  reader.leave(outer)
  return { rejected, message }
}

function fromJson(body: Uint8Array, signal: Signal): PartialSuccess {
  const root = JSON.parse(Buffer.from(body).toString('utf8')) as {
    partialSuccess?: Record<string, unknown> | null
  } | null
  const part = root?.partialSuccess
  if (!part) return NONE
  const rejected = Number(part[REJECTED[signal]] ?? 0)
  const message = part['errorMessage']
  return {
    rejected: Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0,
    message: typeof message === 'string' ? message : '',
  }
}
