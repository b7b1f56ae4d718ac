// Loads the `@opentelemetry/instrumentation-*` packages that the application has installed, from the application's own
// folder, and gives them our providers. We bring none: what a configuration names and is not there is named in turn.
import { existsSync, readdirSync } from 'node:fs'
import nodeModule, { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { notice, thrownText } from '../base/notice.ts'
import type { OtelRegistration } from './register.ts'

export interface ContribOptions {
  /** Folder of the application. */
  readonly from: string
  readonly providers: Pick<OtelRegistration, 'tracerProvider' | 'meterProvider' | 'loggerProvider'>
  /** Packages that `auto` leaves alone because our own surfaces do the same work; short names as in the list. */
  readonly skip?: readonly string[] | undefined
  /** Also hook ES module imports; needs `node --import telltale/register`, and costs a loader thread. */
  readonly esm?: boolean | undefined
}

export interface Contrib {
  readonly loaded: readonly string[]
  /** Named, but not installed. */
  readonly missing: readonly string[]
  /** Installed, but did not load; the text says why. */
  readonly failed: Readonly<Record<string, string>>
  disable(): void
}

interface Instrumentation {
  setTracerProvider?(provider: object): void
  setMeterProvider?(provider: object): void
  setLoggerProvider?(provider: object): void
  getConfig?(): { enabled?: boolean }
  enable?(): void
  disable?(): void
}

const SCOPE = '@opentelemetry'
const PREFIX = 'instrumentation-'
const HOOK = '@opentelemetry/instrumentation/hook.mjs'

/** `pg` and `@opentelemetry/instrumentation-pg` are the same; any other name is a package as it stands. */
function packageName(name: string): string {
  return name.startsWith('@') || name.includes('/') || name.includes('instrumentation')
    ? name
    : `${SCOPE}/${PREFIX}${name}`
}

/** Every contrib instrumentation in the folder or above it that the application could load. */
export function installedContrib(from: string): string[] {
  const found = new Set<string>()
  for (let folder = from; ; folder = dirname(folder)) {
    const scope = join(folder, 'node_modules', SCOPE)
    if (existsSync(scope)) {
      for (const name of readdirSync(scope)) if (name.startsWith(PREFIX)) found.add(`${SCOPE}/${name}`)
    }
    if (folder === dirname(folder)) return [...found].sort()
  }
}

export function loadContrib(list: 'auto' | readonly string[], options: ContribOptions): Contrib {
  const skip = new Set((options.skip ?? []).map(packageName))
  const names =
    list === 'auto' ? installedContrib(options.from).filter((name) => !skip.has(name)) : list.map(packageName)
  const require = createRequire(join(options.from, 'package.json'))
  const loaded: string[] = []
  const missing: string[] = []
  const failed: Record<string, string> = {}
  const running: Instrumentation[] = []
  if (options.esm === true && names.length > 0) hookImports(options.from, failed)
  for (const name of new Set(names)) {
    let found: boolean
    try {
      require.resolve(name)
      found = true
    } catch (error) {
      // A package that is there and exports nothing to require is a failure of another kind.
      found = (error as { code?: string }).code !== 'MODULE_NOT_FOUND'
    }
    if (!found) {
      missing.push(name)
      continue
    }
    try {
      const made = instancesOf(require(name) as Record<string, unknown>)
      if (made.length === 0) throw new Error('it exports no instrumentation')
      for (const one of made) {
        connect(one, options.providers)
        running.push(one)
      }
      loaded.push(name)
    } catch (error) {
      failed[name] = thrownText(error).split('\n')[0]!
    }
  }
  say(missing, failed)
  return {
    loaded,
    missing,
    failed,
    disable() {
      for (const one of running.splice(0)) {
        try {
          one.disable?.()
        } catch {}
      }
    },
  }
}

/** One of each instrumentation class that the package exports; a class exported under two names counts once. */
function instancesOf(exported: Record<string, unknown>): Instrumentation[] {
  const classes = new Set<new () => Instrumentation>()
  for (const value of Object.values(exported)) {
    if (typeof value !== 'function') continue
    const prototype = value.prototype as Instrumentation | undefined
    if (typeof prototype?.setTracerProvider === 'function' && typeof prototype.enable === 'function') {
      classes.add(value as new () => Instrumentation)
    }
  }
  return [...classes].map((Class) => new Class())
}

function connect(one: Instrumentation, providers: ContribOptions['providers']): void {
  one.setTracerProvider?.(providers.tracerProvider)
  if (providers.meterProvider) one.setMeterProvider?.(providers.meterProvider)
  if (providers.loggerProvider) one.setLoggerProvider?.(providers.loggerProvider)
  // The constructor has enabled it already, unless its configuration says otherwise.
  if (one.getConfig?.().enabled === false) one.enable?.()
}

function hookImports(from: string, failed: Record<string, string>): void {
  try {
    const base = join(from, 'package.json')
    createRequire(base).resolve(HOOK)
    // Newer Nodes deprecate it and one may drop it; asked for by name it would then fail the whole file.
    nodeModule.register?.(HOOK, pathToFileURL(base))
  } catch (error) {
    failed[HOOK] = thrownText(error).split('\n')[0]!
  }
}

function say(missing: readonly string[], failed: Readonly<Record<string, string>>): void {
  if (missing.length > 0) {
    notice(
      'warn',
      'otel.contrib.missing',
      `instrumentations that are configured are not installed: ${missing.join(', ')}; npm install them or take them off the list`,
    )
  }
  for (const [name, why] of Object.entries(failed)) {
    notice('warn', 'otel.contrib.failed', `instrumentation ${name} did not load: ${why}`)
  }
}
