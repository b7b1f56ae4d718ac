// The real `telltale hub` as a process of its own, and what its API tells of each trace, as an indented tree.
import type { Part, Program } from './program.ts'

interface Span {
  readonly span_id: string
  readonly parent_span_id: string | null
  readonly name: string
  readonly kind: string
  readonly service: string
  readonly status: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly links: readonly { readonly trace_id: string }[]
}

export interface Trace {
  readonly id: string
  readonly spans: readonly Span[]
}

export class HubProcess {
  readonly endpoint: string
  readonly #ui: string
  readonly part: Part

  private constructor(part: Part, endpoint: string, ui: string) {
    this.part = part
    this.endpoint = endpoint
    this.#ui = ui
  }

  static async start(program: Program): Promise<HubProcess> {
    const part = program.run(
      'hub',
      ['node_modules/telltale/dist/esm/cli.js', 'hub', '--port', '0', '--ui-port', '0', '--json'],
      {},
    )
    const said = await new Promise<string>((resolve, reject) => {
      part.child.stdout!.once('data', resolve)
      void part.ended.then(([code]) => reject(new Error(`the hub ended with ${code}: ${part.stderr}`)))
    })
    const { endpoint, ui } = JSON.parse(said) as { endpoint: string; ui: string }
    return new HubProcess(part, endpoint, ui)
  }

  async traces(): Promise<Trace[]> {
    const { items } = await this.#ask<{ items: { trace_id: string }[] }>('traces?limit=1000')
    return Promise.all(items.map(({ trace_id }) => this.trace(trace_id)))
  }

  async trace(id: string): Promise<Trace> {
    const { tree } = await this.#ask<{ tree: Span[] }>(`traces/${id}`)
    return { id, spans: tree }
  }

  /** OpenTelemetry names of what this service sent. */
  async metrics(service: string): Promise<string[]> {
    const { items } = await this.#ask<{ items: { name: string }[] }>(`metrics?service=${service}&limit=10000`)
    return items.map(({ name }) => name)
  }

  async #ask<T>(path: string): Promise<T> {
    const response = await fetch(`${this.#ui}/api/v1/${path}`)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
}

/** One line a span, below its parent, in the order of the text: `kind name (service)`. */
export function treeOf({ spans }: Trace): string {
  const known = new Set(spans.map(({ span_id }) => span_id))
  const below = (parent: string | null, indent: string): string[] =>
    spans
      .filter(({ parent_span_id: above }) => (above !== null && known.has(above) ? above : null) === parent)
      .map((span) => {
        const lost = parent === null && span.parent_span_id !== null ? ', its parent is not here' : ''
        const failed = span.status === 'error' ? ', failed' : ''
        const linked = span.links.length > 0 ? `, ${span.links.length} links` : ''
        const line = `${indent}${span.kind} ${span.name} (${span.service}${failed}${linked}${lost})`
        return [line, ...below(span.span_id, `${indent}  `)].join('\n')
      })
      .sort()
  return below(null, '').join('\n')
}

/** All of them, each with how often it came where it came more than once. */
export function forestOf(traces: readonly Trace[]): string {
  const counts = new Map<string, number>()
  for (const trace of traces) {
    const tree = treeOf(trace)
    counts.set(tree, (counts.get(tree) ?? 0) + 1)
  }
  const trees = [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
  return trees.map(([tree, count]) => `${count === 1 ? '' : `${count} times:\n`}${tree}\n`).join('\n')
}
