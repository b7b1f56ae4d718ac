// Functions of the application as it names them: one call gives the span, the timer, the counts and the log line. Each
// goes through a chain of interceptors by their order, ours among them. It promises that the application gets back the
// very value, error and `this` that it would without us, and that in-flight returns to zero on every way out; it refuses
// keys of many values as labels, and to look into arguments.
import { monotonic } from '../../base/clock.ts'
import { noticeOnce } from '../../base/notice.ts'
import { Propagator } from '../../context/propagator.ts'
import type { Logs } from '../../logs/logs.ts'
import type { Registry } from '../../metrics/registry.ts'
import type { Started, Tracer } from '../../trace/tracer.ts'
import { type Arrival, runArrived } from './arrival.ts'
import { Call, type CallSettings, type Interceptor } from './call.ts'
import { Counting } from './counting.ts'
import { envelopeKeys } from './envelope.ts'
import { type Mutation, stepsOf } from './mutation.ts'
import { type Step, Steps } from './run.ts'
import { Telling, TRACING_ORDER, Tracing } from './tracing.ts'

export interface FunctionsInit {
  readonly registry: Registry
  readonly tracer: Tracer
  readonly logs: () => Logs
  /** Milliseconds that only grow; for durations. */
  readonly now?: () => number
}

export type Work<R> = (span: Started) => R
export type Change<R> = (mutation: Mutation) => R

/** How an event came. */
export interface Received extends CallSettings {
  /** Headers of the message, with the sender's trace. */
  readonly headers?: Arrival['headers']
  /** Where it came from: the subject or topic. */
  readonly subject?: string | undefined
}

export interface FunctionOptions {
  /** False: nothing of ours is in the chain. */
  readonly enabled: boolean
  /** Place of tracing and the log line. */
  readonly order: number
  readonly propagator: Propagator
}

export interface InstrumentSettings extends CallSettings {
  /** The name of its span and the value of `function_id`; the name of the function when left out. */
  readonly id?: string | undefined
}

export const DEFAULTS: FunctionOptions = {
  enabled: true,
  order: TRACING_ORDER,
  propagator: new Propagator(['tracecontext', 'baggage']),
}

const UNNAMED = 'function_execution'
const INSTRUMENTED: symbol = Symbol.for('telltale.function.instrumented')
const MAX_INTERCEPTORS = 64
/** Functions whose first call is remembered; past it none is called cold. */
const MAX_KNOWN = 10_000
const TOLD: CallSettings = Object.freeze({ log: 'info' })

// biome-ignore lint/suspicious/noExplicitAny: any function at all; the same one is returned
type AnyFunction = (...args: any[]) => any

export class Functions {
  readonly #init: FunctionsInit
  readonly #counting: Counting
  readonly #given: Interceptor[] = []
  readonly #known = new Set<string>()
  #options: FunctionOptions = DEFAULTS
  #chain: readonly Interceptor[] = []
  #calls = 0

  constructor(init: FunctionsInit) {
    this.#init = init
    this.#counting = new Counting(init.registry)
    this.#arrange()
  }

  configure(options: Partial<FunctionOptions>): void {
    this.#options = { ...DEFAULTS, ...options }
    this.#arrange()
  }

  /** The call of `observe`. */
  readonly observe = <R>(name: string, second: CallSettings | Work<R>, third?: Work<R>): R => {
    const work = typeof second === 'function' ? second : third
    if (typeof work !== 'function') {
      this.#refused('observe', name)
      return undefined as R
    }
    const given = typeof second === 'function' ? undefined : second
    const settings: CallSettings =
      given === undefined ? TOLD : given?.log !== undefined ? given : { ...given, log: 'info' }
    const call = this.#call(name, settings, [])
    return this.#run(0, call, () => work(call.span)) as R
  }

