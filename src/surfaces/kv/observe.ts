// The way in for stores that announce nothing, told by their shape. The store comes back as the same object with the same
// type.
import { replace } from '../../base/client.ts'
import { noticeOnce } from '../../base/notice.ts'
import { seen } from '../../base/seen.ts'
import { fault } from './guard.ts'
import { Command } from './place.ts'
import { running } from './running.ts'
import type { KvOp, KvResult, Operation } from './surface.ts'

const OBSERVED: unique symbol = Symbol.for('telltale.kv.observed') as never
/** A refusal that is no failure: the key is there already, or it is another version by now (W-16). */
const REFUSED = /^(?:ERR_)?(?:KEY_?EXISTS|VERSION_?MISMATCH|NOT_?FOUND)$/i

export interface KvObserveOptions {
  /** What the store is called in metrics: a word of the code, not of data. The `namespace` of a Keyv unless given. */
  readonly namespace?: string
}

/** Methods and what they are; each answers itself or by a promise. */
const METHODS: readonly [name: string, op: KvOp][] = [
  ['get', 'get'],
  ['getMany', 'get'],
  ['set', 'set'],
  ['setMany', 'set'],
  ['delete', 'delete'],
  ['deleteMany', 'delete'],
  ['put', 'put'],
]

/**
 * Observes a store before or after start, once however often it is called, and returns it: a `Map`, a `Keyv`, or anything
 * with `get`, `set` and `delete` (and `put`, a set under a condition). A get of nothing, a delete of nothing and a refused
 * put are `not_found`. Clients of node-redis and ioredis are observed without this and come back untouched, as does what is
 * no store, which is said once. Never throws.
 */
export function observe<S extends object>(store: S, options: KvObserveOptions = {}): S {
  try {
    if (typeof store !== 'object' || store === null) return unknown(store)
    const it = store as unknown as Record<string, unknown>
    if (announces(it) || Object.hasOwn(store, OBSERVED)) return store
    if (!['get', 'set', 'delete'].every((name) => typeof it[name] === 'function')) return unknown(store)
    Object.defineProperty(store, OBSERVED, { value: true })
    seen('kv.store')
    const given = options.namespace ?? it['namespace']
    const namespace = typeof given === 'string' && given !== '' ? given : store.constructor?.name || 'store'
    const answers: Answers = { values: store instanceof Map || store instanceof WeakMap }
    for (const [name, op] of METHODS) watch(store, name, op, namespace, answers)
  } catch (error) {
    fault(error)
  }
  return store
}

/** Clients of Redis have commands: `sendCommand` is of both. */
function announces(client: Record<string, unknown>): boolean {
  return typeof client['sendCommand'] === 'function'
}

function unknown<S>(store: S): S {
  const text = 'something without get, set and delete was handed to observe() and is not observed'
  noticeOnce('kv.unknown', 'warn', 'kv.unknown', text)
  return store
}

/**
 * How a store answers a `get`. One inside the process answers itself, and a promise that it gives is a value that was put
 * into it: the caller gets that very promise, and whether it fails is no matter of the store. `set` shows which it is.
 */
interface Answers {
  values: boolean
}

/** Set while a method of a store runs: what it calls of itself is one operation with it. */
let within: unknown = null

function watch(store: object, name: string, op: KvOp, namespace: string, answers: Answers): void {
  replace(store, name, (before) => {
    const command = new Command(namespace, op, name, null)
    const later = before.constructor?.name === 'AsyncFunction'
    return function (...args) {
      const operation = within === this ? null : (running.surface?.begin(command) ?? null)
      if (operation === null) return learned(op, answers, Reflect.apply(before, this, args))
      const outer = within
      let answer: unknown
      try {
        within = this
        answer = Reflect.apply(before, this, args)
      } catch (error) {
        fail(operation, error)
        throw error
      } finally {
        within = outer
      }
      learned(op, answers, answer)
      const many = name.endsWith('Many') || (!answers.values && Array.isArray(args[0]))
      if ((op === 'get' && answers.values && !later) || !thenable(answer)) {
        operation.end(resultOf(op, answer, many))
        return answer
      }
      return answer.then(
        (value) => {
          operation.end(resultOf(op, value, many))
          return value
        },
        (error) => {
          fail(operation, error)
          throw error
        },
      )
    }
  })
}

function thenable(answer: unknown): answer is PromiseLike<unknown> {
  try {
    return typeof (answer as PromiseLike<unknown> | null)?.then === 'function'
  } catch {
    return false
  }
}

function learned(op: KvOp, answers: Answers, answer: unknown): unknown {
  if (op === 'set' && !thenable(answer)) answers.values = true
  return answer
}

/** `many`: the answer is a list of answers, and not a value that is a list. */
function resultOf(op: KvOp, answer: unknown, many: boolean): KvResult {
  const all = many && Array.isArray(answer) && answer.length > 0 ? (answer as unknown[]) : [answer]
  switch (op) {
    case 'get':
      return all.every((each) => each === undefined || each === null) ? 'not_found' : 'ok'
    case 'set':
      // What Keyv answers when its store failed; a Map answers itself.
      return all.every((each) => each === false) ? 'error' : 'ok'
    default:
      return all.every((each) => each === false || each === null) ? 'not_found' : 'ok'
  }
}

function fail(operation: Operation, error: unknown): void {
  let refused = false
  try {
    const { code } = (error ?? {}) as { code?: unknown }
    refused = typeof code === 'string' && REFUSED.test(code)
  } catch {}
  operation.end(refused ? 'not_found' : 'error', error)
}
