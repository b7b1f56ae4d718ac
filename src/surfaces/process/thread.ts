// Worker threads. `Worker` is extended while the surface runs, so that a thread learns of the trace by the environment data
// of Node, which is copied into it as it is made; imports of the module follow.
import { errorMonitor } from 'node:events'
import { syncBuiltinESMExports } from 'node:module'
import worker from 'node:worker_threads'
import { guarded, Life } from './life.ts'
import { running } from './running.ts'

const KEY = 'telltale.context'

type Threads = { Worker: typeof worker.Worker }

let original: typeof worker.Worker | null = null
let extended: typeof worker.Worker | null = null
let told: Record<string, string> | null | undefined

export function startThreads(): void {
  const threads = worker as unknown as Threads
  if (original !== null) return
  original = threads.Worker
  extended = extend(original)
  threads.Worker = extended
  syncBuiltinESMExports()
}

/** Only what is still ours is put back: somebody may have extended it since. */
export function stopThreads(): void {
  const threads = worker as unknown as Threads
  if (original !== null && threads.Worker === extended) {
    threads.Worker = original
    syncBuiltinESMExports()
  }
  original = null
  extended = null
}

/** What this thread was told by the one that made it; null in a main thread. Its own threads are told anew. */
export function threadContext(): Record<string, string> | null {
  if (told === undefined) {
    const data = worker.isMainThread ? null : worker.getEnvironmentData(KEY)
    told = typeof data === 'object' && data !== null ? (data as unknown as Record<string, string>) : null
    if (told !== null) worker.setEnvironmentData(KEY, undefined as never)
  }
  return told
}

function extend(Original: typeof worker.Worker): typeof worker.Worker {
  class Worker extends Original {
    constructor(...args: ConstructorParameters<typeof worker.Worker>) {
      const { surface } = running
      let life: Life | null = null
      guarded(() => {
        if (surface === null) return
        life = new Life(surface, 'worker', {})
        worker.setEnvironmentData(KEY, surface.contextOf(life.frame))
      })
      try {
        super(...args)
      } catch (error) {
        guarded(() => life?.refused(error))
        throw error
      } finally {
        guarded(() => {
          if (life !== null) worker.setEnvironmentData(KEY, undefined as never)
        })
      }
      guarded(() => {
        if (life !== null) follow(this, life)
      })
    }
  }
  return Worker
}

function follow(thread: worker.Worker, life: Life): void {
  let thrown: unknown
  const id = thread.threadId
  life.started({ 'thread.id': id })
  thread.on(errorMonitor, (error) => {
    thrown = error
  })
  thread.once('exit', (code) =>
    guarded(() => {
      const failed = code !== 0
      const error = thrown ?? `exit code ${code}`
      life.ended(failed, { 'thread.id': id, 'process.exit.code': code }, failed ? error : undefined)
    }),
  )
}
