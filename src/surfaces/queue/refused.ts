// Why a message was not processed or not taken although nothing was thrown: a broker or a handler said no by a call.
import { describe } from '../../trace/exception.ts'
import type { Started } from '../../trace/tracer.ts'

/** As a reason. It has no stack that would tell anything: it is no exception. */
export class Refused {
  /** For `error.type`: one of few words. */
  readonly type: string
  readonly message: string

  constructor(type: string, message: string) {
    this.type = type
    this.message = message
  }
}

export function typeOf(reason: unknown): string {
  if (reason instanceof Refused) return reason.type
  return reason === undefined ? '_OTHER' : describe(reason).type
}

export function failure(span: Started, reason: unknown): void {
  if (reason instanceof Refused) span.set('error.type', reason.type).fail(reason.message)
  else span.fail(reason)
}
