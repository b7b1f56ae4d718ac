// The global under which every copy of `@opentelemetry/api` 1.x in the process finds its providers. We write it as the
// API itself would, without loading it. The API's own rule decides who sees what is there: a copy of minor version m
// reads a slot whose version has a minor of at least m, and registers only into one of exactly its own version.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const API = Symbol.for('opentelemetry.js.api.1')
const LOGS = Symbol.for('io.opentelemetry.js.api.logs')
/** The version that `@opentelemetry/api-logs` asks for; another gets its no-op. */
const LOGS_VERSION = 1
/** The newest API whose whole surface we have; what the slot says when no copy is found. */
export const NEWEST = '1.10.0'

export type Part = 'trace' | 'context' | 'propagation' | 'metrics' | 'diag'

type Slot = { readonly version: string } & Partial<Record<Part, unknown>>

type LogsGetter = (version: number) => unknown

const held = globalThis as { [API]?: Slot; [LOGS]?: LogsGetter }

/** The slot, made with `version` when there is none; an existing one keeps its version. */
export function slot(version: string): Slot {
  held[API] ??= Object.defineProperty({}, 'version', { value: version, enumerable: true }) as Slot
  return held[API]
}

/** Puts `instance` in, or answers what is there already. */
export function put(part: Part, instance: object, version: string): unknown {
  const there = slot(version)
  if (there[part] !== undefined && there[part] !== null) return there[part]
  there[part] = instance
  return undefined
}

/** Takes `instance` out again, if it is still the one that is there. */
export function take(part: Part, instance: object): void {
  const there = held[API]
  if (there?.[part] === instance) delete there[part]
}

export function putLogs(provider: object): unknown {
  if (held[LOGS] !== undefined) return held[LOGS](LOGS_VERSION) ?? held[LOGS]
  held[LOGS] = Object.assign((version: number) => (version === LOGS_VERSION ? provider : undefined), { provider })
  return undefined
}

export function takeLogs(provider: object): void {
  if ((held[LOGS] as { provider?: object } | undefined)?.provider === provider) delete held[LOGS]
}

/** A copy of the API that is loaded already. */
export interface Copy {
  readonly version: string
  readonly trace: { getTracerProvider(): unknown } | undefined
  readonly logs: { getLoggerProvider(): unknown } | undefined
}

const ENTRY = /[\\/]@opentelemetry[\\/](api|api-logs)[\\/](?:build[\\/]src|dist)[\\/]index\.c?js$/

/** Those that CommonJS has loaded. */
export function loadedCopies(from: string): Copy[] {
  const { cache } = createRequire(join(from, 'package.json'))
  const copies: Copy[] = []
  for (const file of Object.keys(cache)) {
    const match = ENTRY.exec(file)
    if (match === null) continue
    const exported = cache[file]?.exports as Partial<Copy> | undefined
    const root = file.slice(0, match.index)
    const version = match[1] === 'api' ? (versionIn(join(root, '@opentelemetry', 'api')) ?? '') : ''
    copies.push({ version, trace: exported?.trace, logs: exported?.logs })
  }
  return copies
}

/**
 * What `import` gives a program of ES modules, where that is not what `require` gives: from 1.10 on the two are files of
 * their own, and nothing tells which ES modules are loaded. One that is not is loaded by this, in such programs alone.
 */
export function importedCopy(from: string): Copy | undefined {
  const { features, mainModule } = process as { features: { require_module?: boolean }; mainModule?: unknown }
  const folder = folderOf(from)
  if (folder === undefined || mainModule !== undefined || features.require_module !== true) return undefined
  try {
    // Asked from its own folder, Node says nothing about a `require` of an ES module.
    const require = createRequire(join(folder, 'package.json'))
    const { exports } = require('./package.json') as { exports?: { readonly ['.']?: unknown } }
    const entry = importEntry(exports?.['.'])
    if (entry === undefined || !entry.endsWith('.mjs')) return undefined
    const { trace, logs } = require(join(folder, entry)) as Partial<Copy>
    return { version: versionIn(folder) ?? '', trace, logs }
  } catch {
    return undefined
  }
}

/** The file that the conditions of an `import` in Node lead to. */
function importEntry(target: unknown): string | undefined {
  if (typeof target === 'string') return target
  if (typeof target !== 'object' || target === null) return undefined
  for (const [condition, next] of Object.entries(target)) {
    if (!['node', 'import', 'module-sync', 'default'].includes(condition)) continue
    const entry = importEntry(next)
    if (entry !== undefined) return entry
  }
  return undefined
}

/** Version of the API that the application in folder `from` would load; undefined when it has none. */
export function installedVersion(from: string): string | undefined {
  const folder = folderOf(from)
  return folder === undefined ? undefined : versionIn(folder)
}

function folderOf(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const api = join(folder, 'node_modules', '@opentelemetry', 'api')
    if (versionIn(api) !== undefined) return api
    if (folder === dirname(folder)) return undefined
  }
}

function versionIn(folder: string): string | undefined {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return undefined
  try {
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown }
    return typeof version === 'string' && /^1\.\d+\.\d+$/.test(version) ? version : undefined
  } catch {
    return undefined
  }
}

/** The higher of two versions 1.x.y. */
export function higher(a: string, b: string): string {
  const [, minorA = 0, patchA = 0] = a.split('.').map(Number)
  const [, minorB = 0, patchB = 0] = b.split('.').map(Number)
  return minorA > minorB || (minorA === minorB && patchA >= patchB) ? a : b
}
