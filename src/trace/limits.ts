// How much one span may hold (R-04, W-24). What passes a limit is dropped and counted on the span.

export interface Limits {
  readonly attributes: number
  readonly events: number
  readonly links: number
  readonly attributesPerEvent: number
  readonly attributesPerLink: number
  /** Characters of a text value, each element of an array by itself; Infinity for no limit. */
  readonly valueLength: number
}

export const DEFAULT_LIMITS: Limits = {
  attributes: 128,
  events: 128,
  links: 128,
  attributesPerEvent: 128,
  attributesPerLink: 128,
  valueLength: Number.POSITIVE_INFINITY,
}
