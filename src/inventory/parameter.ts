// Parameters of a query as they are clamped (ruling 35): what is no whole number is the default, what is beyond a bound is
// the bound.

export function wholeNumber(text: string | null | undefined, preset: number, min: number, max: number): number {
  if (text === null || text === undefined || !/^[+-]?\d+$/.test(text)) return preset
  return Math.min(max, Math.max(min, Number(text)))
}

/** Days of a window: 1 to 365, 30 unless said. */
export const daysOf = (text: string | null | undefined): number => wholeNumber(text, 30, 1, 365)

/** Types of a distribution: 1 to 100, 20 unless said. */
export const topOf = (text: string | null | undefined): number => wholeNumber(text, 20, 1, 100)

const MAX_TYPES = 50
const DEFAULT_TYPES = 8

/** Types of a comma list, each once, at most 50; the first eight declared ones where none is named. */
export function typesOf(text: string | null | undefined, declared: readonly { readonly type: string }[]): string[] {
  const named = new Set<string>()
  for (const part of (text ?? '').split(',')) {
    const type = part.trim()
    if (type !== '' && named.size < MAX_TYPES) named.add(type)
  }
  return named.size > 0 ? [...named] : declared.slice(0, DEFAULT_TYPES).map(({ type }) => type)
}
