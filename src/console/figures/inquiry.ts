// What a question to the console may be asked with. These addresses are looked at by people and by dashboards that outlive
// versions, so nothing is refused: what cannot be read is the default, what is too much is the most (ruling 35).
import { wholeNumber } from '../../inventory/parameter.ts'

export interface Bounds {
  readonly default: number
  readonly least: number
  readonly most: number
}

/** As it was meant: a plus in a query is a blank, as in `?days=+7`. */
export const written = (given: string | null): string | null => given?.trim() ?? null

/** A whole number within its bounds; other text, fractions included, is the default. */
export function whole(given: string | null, { default: preset, least, most }: Bounds): number {
  return wholeNumber(written(given), preset, least, most)
}

/** Null when nothing is asked for. */
export function name(given: string | null): string | null {
  const text = written(given) ?? ''
  return text === '' ? null : text.slice(0, 200)
}
