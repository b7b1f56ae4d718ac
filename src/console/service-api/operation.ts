// What the document says of one address: all but its method, path and tier, which are the route's.
import type { DescribedParameter } from '../open-api.ts'

export interface Operation {
  /** Unique in the document. */
  readonly operation: string
  readonly summary: string
  /** Of the query. */
  readonly parameters?: Readonly<Record<string, DescribedParameter>>
  /** Of the `:name` parts of the path. */
  readonly place?: Readonly<Record<string, DescribedParameter>>
  /** Schema of the JSON that it takes. */
  readonly body?: { readonly schema: string; readonly required: boolean }
  /** Schema of the JSON that it answers, or the media type of a download. */
  readonly answer: string | { readonly download: string }
  /** What else may become of it, by status. */
  readonly also?: Readonly<Record<number, string>>
}

/** By `METHOD path`. */
export type Operations = Readonly<Record<string, Operation>>

/** A whole number that is never refused (ruling 35). */
export const clamped = (description: string, least: number, most: number, preset: number): DescribedParameter => ({
  description: `${description} What is no whole number is the default, what is beyond a bound is the bound.`,
  schema: { type: 'integer', minimum: least, maximum: most, default: preset },
})
