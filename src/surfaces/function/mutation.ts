// A change of the application's data as every trace shall show it (G-05): whose it is, the domain's own work, and the audit
// or outbox row, each a child span of the change.
import { whenEnded } from '../../base/outcome.ts'
import { current, runIn } from '../../context/current.ts'
import { Frame } from '../../context/frame.ts'
import { KIND_INTERNAL } from '../../model/span.ts'
import type { Started, Tracer } from '../../trace/tracer.ts'
import { codeIn, type ErrorCatalogue } from './catalogue.ts'

/** The steps of one change, in the order in which the application takes them; each may come more than once. */
export interface Mutation {
  readonly span: Started
  /** Whose data it is: tenant or project. */
  resolve<R>(work: () => R): R
  /** The call of the domain service. */
  call<R>(work: () => R): R
  /** The row of the audit trail or the outbox. */
  record<R>(work: () => R): R
}

export function stepsOf(tracer: Tracer, name: string, span: Started, errors: ErrorCatalogue | undefined): Mutation {
  const step =
    (kind: 'resolve' | 'call' | 'record') =>
    <R>(work: () => R): R => {
      if (!tracer.engine.on) return work()
      const parent = current() ?? null
      const made = tracer.start(`${name} ${kind}`, KIND_INTERNAL, parent)
      made.set('telltale.step', kind)
      return whenEnded(
        () => runIn(new Frame(parent).hold(made), work),
        (failed, error) => {
          if (failed) {
            made.set('error_code', codeIn(errors, error))
            made.fail(error === undefined ? 'undefined' : error)
          }
          made.end()
        },
      )
    }
  return { span, resolve: step('resolve'), call: step('call'), record: step('record') }
}
