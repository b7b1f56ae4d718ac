// A CPU profile of this process by V8's own profiler, through an inspector session within the process: no port is opened.
// The profiler samples while it runs, and nothing of it is left behind, however it ends.
import type { Session } from 'node:inspector'
import { Refusal } from './refusal.ts'

export interface CpuProfileOptions {
  readonly seconds: number
  /** Aborted when nobody wants it any more. */
  readonly signal: AbortSignal
  readonly setTimeout: (work: () => void, ms: number) => unknown
  readonly clearTimeout: (timer: unknown) => void
  readonly load?: (() => Promise<Pick<typeof import('node:inspector'), 'Session'>>) | undefined
}

/** The text of a `.cpuprofile`; null when it was given up. Rejects with a Refusal where there is no profiler to be had. */
export async function cpuProfile(options: CpuProfileOptions): Promise<string | null> {
  const { signal, load = () => import('node:inspector') } = options
  let session: Session | undefined
  try {
    const { Session: Made } = await load()
    session = new Made()
    session.connect()
    await post(session, 'Profiler.enable')
    await post(session, 'Profiler.start')
  } catch (error) {
    disconnect(session)
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === undefined ? String(message).slice(0, 200) : code
    throw new Refusal(503, 'profiler_unavailable', `The profiler of Node cannot be used here: ${why}.`)
  }
  try {
    await elapsed(options)
    if (signal.aborted) return null
    const { profile } = (await post(session, 'Profiler.stop')) as { profile: object }
    return JSON.stringify(profile)
  } finally {
    // Ends what still runs of it.
    disconnect(session)
  }
}

function post(session: Session, method: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    session.post(method, (error: Error | null, result: unknown) => {
      if (error === null || error === undefined) resolve(result)
      else reject(error)
    })
  })
}

function disconnect(session: Session | undefined): void {
  try {
    session?.disconnect()
  } catch {}
}

function elapsed({ seconds, signal, setTimeout, clearTimeout }: CpuProfileOptions): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, seconds * 1000)
    signal.addEventListener('abort', done)
  })
}
