// What questions about records share: a range of time, pages, and the place at which a stream is taken up again.
import { fault, moment, text } from './parameter.ts'

export const range = {
  from: moment('Not before.'),
  to: moment('Before; now when it is not given.'),
}

export const cursor = text('next_cursor of the page before.')

/** A stream has no pages and no other order than that of arrival. */
export function refusePaging(given: {
  readonly cursor?: string
  readonly order?: string
  readonly limit?: number
}): void {
  for (const name of ['cursor', 'order', 'limit'] as const) {
    if (given[name] !== undefined) throw fault(name, String(given[name]), `nothing beside follow=true`)
  }
}

/** Id of an event: a number, and the life of the store that gave it, whose numbers begin anew in the next. */
export function writePlace(number: number, started: number): string {
  return `${number}-${Math.floor(started).toString(36)}`
}

/** After which number to go on: -1, from the first that is held, when the number is of an earlier life of the store. */
export function readPlace(text: string | null, started: number): number | undefined {
  const written = /^(\d{1,15})(?:-([0-9a-z]{1,12}))?$/.exec(text ?? '')
  if (written === null) return undefined
  return written[2] === undefined || written[2] === Math.floor(started).toString(36) ? Number(written[1]) : -1
}
