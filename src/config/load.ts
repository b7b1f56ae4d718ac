// Every setting, from one place: telltale.yaml, the environment over it, defaults under it. It promises all faults at
// once, each with file, line and column, in the order of the file, and an origin for every value. It refuses to guess: an
// unknown key is a fault. Nothing else in the product reads the environment, and no schema library is loaded here.
import { existsSync, readFileSync } from 'node:fs'
import { resolve as absolute, dirname, isAbsolute, join, relative } from 'node:path'
import { Fault, type FaultPlace, Faults } from '../base/fault.ts'
import type { Config } from './config.ts'
import { overlayEnvironment, sdkDisabled } from './environment.ts'
import { type ExplainRow, explainTree } from './explain.ts'
import type { Said } from './exporters.ts'
import { resolve } from './resolve.ts'
import { applyRules } from './rules.ts'
import { SCHEMA } from './schema.gen.ts'
import { identify } from './service.ts'
import type { Settings } from './settings.gen.ts'
import { branch, find, steps } from './tree.ts'
import { validate } from './validate.ts'
import type { Warning } from './warning.ts'
import { parseYaml, place } from './yaml.ts'

export interface LoadOptions {
  /** Without it: TELLTALE_CONFIG, else telltale.yaml in `cwd`, else defaults. */
  readonly file?: string
  /** Text instead of reading the file; `file` is then only its name. */
  readonly text?: string
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

export interface Loaded {
  readonly config: Config
  /** The file that was read, relative to `cwd` where it lies inside. */
  readonly file: string | undefined
  readonly warnings: readonly Warning[]
  explain(): ExplainRow[]
  /** The place in the file of a dotted path such as `alerts[0].name`, for faults that other rooms find. */
  place(path: string): FaultPlace | undefined
}

const FILES = ['telltale.yaml', 'telltale.yml']

/** Reads and resolves the configuration; throws Faults with everything that is wrong. */
export function loadConfig(options: LoadOptions = {}): Loaded {
  const env = options.env ?? process.env
  const cwd = options.cwd ?? process.cwd()
  const { file, text } = source(options, env, cwd)
  const parsed =
    file !== undefined && text !== undefined ? parseYaml(text, file) : { tree: branch({}), faults: [], readable: true }
  if (!parsed.readable) throw new Faults(parsed.faults)
  const { tree } = parsed
  const said: Said = { faults: parsed.faults, warnings: overlayEnvironment(tree, env) }
  if (!identify(tree, file, cwd, env)) {
    const where = { file: file!, line: tree.at.line ?? 1, column: tree.at.column ?? 1 }
    said.faults.push(new Fault('CONFIG_MISSING', { subject: 'observability.opentelemetry.service_name', where }))
  }
  const { value, faults } = validate(SCHEMA, tree, { env })
  said.faults.push(...faults)
  const settings = value as Settings
  const { service_name, service_version } = settings.observability.opentelemetry
  const service = { name: service_name ?? 'unknown_service:node', version: service_version }
  const folder = file === undefined ? absolute(cwd) : dirname(absolute(cwd, file))
  const config = resolve(settings, { env, tree, service, sdkDisabled: sdkDisabled(env), folder }, said)
  applyRules(config, tree, said)
  if (said.faults.length > 0) throw new Faults(inOrder(said.faults))
  return {
    config,
    file,
    warnings: said.warnings,
    explain: () => explainTree(tree, env),
    place: (path) => place(find(tree, steps(path))?.at),
  }
}

/**
 * What the file wants done when it is not valid, for who could not load it: this one key is read on its own, and anything
 * that is wrong with it means `continue`.
 */
export function onInvalid(options: LoadOptions = {}): 'continue' | 'exit' {
  const env = options.env ?? process.env
  try {
    const { file, text } = source(options, env, options.cwd ?? process.cwd())
    if (file === undefined || text === undefined) return 'continue'
    const written = find(parseYaml(text, file).tree, ['on_invalid'])
    const { value } = validate(SCHEMA.of['on_invalid']!, written, { env })
    return value === 'exit' ? 'exit' : 'continue'
  } catch {
    return 'continue'
  }
}

function source(options: LoadOptions, env: NodeJS.ProcessEnv, cwd: string): { file?: string; text?: string } {
  const asked = options.file ?? env['TELLTALE_CONFIG']?.trim()
  if (options.text !== undefined) return { file: asked || FILES[0]!, text: options.text }
  const file = asked || FILES.find((name) => existsSync(join(cwd, name)))
  if (!file) return {}
  const path = isAbsolute(file) ? file : join(cwd, file)
  const inside = relative(cwd, path)
  const shown = inside.startsWith('..') || isAbsolute(inside) ? path : inside
  try {
    return { file: shown, text: decode(readFileSync(path)) }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Faults([
      new Fault('CONFIG_UNREADABLE', { found: code ?? message, where: { file: shown } }, { cause: error }),
    ])
  }
}

function decode(bytes: Buffer): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}

/** By place in the file; what has none (the environment) comes first, as it was found. */
function inOrder(faults: readonly Fault[]): Fault[] {
  return [...faults].sort((a, b) => {
    const [x, y] = [a.detail.where, b.detail.where]
    return (x?.line ?? 0) - (y?.line ?? 0) || (x?.column ?? 0) - (y?.column ?? 0)
  })
}
