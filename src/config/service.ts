// Who is speaking: OTEL_SERVICE_NAME, `opentelemetry.service_name`, `resource.attributes[service.name]`, `name`;
// without a file the nearest package.json. The chosen value is written back into the tree, so that `explain` shows it.
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { interpolate } from './interpolate.ts'
import { find, type Leaf, leaf, put, type Tree } from './tree.ts'

const NAME = ['observability', 'opentelemetry', 'service_name'] as const
const VERSION = ['observability', 'opentelemetry', 'service_version'] as const
const ATTRIBUTES = ['observability', 'opentelemetry', 'resource', 'attributes'] as const

/** Fills in name and version from what may stand in for them; false when a file says neither name. */
export function identify(tree: Tree, file: string | undefined, cwd: string, env: NodeJS.ProcessEnv): boolean {
  const version = textAt(tree, VERSION) ?? setAt(tree, 'service.version', env)
  if (version) put(tree, VERSION, version)
  const name = textAt(tree, NAME) ?? setAt(tree, 'service.name', env) ?? textAt(tree, ['name'])
  if (name) put(tree, NAME, name)
  if (file !== undefined || (name && version))
    return [NAME, ['name'], [...ATTRIBUTES, 'service.name']].some((path) => find(tree, path) !== undefined)
  const manifest = manifestOf(cwd)
  const at = { file: 'package.json' }
  if (!name) put(tree, NAME, leaf(manifest?.name || 'unknown_service:node', manifest?.name ? at : {}))
  if (!version && manifest?.version) put(tree, VERSION, leaf(manifest.version, at))
  return true
}

function textAt(tree: Tree, path: readonly string[]): Leaf | undefined {
  const found = find(tree, path)
  return found?.kind === 'leaf' && typeof found.value === 'string' && found.value !== '' ? found : undefined
}

/** The attribute, unless it needs a variable that is unset: then it is left out. */
function setAt(tree: Tree, attribute: string, env: NodeJS.ProcessEnv): Leaf | undefined {
  const found = textAt(tree, [...ATTRIBUTES, attribute])
  const unset = found && interpolate(String(found.value), env).unset !== undefined
  return unset ? undefined : found
}

interface Manifest {
  readonly name: string | undefined
  readonly version: string | undefined
}

/** Name and version in the nearest package.json, from `from` upwards. */
export function manifestOf(from: string): Manifest | undefined {
  let folder = resolve(from)
  for (;;) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
        string,
        unknown
      >
      return {
        name: typeof name === 'string' && name !== '' ? name : undefined,
        version: typeof version === 'string' && version !== '' ? version : undefined,
      }
    } catch {}
    const parent = dirname(folder)
    if (parent === folder) return undefined
    folder = parent
  }
}
