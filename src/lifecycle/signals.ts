// What a process does at its end, without taking the end away from the application. We never call `process.exit`: if
// nobody else listens for a signal we stop everything and raise it again; if the application listens we only flush
// beside it. A process that ends by itself flushes on `beforeExit`.
import { timers } from '../base/clock.ts'
import { notice } from '../base/notice.ts'

export type Signal = 'SIGTERM' | 'SIGINT'

/** What we need of `process`. */
export interface SignalSource {
  readonly pid: number
  prependListener(event: Signal | 'beforeExit', listener: () => void): unknown
  removeListener(event: Signal | 'beforeExit', listener: () => void): unknown
  listenerCount(event: Signal): number
  kill(pid: number, signal: Signal): unknown
}

export interface SignalOptions {
  /** Stops everything in order; run when nobody else listens. */
  stop: () => Promise<unknown>
  /** Delivers what was recorded so far. */
  flush: (deadlineMs: number) => Promise<unknown>
  /** Whether there is something to deliver; without it the end of the process flushes once. */
  pending?: () => boolean
  deadlineMs?: number
  source?: SignalSource
}

/** Returns the unsubscription. */
export function watchSignals(options: SignalOptions): () => void {
  const { stop, flush, pending, deadlineMs = 5000 } = options
  const source: SignalSource = options.source ?? process
  let raised = false
  let flushed = false

  const onSignal = (signal: Signal) => () => {
    // Ours comes first (prepended), so `once` listeners of the application are still counted.
    if (source.listenerCount(signal) > 1) {
      void held(flush(deadlineMs), deadlineMs)
      return
    }
    // A second signal during the stop ends the process at once.
    if (raised) return again(signal)
    raised = true
    notice('info', 'stop.signal', `${signal}: stopping`)
    void stop().then(
      () => again(signal),
      () => again(signal),
    )
  }
  const again = (signal: Signal) => {
    unsubscribe()
    source.kill(source.pid, signal)
  }
  const onBeforeExit = () => {
    if (pending === undefined ? flushed : !pending()) return
    flushed = true
    void held(flush(deadlineMs), deadlineMs)
  }

  const onTerm = onSignal('SIGTERM')
  const onInt = onSignal('SIGINT')
  const unsubscribe = () => {
    source.removeListener('SIGTERM', onTerm)
    source.removeListener('SIGINT', onInt)
    source.removeListener('beforeExit', onBeforeExit)
  }
  source.prependListener('SIGTERM', onTerm)
  source.prependListener('SIGINT', onInt)
  source.prependListener('beforeExit', onBeforeExit)
  return unsubscribe
}

/** Keeps the process alive until the work is done or late; a failure was said where it happened. */
async function held(work: Promise<unknown>, deadlineMs: number): Promise<void> {
  const timer = timers.setTimeout(() => {}, deadlineMs)
  try {
    await work
  } catch {
  } finally {
    timers.clearTimeout(timer)
  }
}

export type ErrorOrigin = 'uncaughtException' | 'unhandledRejection'

/** Sees the error that is about to end the process; whether it does is the application's business. Returns the undoing. */
export function watchErrors(see: (error: unknown, origin: ErrorOrigin) => void): () => void {
  const listener = (error: unknown, origin: ErrorOrigin) => {
    try {
      see(error, origin)
    } catch {}
  }
  process.on('uncaughtExceptionMonitor', listener)
  return () => void process.removeListener('uncaughtExceptionMonitor', listener)
}
