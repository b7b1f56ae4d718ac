// The cards, one row each, in the order in which they stand (G-27): what to decide on, what to do, how it is, where to look
// further, and the details. A card exists for who may see what it asks, and asks nothing before it is there.
import type { ComponentType } from 'preact'
import type { Tier } from './session.ts'

export interface CardSpec {
  /** In the address of the card (`#traffic`) and of its parts. */
  readonly id: string
  readonly title: string
  /** Of everything that it asks. */
  readonly tier: Tier
  readonly view: ComponentType
  /** Twice as wide, or as wide as the page. */
  readonly wide?: true | 'page'
  /** Pixels that it has from the beginning, so that nothing moves when its answer comes. */
  readonly height: number
}

export const CARDS: readonly CardSpec[] = []
