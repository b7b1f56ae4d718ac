// The process's functions, shared by every copy of the package; `start` configures them.
import { shared } from '../../base/slot.ts'
import { currentLogs } from '../../logs/installed.ts'
import { defaultRegistry } from '../../metrics/default.ts'
import { tracer } from '../../trace/installed.ts'
import type { Started } from '../../trace/tracer.ts'
import type { Arrival } from './arrival.ts'
import type { CallSettings, Interceptor } from './call.ts'
import { type Change, Functions, type InstrumentSettings, type Received, type Work } from './functions.ts'

export const functions: Functions = shared(
  'function',
  () => new Functions({ registry: defaultRegistry(), tracer: tracer('telltale/function'), logs: currentLogs }),
)

/**
 * Runs `work` as the call of a function called `name`: a span around it, `function_calls_total`,
 * `function_duration_seconds` and `function_in_flight` with the low keys as labels, and a log line with all keys, linked
 * to the span. Returns what `work` returns; what it throws is counted, recorded and thrown on.
 */
export function observe<R>(name: string, work: (span: Started) => R): R
export function observe<R>(name: string, settings: CallSettings, work: (span: Started) => R): R
export function observe<R>(name: string, second: CallSettings | Work<R>, third?: Work<R>): R {
  return functions.observe(name, second, third)
}

/**
 * The same function, each call of which is observed; it keeps its name, length, properties and `this`. There is no log
 * line unless `log` asks for one. Not for constructors.
 */
// biome-ignore lint/suspicious/noExplicitAny: any function at all; the same type is returned
export function instrument<F extends (...args: any[]) => any>(fn: F, settings: InstrumentSettings = {}): F {
  return functions.instrument(fn, settings)
}

/** Puts an interceptor around every observed call of the process; returns its removal. What it throws, the caller gets. */
export function addInterceptor(interceptor: Interceptor): () => void {
  return functions.intercept(interceptor)
}

/** Runs `work` in the trace that came with a message or a job, read by the configured propagators. */
export function runArrived<R>(arrival: Arrival, work: () => R): R {
  return functions.arrived(arrival, work)
}

/**
 * `observe` for a change of data: `work` takes its steps through `resolve`, `call` and `record`, each of which is a child
 * span `<name> resolve`, `<name> call`, `<name> record`. With `errors` a failure has its `error_code` on every span it
 * passes and on the line.
 */
export function mutation<R>(name: string, work: Change<R>): R
export function mutation<R>(name: string, settings: CallSettings, work: Change<R>): R
export function mutation<R>(name: string, second: CallSettings | Change<R>, third?: Change<R>): R {
  return functions.mutation(name, second, third)
}

/**
 * Processes an event that came in an envelope: one CONSUMER span named by its type, with `correlation_id`, `event.id`,
 * `event.type` and `subject`, in the trace of `headers`; what `work` does has the event's correlation id.
 */
export function receiveEvent<R>(envelope: unknown, received: Received, work: Work<R>): R {
  return functions.receive(envelope, received, work)
}
