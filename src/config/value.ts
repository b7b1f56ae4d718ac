// One value of a setting: whether it is allowed, what is allowed there in words, and the nearest hint when it is not.
import { durationText, parseDuration } from './duration.ts'
import { FORMATS } from './format.ts'
import type { Node } from './node.ts'
import { nearest } from './spelling.ts'
import type { Leaf } from './tree.ts'

/** The setting's value, or undefined when it is not allowed. `loose` text may stand for a number or a boolean. */
export function convert(node: Node, value: Leaf['value'], loose: boolean): unknown {
  switch (node.t) {
    case 'text':
      return typeof value === 'string' && FORMATS[node.as ?? 'text'].pattern.test(value) ? value : undefined
    case 'number': {
      const n =
        loose && typeof value === 'string' && /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/.test(value)
          ? Number(value)
          : value
      if (typeof n !== 'number' || !Number.isFinite(n)) return undefined
      if (node.int && !Number.isSafeInteger(n)) return undefined
      return (node.min !== undefined && n < node.min) || (node.max !== undefined && n > node.max) ? undefined : n
    }
    case 'flag': {
      if (typeof value === 'boolean') return value
      const word = loose && typeof value === 'string' ? value.trim().toLowerCase() : ''
      return word === 'true' ? true : word === 'false' ? false : undefined
    }
    case 'choice':
      return typeof value === 'string' && node.of.includes(value) ? value : undefined
    case 'duration': {
      if (typeof value !== 'string' && typeof value !== 'number') return undefined
      const ms = parseDuration(value)
      return ms >= node.min && ms <= node.max ? ms : undefined
    }
    case 'scalar':
      return value === null || (typeof value === 'number' && !Number.isFinite(value)) ? undefined : value
    default:
      return undefined
  }
}

/** Whether only the value is wrong, not its type. */
export function sameType(node: Node, value: Leaf['value']): boolean {
  if (node.t === 'number') return typeof value === 'number'
  if (node.t === 'duration') return typeof value === 'number' || (typeof value === 'string' && /^\s*\d/.test(value))
  return (node.t === 'text' || node.t === 'choice') && typeof value === 'string'
}

/** What is allowed there, in words. */
export function describe(node: Node): string {
  switch (node.t) {
    case 'section':
    case 'map':
    case 'variant':
      return 'keys and values'
    case 'list':
      return 'a list'
    case 'either':
      return `${node.word.of.join(', ')}, or a list`
    case 'text':
      return FORMATS[node.as ?? 'text'].allowed
    case 'flag':
      return 'true or false'
    case 'choice':
      return node.of.join(', ')
    case 'duration':
      return `a duration such as 10s, from ${durationText(node.min)} to ${durationText(node.max)}`
    case 'scalar':
      return 'text, a number, true, false, or a list of these'
    case 'number': {
      const what = node.int ? 'a whole number' : 'a number'
      if (node.min !== undefined && node.max !== undefined) return `${what} from ${node.min} to ${node.max}`
      return node.min !== undefined
        ? `${what}, at least ${node.min}`
        : node.max !== undefined
          ? `${what}, at most ${node.max}`
          : what
    }
  }
}

/** A nearer hint than the table of faults has. */
export function hintFor(node: Node, tree: Leaf, value: Leaf['value'], loose: boolean): string | undefined {
  if (node.t === 'flag' && typeof value === 'string') {
    const word = value.toLowerCase()
    if (word === 'yes' || word === 'on' || word === 'y' || word === 'true') return 'Did you mean true?'
    if (word === 'no' || word === 'off' || word === 'n' || word === 'false') return 'Did you mean false?'
  }
  if (node.t === 'choice' && typeof value === 'string') {
    const meant = nearest(value, node.of)
    return meant && `Did you mean ${meant}?`
  }
  if (node.t === 'choice' && value === false && node.of.includes('none')) return 'Did you mean none?'
  if (
    node.t === 'number' &&
    !loose &&
    typeof value === 'string' &&
    value.trim() !== '' &&
    Number.isFinite(Number(value))
  ) {
    return 'Write the number without quotes.'
  }
  if (node.t === 'text' && (typeof value === 'number' || typeof value === 'boolean') && !node.secret) {
    return `Write it in quotes: "${tree.raw}".`
  }
  if (node.t === 'duration' && typeof value === 'number' && value > 0 && value <= node.max && value >= node.min) {
    return `A number without a unit is in seconds; did you mean ${value}ms?`
  }
  return undefined
}

/** The value as a fault shows it. */
export function quoted(tree: Leaf): string {
  return typeof tree.value === 'string' ? `"${tree.value}"` : tree.value === null ? 'nothing' : tree.raw
}
