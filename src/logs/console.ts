// `console` as the application uses it: each call of log, info, debug, warn and error is also a record with its trace. What
// goes to the terminal stays as it was, byte for byte, since the call itself is passed on first and untouched. Off unless
// the configuration asks for it: a service without a logger may want it, one with a logger would say everything twice.
import { format } from 'node:util'
import { seen } from '../base/seen.ts'
import { current } from '../context/current.ts'
import type { Flat } from '../model/attribute.ts'
import { LogRecord } from '../model/log.ts'
import { type Level, SEVERITY, SEVERITY_TEXT } from './level.ts'
import { linkRecord } from './link.ts'
import type { Logs } from './logs.ts'

const METHODS = { log: 'info', info: 'info', debug: 'debug', warn: 'warn', error: 'error' } as const
type Method = keyof typeof METHODS
const NAMES = Object.keys(METHODS) as Method[]
type Write = (this: unknown, ...args: unknown[]) => void

export class ConsoleBridge {
  readonly #logs: Logs
  readonly #before: Partial<Record<Method, Write>> = {}
  readonly #ours: Partial<Record<Method, Write>> = {}
  /** A value that is being formatted, or a sink, calls `console` itself: that is written and not told. */
  #busy = false
  #quiet = 0
  #met = false

  constructor(logs: Logs) {
    this.#logs = logs
  }

  start(): void {
    if (this.#ours.log !== undefined) return
    for (const name of NAMES) {
      const original = console[name] as Write
      const told = this.#wrapper(name, original)
      this.#before[name] = original
      this.#ours[name] = told
      console[name] = told
    }
  }

  /** Only what is still ours is put back: somebody may have wrapped it since. */
  stop(): void {
    for (const name of NAMES) {
      const ours = this.#ours[name]
      if (ours === undefined) continue
      if (console[name] === ours) console[name] = this.#before[name]!
      delete this.#ours[name]
    }
  }

  /** Runs `work`, whose lines on the console are told already by whoever calls. */
  quietly<T>(work: () => T): T {
    this.#quiet++
    try {
      return work()
    } finally {
      this.#quiet--
    }
  }

  #wrapper(name: Method, original: Write): Write {
    const bridge = this
    const level = METHODS[name]
    const told: Write = function (...args) {
      original.apply(this, args)
      if (bridge.#ours[name] === told) bridge.#tell(level, args, told)
    }
    Object.defineProperty(told, 'name', { value: name })
    return told
  }

  #meet(): void {
    this.#met = true
    seen('console')
  }

  #tell(level: Level, args: unknown[], above: Write): void {
    if (this.#busy || this.#quiet > 0) return
    this.#busy = true
    try {
      const logs = this.#logs
      if (!this.#met) this.#meet()
      const severity = SEVERITY[level]
      logs.count(severity)
      const frame = current()
      if (!logs.wants(severity) || !logs.sampled(severity, frame?.hasTrace ? frame.t3 : 0)) return
      const record = new LogRecord(
        logs.scope('console'),
        logs.now(),
        severity,
        SEVERITY_TEXT[level],
        logs.text(format(...args)),
      )
      const flat: Flat = []
      const error = args.find((one) => one instanceof Error)
      if (error instanceof Error) logs.exception(record, flat, error)
      linkRecord(record, frame, flat)
      logs.facts(record, flat, above as never)
      if (flat.length > 0) record.attributes = flat
      logs.hand(record)
    } catch {
      // A value that cannot be shown was the application's to write; it has been.
    } finally {
      this.#busy = false
    }
  }
}
