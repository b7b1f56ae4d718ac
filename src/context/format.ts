// One way in which a trace or baggage crosses a wire: header fields that it reads, and two functions over them.
import type { Frame } from './frame.ts'

export interface Setter<Carrier> {
  set(carrier: Carrier, key: string, value: string): void
}

export interface Getter<Carrier> {
  get(carrier: Carrier, key: string): string | readonly string[] | undefined
  /** Names of all fields; only formats with a prefix ask. */
  keys?(carrier: Carrier): readonly string[]
}

export interface Format {
  readonly name: string
  /** Header names in lower case. */
  readonly fields: readonly string[]
  /** Those that `inject` may write; `fields` when absent. */
  readonly sent?: readonly string[]
  /** Headers whose name begins with it, in lower case, hold one baggage member each, percent-encoded. */
  readonly prefix?: string
  /**
   * `values[at + i]` is the text of `fields[i]`, several headers joined by commas, undefined when absent. Malformed text
   * changes nothing.
   */
  extract(values: readonly (string | undefined)[], at: number, into: Frame): void
  /** `baggage` says whether the target may have baggage. */
  inject<Carrier>(frame: Frame, carrier: Carrier, setter: Setter<Carrier>, baggage: boolean): void
}

/** Optional white space of RFC 9110; Node strips it from headers, a message broker may not. */
export function trimmed(text: string): string {
  const { length } = text
  let start = 0
  let end = length
  while (start < end && isSpace(text.charCodeAt(start))) start++
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--
  return start === 0 && end === length ? text : text.slice(start, end)
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9
}
