// The data form of the schema: what `schema.gen.ts` holds and `validate.ts` interprets. The zod source in `schema/`
// builds these nodes beside its own types, so the two cannot drift apart unseen (a property test compares them).
import type { FormatName } from './format.ts'

export type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain }

interface Common {
  /** The key may be left out and has no default. */
  readonly optional?: true
  /** The value when the key is left out; durations in milliseconds. */
  readonly default?: Plain
  /** Never shown: faults, warnings and `explain` hide it. */
  readonly secret?: true
  /** A value that needs an unset variable is left out instead of being a fault. */
  readonly omit?: true
}

export interface SectionNode extends Common {
  readonly t: 'section'
  readonly of: Readonly<Record<string, Node>>
}
export interface ListNode extends Common {
  readonly t: 'list'
  readonly of: Node
  readonly min?: number
  /** Numbers must rise strictly. */
  readonly rising?: true
}
export interface MapNode extends Common {
  readonly t: 'map'
  readonly of: Node
  readonly key: FormatName
}
/** Sections told apart by the word under `by`. */
export interface VariantNode extends Common {
  readonly t: 'variant'
  readonly by: string
  readonly of: Readonly<Record<string, SectionNode>>
}
/** A word, or a list. */
export interface EitherNode extends Common {
  readonly t: 'either'
  readonly word: ChoiceNode
  readonly list: ListNode
}
export interface TextNode extends Common {
  readonly t: 'text'
  readonly as?: FormatName
}
export interface NumberNode extends Common {
  readonly t: 'number'
  readonly min?: number
  readonly max?: number
  readonly int?: true
}
export interface FlagNode extends Common {
  readonly t: 'flag'
}
export interface ChoiceNode extends Common {
  readonly t: 'choice'
  readonly of: readonly string[]
}
/** Bounds in milliseconds. */
export interface DurationNode extends Common {
  readonly t: 'duration'
  readonly min: number
  readonly max: number
}
/** Text, number, boolean, or a list of them: what a resource attribute may hold. */
export interface ScalarNode extends Common {
  readonly t: 'scalar'
}

export type Node =
  | SectionNode
  | ListNode
  | MapNode
  | VariantNode
  | EitherNode
  | TextNode
  | NumberNode
  | FlagNode
  | ChoiceNode
  | DurationNode
  | ScalarNode
