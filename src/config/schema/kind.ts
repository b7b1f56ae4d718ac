// The kinds of value a setting can have. Each builder makes two things at once: a zod type (the source, loaded only when
// files are generated and in tests) and the node that the run-time validator interprets, with its help text.
import { z } from 'zod'
import { durationText, parseDuration } from '../duration.ts'
import { FORMATS, type FormatName } from '../format.ts'
import type {
  ChoiceNode,
  DurationNode,
  EitherNode,
  FlagNode,
  ListNode,
  MapNode,
  Node,
  NumberNode,
  Plain,
  ScalarNode,
  SectionNode,
  TextNode,
  VariantNode,
} from '../node.ts'

/** One setting: its zod type, its node, and what it is for. */
export interface Kind<N extends Node = Node> {
  readonly zod: z.ZodType
  readonly node: N
  readonly help: string
}

export type Fields = Readonly<Record<string, Kind>>

interface Presence<D> {
  readonly default?: D
  /** Without it (and without a default) the key may be left out. */
  readonly required?: true
}

const helps = new WeakMap<Node, string>()

/** What the setting behind `node` is for. */
export function helpOf(node: Node): string {
  return helps.get(node) ?? ''
}

function finish<N extends Node>(
  help: string,
  zod: z.ZodType,
  bare: N,
  presence: Presence<Plain>,
  output?: Plain,
): Kind<N> {
  let node = bare
  let type = zod
  if (presence.default !== undefined) {
    node = { ...bare, default: output ?? presence.default }
    type = zod.prefault(presence.default as never)
  } else if (!presence.required) {
    node = { ...bare, optional: true }
    type = zod.optional()
  }
  helps.set(node, help)
  return { zod: type, node, help }
}

export function text(
  help: string,
  options: Presence<string> & { as?: FormatName; secret?: true } = {},
): Kind<TextNode> {
  const as = options.as ?? 'text'
  const node: TextNode = { t: 'text', as, ...(options.secret && { secret: true as const }) }
  return finish(help, z.string().regex(FORMATS[as].pattern), node, options)
}

export function number(
  help: string,
  options: Presence<number> & { min?: number; max?: number; int?: true } = {},
): Kind<NumberNode> {
  const { min, max, int } = options
  let type = int ? z.int() : z.number()
  if (min !== undefined) type = type.min(min)
  if (max !== undefined) type = type.max(max)
  const node: NumberNode = {
    t: 'number',
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(int && { int }),
  }
  return finish(help, type, node, options)
}

/** A whole number. */
export function count(help: string, options: Presence<number> & { min?: number; max?: number } = {}): Kind<NumberNode> {
  return number(help, { min: 0, ...options, int: true })
}

export function flag(help: string, preset?: boolean): Kind<FlagNode> {
  return finish(help, z.boolean(), { t: 'flag' }, preset === undefined ? {} : { default: preset })
}

export function choice(help: string, of: readonly string[], options: Presence<string> = {}): Kind<ChoiceNode> {
  return finish(help, z.enum(of as [string, ...string[]]), { t: 'choice', of }, options)
}

export function duration(
  help: string,
  options: Presence<string> & { min?: string; max?: string } = {},
): Kind<DurationNode> {
  const min = parseDuration(options.min ?? '1ms')
  const max = parseDuration(options.max ?? '1h')
  const type = z.union([z.number(), z.string()]).transform((written, context) => {
    const ms = parseDuration(written)
    if (ms >= min && ms <= max) return ms
    context.addIssue({ code: 'custom', message: `a duration from ${durationText(min)} to ${durationText(max)}` })
    return z.NEVER
  })
  const output = options.default === undefined ? undefined : parseDuration(options.default)
  return finish(help, type, { t: 'duration', min, max }, options, output)
}

const atom = z.union([z.string(), z.number(), z.boolean()])

/** Text, number, boolean or a list of them; left out when it needs an unset variable. */
export function scalar(help: string): Kind<ScalarNode> {
  return finish(help, z.union([atom, z.array(atom)]), { t: 'scalar', omit: true }, { required: true })
}

/** Keys that are always there: left out, it is filled with its defaults. */
export function section(help: string, fields: Fields): Kind<SectionNode> {
  return finish(help, shape(fields), sectionNode(fields), { default: {} }, {})
}

/** Keys that are there only when written. */
export function block(help: string, fields: Fields): Kind<SectionNode> {
  return finish(help, shape(fields), sectionNode(fields), {})
}

/** One entry of a list. */
export function entry(help: string, fields: Fields): Kind<SectionNode> {
  return finish(help, shape(fields), sectionNode(fields), { required: true })
}

export function list(
  help: string,
  of: Kind,
  options: Presence<readonly Plain[]> & { min?: number; rising?: true } = { default: [] },
): Kind<ListNode> {
  const { min, rising } = options
  let type: z.ZodType = min === undefined ? z.array(of.zod) : z.array(of.zod).min(min)
  if (rising) type = type.refine((items) => isRising(items as readonly number[]))
  const node: ListNode = { t: 'list', of: of.node, ...(min !== undefined && { min }), ...(rising && { rising }) }
  return finish(help, type, node, options)
}

export function map(help: string, key: FormatName, of: Kind): Kind<MapNode> {
  const type = z.record(z.string().regex(FORMATS[key].pattern), of.zod)
  return finish(help, type, { t: 'map', of: of.node, key }, { default: {} })
}

/** Headers that are sent with each request. */
export const headers = (help: string): Kind<MapNode> =>
  map(help, 'header', text('A value.', { as: 'headerValue', secret: true, required: true }))

/** Sections told apart by the word under `by`, such as an exporter's `type`. */
export function variant(help: string, by: string, of: Readonly<Record<string, Fields>>): Kind<VariantNode> {
  const sections: Record<string, SectionNode> = {}
  const types: z.ZodType[] = []
  for (const [word, fields] of Object.entries(of)) {
    const full = { [by]: choice(`\`${word}\`.`, [word], { required: true }), ...fields }
    sections[word] = sectionNode(full)
    types.push(shape(full))
  }
  return finish(help, z.union(types as [z.ZodType, z.ZodType]), { t: 'variant', by, of: sections }, { required: true })
}

/** One of some words, or a list of names. */
export function either(help: string, words: readonly string[], item: Kind, preset: string): Kind<EitherNode> {
  const word = choice(help, words, { required: true })
  const names = list(help, item, { required: true })
  const node: EitherNode = { t: 'either', word: word.node, list: names.node }
  return finish(help, z.union([word.zod, names.zod]), node, { default: preset })
}

function isRising(items: readonly number[]): boolean {
  for (let i = 1; i < items.length; i++) if (!(items[i]! > items[i - 1]!)) return false
  return true
}

function shape(fields: Fields): z.ZodType {
  const types: Record<string, z.ZodType> = {}
  for (const [key, kind] of Object.entries(fields)) types[key] = kind.zod
  return z.strictObject(types)
}

function sectionNode(fields: Fields): SectionNode {
  const of: Record<string, Node> = {}
  for (const [key, kind] of Object.entries(fields)) of[key] = kind.node
  return { t: 'section', of }
}
