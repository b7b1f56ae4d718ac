// Every setting with its value and where it comes from. What is secret is hidden; keys that nothing reads yet are marked.
import { durationText } from './duration.ts'
import { shownUrl } from './exporters.ts'
import { isActive } from './inactive.ts'
import { SCHEMA } from './schema.gen.ts'
import { originText, type Tree } from './tree.ts'
import { type Seen, validate } from './validate.ts'

export interface ExplainRow {
  readonly path: string
  /** As it would be written in YAML; `[hidden]` for a secret; undefined for an optional key that is not set. */
  readonly value: unknown
  /** `telltale.yaml:3:9`, the name of a variable, `package.json`, or `default`. */
  readonly origin: string
  /** Variables that the file's text asked for. */
  readonly variables: readonly string[]
  readonly secret: boolean
  /** False while nothing reads the key. */
  readonly active: boolean
}

export function explainTree(tree: Tree, env: NodeJS.ProcessEnv): ExplainRow[] {
  const rows: ExplainRow[] = []
  validate(SCHEMA, tree, { env, visit: (seen) => rows.push(row(seen)) })
  return rows
}

function row(seen: Seen): ExplainRow {
  const { path, pattern, node, at, variables } = seen
  const secret = node.secret === true
  return { path, value: shown(seen), origin: originText(at), variables, secret, active: isActive(pattern) }
}

function shown({ node, value }: Seen): unknown {
  if (value === undefined) return undefined
  if (node.secret) return '[hidden]'
  if (node.t === 'duration') return durationText(value as number)
  return node.t === 'text' && node.as === 'url' ? shownUrl(value as string) : value
}
