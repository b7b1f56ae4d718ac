// The other side of `last.ts`: sends what a process left behind while that process waits. Every address is judged anew.
import { gzipSync } from 'node:zlib'
import { request } from './caller.ts'
import type { LastRequest, LastWork } from './last.ts'
import { allow } from './target.ts'

export async function sendAll({ requests, timeoutMs, state }: LastWork): Promise<void> {
  await Promise.all(
    requests.map(async (one) => {
      if (await isTaken(one, timeoutMs)) Atomics.add(state, 1, 1)
    }),
  )
  Atomics.store(state, 0, 1)
  Atomics.notify(state, 0)
}

async function isTaken({ url, preset, headers, body, gzip, tls }: LastRequest, timeoutMs: number): Promise<boolean> {
  try {
    const { status } = await request(allow(url, preset), {
      method: 'POST',
      headers: gzip ? { ...headers, 'content-encoding': 'gzip' } : headers,
      body: [gzip ? gzipSync(body) : body],
      timeoutMs,
      ...(tls && { tls }),
    })
    return status >= 200 && status < 300
  } catch {
    return false
  }
}
