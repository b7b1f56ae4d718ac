// What a process sends when it ends in this very turn: after process.exit() and an error that nobody handles there is no
// event loop in which to send. A thread of its own sends while this one waits for it, for as long as it is told at most.
// It promises that without anything to send nothing is begun, and that nothing here throws; it refuses what the endpoint
// policy refuses, as the thread judges every address again.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Preset } from './address.ts'
import type { Headers } from './headers.ts'
import type { TlsOptions } from './tls.ts'

/** A POST that somebody else will send. */
export interface LastRequest {
  readonly url: string
  readonly preset: Preset
  readonly headers: Headers
  readonly body: Uint8Array<ArrayBuffer>
  /** Compressed on the way. */
  readonly gzip: boolean
  readonly tls: TlsOptions | undefined
}

/** What the thread is given. */
export interface LastWork {
  readonly requests: readonly LastRequest[]
  /** Of each request, milliseconds. */
  readonly timeoutMs: number
  /** 1 when all of them are settled; how many were taken. */
  readonly state: Int32Array<SharedArrayBuffer>
}

/** The folder of the running file; see console/panel/folder.ts. */
declare const TELLTALE_FOLDER: string | undefined

/** As it is before anybody observes it: this thread is none of the application. */
const Thread = Worker

/** Waits until each request is settled, at most `timeoutMs`; returns how many the other side took. */
export function sendLast(requests: readonly LastRequest[], timeoutMs: number): number {
  const program = requests.length === 0 ? undefined : programFile()
  if (program === undefined) return 0
  const state = new Int32Array(new SharedArrayBuffer(8))
  const workerData: LastWork = { requests, timeoutMs, state }
  try {
    const transferList = requests.map(({ body }) => body.buffer)
    // Nothing of the application: no flags such as --import, no variables, nothing on its terminal.
    const thread = new Thread(program, { workerData, transferList, env: {}, execArgv: [], stdout: true, stderr: true })
    thread.on('error', () => {})
    Atomics.wait(state, 0, 0, timeoutMs)
  } catch {}
  return Atomics.load(state, 1)
}

/** Undefined where the package is not on the disk as it was built, such as in somebody's bundle. */
function programFile(): string | undefined {
  const from = typeof TELLTALE_FOLDER === 'string' ? TELLTALE_FOLDER : undefined
  if (from === undefined) return undefined
  // From dist/esm or dist/esm/chunk; the CommonJS one needs no loader, which may be the application's own.
  return ['..', '../..'].map((up) => join(from, up, 'cjs', 'last.js')).find((file) => existsSync(file))
}
