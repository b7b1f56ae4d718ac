// What adapters of engines share beside `base/client.ts`.
import { mark as markAs } from '../../base/client.ts'
import { noticeOnce } from '../../base/notice.ts'

const OBSERVED: unique symbol = Symbol.for('telltale.workflow.observed') as never

/** False when the engine is observed already, or cannot be. */
export function mark(engine: object): boolean {
  return markAs(engine, OBSERVED)
}

/** An engine whose shape we do not know stays as it is, and that is said once. */
export function unknownEngine(adapter: string, wanted: string): void {
  const text = `${adapter} was given something that is no ${wanted}: it is not observed`
  noticeOnce(`workflow.engine\n${adapter}`, 'warn', 'workflow.engine', text)
}
