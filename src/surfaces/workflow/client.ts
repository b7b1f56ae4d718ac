// What adapters share: methods of one engine's object are replaced on that object alone, each once.
import { noticeOnce } from '../../base/notice.ts'

const OBSERVED: unique symbol = Symbol.for('telltale.workflow.observed') as never

export type Method = (this: unknown, ...args: unknown[]) => unknown

/** False when it is observed already, or cannot be. */
export function mark(client: object): boolean {
  return !Object.hasOwn(client, OBSERVED) && put(client, OBSERVED, { value: true })
}

/** Puts `around` in the place of a method, if there is one. */
export function replace(client: object, name: string, around: (original: Method) => Method): void {
  const original = (client as Record<string, unknown>)[name]
  if (typeof original !== 'function') return
  const value = around(original as Method)
  Object.defineProperty(value, 'length', { value: original.length, configurable: true })
  put(client, name, { value, writable: true, configurable: true, enumerable: false })
}

function put(client: object, name: string | symbol, property: PropertyDescriptor): boolean {
  if (Reflect.defineProperty(client, name, property)) return true
  const text = 'an engine that nobody can change, as by Object.freeze, is not observed'
  noticeOnce('workflow.engine\nfrozen', 'warn', 'workflow.engine', text)
  return false
}

/** An engine whose shape we do not know stays as it is, and that is said once. */
export function unknownEngine(adapter: string, wanted: string): void {
  const text = `${adapter} was given something that is no ${wanted}: it is not observed`
  noticeOnce(`workflow.engine\n${adapter}`, 'warn', 'workflow.engine', text)
}

export function plain(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}
