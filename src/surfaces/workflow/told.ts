// What callers tell of a workflow, read before anything begins: what throws when it is read goes its way unobserved.
import { noticeOnce, thrownText } from '../../base/notice.ts'

/** Null when it throws; said once. */
export function readable<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    const text = `a workflow whose description cannot be read is not observed: ${thrownText(error)}`
    noticeOnce('workflow.unreadable', 'warn', 'workflow.unreadable', text)
    return null
  }
}

/** What every span of a workflow tells. */
export interface Told {
  readonly name: string
  readonly id: string | undefined
  readonly engine: string | undefined
  readonly queue: string | undefined
}

interface Given {
  readonly id?: string | number | undefined
  readonly engine?: string | undefined
  readonly queue?: string | undefined
}

/** Throws when something in it does. */
export function toldOf(name: unknown, { id, engine, queue }: Given): Told {
  return { name: textOf(name) || 'workflow', id: textOf(id), engine: textOf(engine), queue: textOf(queue) }
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

interface Attributes {
  set(key: string, value: string): unknown
}

export function describeBy(span: Attributes, { name, id, engine, queue }: Told): void {
  span.set('workflow.name', name)
  if (id !== undefined) span.set('workflow.id', id)
  if (engine !== undefined) span.set('workflow.engine', engine)
  if (queue !== undefined) span.set('workflow.queue', queue)
}