  /** The function of `instrument`. */
  readonly instrument = <F extends AnyFunction>(fn: F, settings: InstrumentSettings = {}): F => {
    if (typeof fn !== 'function') {
      this.#refused('instrument', settings?.id)
      return fn
    }
    if (INSTRUMENTED in fn) return fn
    const id = settings?.id ?? fn.name
    const run = (self: unknown, args: unknown[]): unknown => {
      const call = this.#call(id, settings, args)
      return this.#run(0, call, () => Reflect.apply(fn, self, args))
    }
    function instrumented(this: unknown, ...args: unknown[]): unknown {
      return run(this, args)
    }
    const { arguments: _arguments, caller: _caller, ...own } = Object.getOwnPropertyDescriptors(fn)
    Object.defineProperties(instrumented, { ...own, [INSTRUMENTED]: { value: true } })
    return instrumented as unknown as F
  }

  /** The call of `mutation`. */
  readonly mutation = <R>(name: string, second: CallSettings | Change<R>, third?: Change<R>): R => {
    const work = typeof second === 'function' ? second : third
    if (typeof work !== 'function') {
      this.#refused('mutation', name)
      return undefined as R
    }
    const settings = typeof second === 'function' ? {} : second
    const { tracer } = this.#init
    return this.observe(name, settings, (span) => work(stepsOf(tracer, name, span, settings?.errors)))
  }

  /** The call of `receiveEvent`. */
  readonly receive = <R>(envelope: unknown, given: Received | undefined, work: Work<R>): R => {
    const { type, keys } = envelopeKeys(envelope)
    const { headers, subject, ...settings } = given ?? {}
    const high = { ...settings.high, ...keys, ...(typeof subject === 'string' && { subject }) }
    const arrival: Arrival = { headers, from: 'queue', correlationId: keys['correlation_id'] }
    return this.arrived(arrival, () => this.observe(type || 'event', { ...settings, high, kind: 'consumer' }, work))
  }

  /** Puts an interceptor in; among equal orders the earlier is further out. Returns its removal. */
  readonly intercept = (interceptor: Interceptor): (() => void) => {
    const usable = typeof interceptor?.intercept === 'function' && Number.isFinite(interceptor.order)
    if (!usable || this.#given.length >= MAX_INTERCEPTORS) {
      this.#refused('addInterceptor', usable ? `more than ${MAX_INTERCEPTORS}` : 'without order or intercept')
      return () => {}
    }
    this.#given.push(interceptor)
    this.#arrange()
    return () => {
      const at = this.#given.indexOf(interceptor)
      if (at < 0) return
      this.#given.splice(at, 1)
      this.#arrange()
    }
  }

  readonly arrived = <R>(arrival: Arrival, work: () => R): R => runArrived(arrival, this.#options.propagator, work)

  /** Forgets which functions were called. */
  forget(): void {
    this.#known.clear()
    this.#calls = 0
  }

  #arrange(): void {
    const { enabled, order } = this.#options
    const { tracer, logs, now = monotonic } = this.#init
    const ours: Step[] = enabled ? [this.#counting, new Tracing(tracer, order), new Telling(logs, order)] : []
    const all = [...ours, ...this.#given].sort((a, b) => a.order - b.order)
    const chain: Interceptor[] = []
    for (let i = 0; i < all.length; ) {
      const from = i
      while (i < all.length && ours.includes(all[i] as Step)) i++
      if (i > from) chain.push(new Steps(all.slice(from, i) as Step[], now))
      else chain.push(all[i++] as Interceptor)
    }
    this.#chain = chain
  }

  #call(name: unknown, settings: CallSettings, args: readonly unknown[]): Call {
    const id = typeof name === 'string' && name !== '' ? name : UNNAMED
    const cold = !this.#known.has(id) && this.#known.size < MAX_KNOWN
    if (cold) this.#known.add(id)
    return new Call(id, settings, args, ++this.#calls, cold)
  }

  #run(at: number, call: Call, work: () => unknown, chain: readonly Interceptor[] = this.#chain): unknown {
    if (at === chain.length) return work()
    const next = at + 1 === chain.length ? work : () => this.#run(at + 1, call, work, chain)
    return chain[at]!.intercept(call, next)
  }

  #refused(what: string, found: unknown): void {
    noticeOnce(
      `function.${what}`,
      'warn',
      'function.refused',
      `${what}() was called with something that it cannot use (${String(found).slice(0, 100)}): nothing is observed`,
    )
  }
}
