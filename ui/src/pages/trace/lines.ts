// A trace as lines of a waterfall: its spans, the logs of each under it, and what of it is folded away.
import type { LogRow, SpanRow, TraceAnswer } from '../../../../src/store/answers.ts'

export interface SpanLine {
  readonly kind: 'span'
  readonly key: string
  readonly span: SpanRow
  readonly depth: number
  /** Place in the tree. */
  readonly place: number
  readonly children: number
  /** All spans below. */
  readonly below: number
  readonly failedBelow: number
  readonly folded: boolean
  /** Key of the line that it is under; null at the top. */
  readonly parent: string | null
}

export interface LogLine {
  readonly kind: 'log'
  readonly key: string
  readonly log: LogRow
  readonly depth: number
  readonly parent: string | null
}

export type Line = SpanLine | LogLine

export interface Shape {
  readonly spans: readonly SpanLine[]
  readonly byId: ReadonlyMap<string, SpanLine>
  readonly start: number
  readonly end: number
}

/** What does not depend on what is folded. */
export function shapeOf(trace: TraceAnswer): Shape {
  const { tree } = trace
  const spans: SpanLine[] = []
  const byId = new Map<string, SpanLine>()
  let end = trace.start_ms + trace.duration_ms
  const above: { key: string; depth: number }[] = []
  tree.forEach((span, place) => {
    while (above.length > 0 && above[above.length - 1]!.depth >= span.depth) above.pop()
    let below = 0
    let children = 0
    let failedBelow = 0
    for (let i = place + 1; i < tree.length && tree[i]!.depth > span.depth; i++) {
      below++
      if (tree[i]!.depth === span.depth + 1) children++
      if (tree[i]!.status === 'error') failedBelow++
    }
    const parent = above[above.length - 1]?.key ?? null
    const line: SpanLine = {
      kind: 'span',
      key: span.span_id,
      span,
      depth: span.depth,
      place,
      children,
      below,
      failedBelow,
      folded: false,
      parent,
    }
    above.push({ key: span.span_id, depth: span.depth })
    spans.push(line)
    byId.set(span.span_id, line)
    end = Math.max(end, span.start_ms + span.duration_ms)
  })
  return { spans, byId, start: trace.start_ms, end: Math.max(end, trace.start_ms + 0.001) }
}

/** The lines that are in sight. */
export function linesOf(shape: Shape, loose: readonly LogRow[], folded: ReadonlySet<string>, logs: boolean): Line[] {
  const lines: Line[] = []
  let hidden = Number.POSITIVE_INFINITY
  for (const line of shape.spans) {
    if (line.depth > hidden) continue
    hidden = Number.POSITIVE_INFINITY
    const isFolded = folded.has(line.key) && line.children > 0
    lines.push(isFolded ? { ...line, folded: true } : line)
    if (isFolded) hidden = line.depth
    if (logs) for (const log of line.span.logs) lines.push(logLine(log, line.depth + 1, line.key))
  }
  if (logs) for (const log of loose) lines.push(logLine(log, 0, null))
  return lines
}

function logLine(log: LogRow, depth: number, parent: string | null): LogLine {
  return { kind: 'log', key: `log ${log.number}`, log, depth, parent }
}

export const bodyText = (body: LogRow['body']): string => (typeof body === 'string' ? body : JSON.stringify(body))

const texts = new WeakMap<SpanRow, string>()

/** Everything that a search inside of the trace looks at. */
function textOf(span: SpanRow): string {
  let text = texts.get(span)
  if (text === undefined) {
    const { name, service, kind, status_message: message, span_id: id, attributes, events, logs } = span
    const rest = [
      attributes,
      events.map((event) => [event.name, event.attributes]),
      logs.map(({ body, attributes: own }) => [body, own]),
    ]
    text = `${name}\n${service}\n${kind}\n${message}\n${id}\n${JSON.stringify(rest)}`.toLowerCase()
    texts.set(span, text)
  }
  return text
}

/** Ids of the spans in which all words occur, in order; `error` and `is:error` find what failed. */
export function matchesOf(shape: Shape, find: string): string[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return []
  return shape.spans
    .filter(({ span }) =>
      words.every((word) => (word === 'is:error' ? span.status === 'error' : textOf(span).includes(word))),
    )
    .map(({ key }) => key)
}

/** What must be unfolded to see a span. */
export function parentsOf(shape: Shape, id: string): string[] {
  const found: string[] = []
  for (let at = shape.byId.get(id)?.parent ?? null; at !== null; at = shape.byId.get(at)?.parent ?? null) found.push(at)
  return found
}

export interface Stretch {
  readonly from: number
  readonly to: number
}

/** The critical path: at each moment the span that all the others waited for. By span, its stretches in epoch ms. */
export function criticalPath(shape: Shape): Map<string, Stretch[]> {
  const below = new Map<string, SpanLine[]>()
  for (const line of shape.spans)
    if (line.parent !== null) below.set(line.parent, [...(below.get(line.parent) ?? []), line])
  const path = new Map<string, Stretch[]>()
  const waiting: { line: SpanLine; until: number }[] = []
  const root = shape.spans[0]
  if (root !== undefined) waiting.push({ line: root, until: root.span.start_ms + root.span.duration_ms })
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    const { line, until } = one
    const start = line.span.start_ms
    let at = Math.min(until, start + line.span.duration_ms)
    const stretches: Stretch[] = []
    const last = [...(below.get(line.key) ?? [])].sort((a, b) => endOf(b) - endOf(a))
    for (const child of last) {
      const end = Math.min(endOf(child), at)
      if (child.span.start_ms >= at || end <= start || endOf(child) > start + line.span.duration_ms) continue
      if (at > end) stretches.push({ from: end, to: at })
      waiting.push({ line: child, until: end })
      at = Math.max(start, child.span.start_ms)
    }
    if (at > start) stretches.push({ from: start, to: at })
    path.set(line.key, stretches)
  }
  return path
}

const endOf = ({ span }: SpanLine): number => span.start_ms + span.duration_ms
