// Where the next page begins: the place of the last item in its order, so that what arrives meanwhile neither repeats
// nor hides an item. The order is part of it: a cursor of one order is refused by another.
import { Fault } from '../base/fault.ts'

export interface Place {
  /** What the list is ordered by. */
  readonly value: number
  /** Tells items with the same value apart. */
  readonly tie: string
}

export function writeCursor(order: string, place: Place): string {
  return Buffer.from(`${order}|${place.value}|${place.tie}`).toString('base64url')
}

export function readCursor(order: string, text: string): Place {
  const parts = Buffer.from(text, 'base64url').toString('latin1').split('|')
  const value = Number(parts[1])
  if (
    parts.length !== 3 ||
    parts[0] !== order ||
    parts[1] === '' ||
    Number.isNaN(value) ||
    !/^[0-9a-f]+$/.test(parts[2]!)
  ) {
    throw new Fault('QUERY_PARAMETER', {
      subject: 'cursor',
      found: text.slice(0, 100),
      allowed: `the next_cursor of an answer in the same order (${order})`,
    })
  }
  return { value, tie: parts[2]! }
}
