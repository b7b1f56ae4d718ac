// What stands behind `@opentelemetry/api`: our tracers, meters and loggers, our context and our propagation, put under
// the API's global so that every library written against it works unchanged. The API is never loaded for it, and what
// somebody else has registered is never replaced: it is named, and ours stands back for that part.
import { notice } from '../base/notice.ts'
import type { HostRule } from '../context/hosts.ts'
import type { Propagator } from '../context/propagator.ts'
import type { Registry } from '../metrics/registry.ts'
import type { LogRecord } from '../model/log.ts'
import { ContextManager } from './context-manager.ts'
import { diagLogger } from './diag.ts'
import { installLogs, type LoggerProvider, type LogLimits, loggerProvider as loggers } from './logger-provider.ts'
import { MeterProvider } from './meter-provider.ts'
import {
  higher,
  importedCopy,
  installedVersion,
  loadedCopies,
  NEWEST,
  type Part,
  put,
  putLogs,
  slot,
  take,
  takeLogs,
} from './slot.ts'
import { TextMapPropagator } from './text-map.ts'
import { TracerProvider } from './tracer-provider.ts'

export interface OtelOptions {
  readonly propagator: Propagator
  /** Left out: no meter provider. */
  readonly registry?: Registry | undefined
  /** Takes log records; left out: no logger provider. */
  readonly log?: ((record: LogRecord) => void) | undefined
  readonly logLimits?: LogLimits | undefined
  /** Where baggage may go (ruling 37); nowhere when left out. */
  readonly baggage?: HostRule | undefined
  /** False leaves the API's diagnostics to the application. */
  readonly diag?: boolean | undefined
  /** Look for what ES modules took before now; false when nothing of the application has run yet. Default true. */
  readonly imported?: boolean | undefined
  /** Folder of the application, where its copy of the API is; the working directory when left out. */
  readonly from?: string | undefined
}

export interface OtelRegistration {
  readonly tracerProvider: TracerProvider
  readonly meterProvider: MeterProvider | undefined
  readonly loggerProvider: LoggerProvider | undefined
  /** Parts that are ours now, such as `trace` or `logs`. */
  readonly registered: readonly string[]
  /** Parts that somebody else had registered, by the name of what is there. */
  readonly taken: Readonly<Record<string, string>>
  unregister(): void
}

export function registerOtel(options: OtelOptions): OtelRegistration {
  const from = options.from ?? process.cwd()
  const copies = loadedCopies(from)
  const imported = options.imported === false ? undefined : importedCopy(from)
  if (imported !== undefined) copies.push(imported)
  let version = installedVersion(from) ?? ''
  for (const copy of copies)
    if (copy.version !== '') version = version === '' ? copy.version : higher(version, copy.version)
  version ||= NEWEST
  const made = slot(version)
  if (higher(made.version, version) !== made.version) {
    notice(
      'warn',
      'otel.version',
      `the OpenTelemetry global was made by @opentelemetry/api ${made.version}; copies newer than that, such as ${version}, do not see it`,
    )
  }

  const tracerProvider = new TracerProvider()
  const meterProvider = options.registry && new MeterProvider(options.registry)
  const loggerProvider = options.log && loggers()
  const parts: [Part, object | undefined][] = [
    ['diag', options.diag === false ? undefined : diagLogger()],
    ['context', new ContextManager()],
    ['propagation', new TextMapPropagator(options.propagator, options.baggage ?? (() => false))],
    ['trace', tracerProvider],
    ['metrics', meterProvider],
  ]

  // Who asked a copy of the API for a tracer or logger before now holds a proxy; it is asked for while it is still bare.
  const tracing = copies.map((copy) => copy.trace?.getTracerProvider()).filter(isProxy)
  const logging = copies.map((copy) => copy.logs?.getLoggerProvider()).filter(isLoggerProxy)

  const registered: string[] = []
  const taken: Record<string, string> = {}
  const undo: (() => void)[] = []
  for (const [part, instance] of parts) {
    if (instance === undefined) continue
    const there = put(part, instance, version)
    if (there === undefined) {
      registered.push(part)
      undo.push(() => take(part, instance))
    } else {
      taken[part] = nameOf(there)
    }
  }
  if (loggerProvider !== undefined) {
    const there = putLogs(loggerProvider)
    if (there === undefined) {
      registered.push('logs')
      installLogs(options.log ?? null, options.logLimits)
      undo.push(() => {
        takeLogs(loggerProvider)
        installLogs(null)
      })
    } else {
      taken['logs'] = nameOf(there)
    }
  }
  if (registered.includes('trace')) for (const proxy of tracing) proxy.setDelegate(tracerProvider)
  if (registered.includes('logs')) for (const proxy of logging) proxy._setDelegate(loggerProvider as object)

  for (const [part, name] of Object.entries(taken)) {
    notice(
      'warn',
      'otel.taken',
      `another OpenTelemetry provider is registered for ${part} (${name}); it stays, and Telltale does not see what goes through it`,
      { part, name },
    )
  }
  return {
    tracerProvider,
    meterProvider,
    loggerProvider,
    registered,
    taken,
    unregister() {
      for (const each of undo.splice(0)) each()
    },
  }
}

function isProxy(provider: unknown): provider is { setDelegate(to: object): void } {
  return typeof (provider as { setDelegate?: unknown } | null | undefined)?.setDelegate === 'function'
}

function isLoggerProxy(provider: unknown): provider is { _setDelegate(to: object): void } {
  return typeof (provider as { _setDelegate?: unknown } | null | undefined)?._setDelegate === 'function'
}

/** The class of a provider, looking through the API's proxies. */
function nameOf(there: unknown): string {
  const { getDelegate, _getDelegate } = there as { getDelegate?: () => object; _getDelegate?: () => object }
  try {
    const inner = getDelegate?.call(there) ?? _getDelegate?.call(there) ?? there
    return (inner as object).constructor?.name || 'unnamed'
  } catch {
    return 'unnamed'
  }
}
