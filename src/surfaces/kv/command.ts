// Which of the four operations a Redis command is, and what its answer says. Other commands (lists, scripts, pub/sub, what a
// connection begins with) are no operations on keys and values, and are not counted.
import type { KvOp, KvResult } from './surface.ts'

const COMMANDS: Readonly<Record<KvOp, string>> = {
  get: 'GET GETEX GETRANGE MGET HGET HMGET HGETALL',
  set: 'SET SETEX PSETEX GETSET MSET HSET HMSET SETRANGE APPEND INCR INCRBY INCRBYFLOAT DECR DECRBY HINCRBY HINCRBYFLOAT',
  delete: 'DEL UNLINK GETDEL HDEL',
  put: 'SETNX MSETNX HSETNX',
}

/** A command that is one of the four. */
export interface Verb {
  /** In capitals. */
  readonly name: string
  readonly op: KvOp
  /** Counts from 0. */
  readonly number: number
}

const VERBS = new Map<string, Verb>()
for (const [op, names] of Object.entries(COMMANDS)) {
  for (const name of names.split(' ')) {
    const verb = { name, op: op as KvOp, number: VERBS.size >> 1 }
    VERBS.set(name, verb)
    VERBS.set(name.toLowerCase(), verb)
  }
}

/** Clients say a command in capitals or in small letters. */
export function verbOf(command: unknown): Verb | undefined {
  return typeof command === 'string' ? VERBS.get(command) : undefined
}

/** Nothing found, nothing deleted, or a condition (NX, XX) that refused. */
export function resultOf(op: KvOp, command: string, answer: unknown): KvResult {
  if (answer === null || answer === undefined) {
    // What GETSET answers is the value before.
    return op === 'set' && command !== 'SET' ? 'ok' : 'not_found'
  }
  if (op === 'get') return isEmpty(answer) ? 'not_found' : 'ok'
  return op !== 'set' && answer === 0 ? 'not_found' : 'ok'
}

/** MGET of keys that are all missing, HGETALL of none. */
function isEmpty(answer: unknown): boolean {
  if (typeof answer !== 'object') return false
  if (Array.isArray(answer)) return answer.every((each) => each === null)
  if (answer instanceof Uint8Array) return false
  if (answer instanceof Map) return answer.size === 0
  for (const _ in answer as object) return false
  return true
}
