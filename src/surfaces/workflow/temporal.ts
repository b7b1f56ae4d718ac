// Temporal: its own OpenTelemetry plugin over our providers and the propagators that the process is configured with, and its
// metrics in our registry. Off unless the configuration turns it on (W-34); turned on, whatever is missing is a fault when
// it is set up, so that no worker runs untold.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Fault } from '../../base/fault.ts'
import { noticeOnce, thrownText } from '../../base/notice.ts'
import { seen } from '../../base/seen.ts'
import { Scope } from '../../model/attribute.ts'
import { sandboxModule } from './folder.ts'
import { type MetricMeter, metricMeter, noMeter } from './meter.ts'
import { surface } from './running.ts'
import type { WorkflowSurface } from './surface.ts'
import { collectTemporal, type TemporalBuffer } from './temporal-metrics.ts'
import { type ReadableSpan, recordOf } from './temporal-spans.ts'

/** A plugin of Temporal's, by shape: what it does to options, it does for `Worker`, `Client` and `bundleWorkflowCode`. */
export interface TemporalPlugin {
  readonly name: string
  configureClient?<T>(options: T): T
  configureWorker?<T>(options: T): T
  configureReplayWorker?<T>(options: T): T
  configureBundler?<T>(options: T): T
}

/** Where what Temporal's core counts goes: our registry, its own Prometheus endpoint, an OTLP endpoint, or nowhere. */
export type TemporalMetrics =
  | 'registry'
  | 'none'
  | { readonly prometheus: string }
  | { readonly otlp: string; readonly headers?: Readonly<Record<string, string>> }

export interface TemporalOptions {
  /** Folder of the application, from which its packages are found; the working directory when left out. */
  readonly from?: string | undefined
  /** `registry` where @temporalio/worker is installed, else `none`. */
  readonly metrics?: TemporalMetrics | undefined
}

export interface TemporalTelemetry {
  /** For `plugins` of `Worker.create`, `new Client` and `bundleWorkflowCode`. */
  readonly plugins: TemporalPlugin[]
  /** Factories of activity interceptors alone, as `MockActivityEnvironment` takes them. */
  // biome-ignore lint/suspicious/noExplicitAny: a function of Temporal's, whose types we do not import
  readonly activityInterceptors: ((context: any) => any)[]
  /** For `Runtime.install`, before the first worker or connection. */
  // biome-ignore lint/suspicious/noExplicitAny: options of Temporal's, with a class of theirs in them
  readonly runtime: { telemetryOptions?: { metrics?: any } }
  /** Records straight into the registry. */
  readonly metricMeter: MetricMeter
  /** Reads no metrics any more, after a last time. */
  stop(): void
}

interface OtelModule {
  readonly OpenTelemetryPlugin?: new (options: object) => TemporalPlugin
}

interface WorkerModule {
  readonly MetricsBuffer?: new (options: object) => TemporalBuffer
}

const OTEL = ['@temporalio/interceptors-opentelemetry', '@temporalio/interceptors-opentelemetry-v2']
const WORKER = '@temporalio/worker'
const API = Symbol.for('opentelemetry.js.api.1')

/**
 * What workers and clients of Temporal are given, empty where `surfaces.workflow.temporal.enabled` is false or telemetry
 * does not run. Throws PEER_MISSING for a package that is not installed and TEMPORAL_SETUP for what else is in the way.
 * Call it after `start()`.
 */
export function temporal(options: TemporalOptions = {}): TemporalTelemetry {
  const all = surface()
  if (all === null || !all.options.temporal) {
    if (all === null) sayEarly()
    return { plugins: [], activityInterceptors: [], runtime: {}, metricMeter: noMeter, stop() {} }
  }
  seen('temporal')
  const require = createRequire(join(options.from ?? process.cwd(), 'package.json'))
  const plugin = pluginOf(all, require)
  const { metrics, stop } = metricsOf(options.metrics, require, all)
  const configured = plugin.configureWorker!({}) as { interceptors?: { activity?: ((context: unknown) => unknown)[] } }
  return {
    plugins: [plugin, ...sandbox(all.propagator.names)],
    activityInterceptors: configured.interceptors?.activity ?? [],
    runtime: metrics === null ? {} : { telemetryOptions: { metrics } },
    metricMeter: metricMeter({}, all.options.registry ?? undefined),
    stop,
  }
}

function sayEarly(): void {
  const text = 'temporal() was called while telemetry does not run: workers and clients are not observed'
  noticeOnce('workflow.temporal', 'warn', 'workflow.temporal', text)
}

function pluginOf(all: WorkflowSurface, require: NodeJS.Require): TemporalPlugin {
  const slot = (globalThis as unknown as Record<symbol, Record<string, unknown> | undefined>)[API]
  const unset = ['trace', 'context', 'propagation'].filter((part) => slot?.[part] === undefined)
  if (unset.length > 0) {
    throw new Fault('TEMPORAL_SETUP', {
      found: `nothing registered with @opentelemetry/api for ${unset.join(', ')}`,
      hint: 'Call temporal() after start(), and keep opentelemetry enabled.',
    })
  }
  const name = OTEL.find((one) => isInstalled(one, require)) ?? OTEL[0]!
  const { OpenTelemetryPlugin } = load(name, require) as OtelModule
  if (typeof OpenTelemetryPlugin !== 'function') {
    throw new Fault('TEMPORAL_SETUP', {
      subject: name,
      found: 'no OpenTelemetryPlugin in it',
      hint: 'Install a version of it that has one, the same as that of @temporalio/worker.',
    })
  }
  try {
    return new OpenTelemetryPlugin({ resource: { attributes: {} }, spanProcessor: processorOf(all) })
  } catch (error) {
    throw new Fault('TEMPORAL_SETUP', { subject: name, found: String(error) }, { cause: error })
  }
}

/** `SpanProcessor` of the SDK, for the spans that the sandbox has ended. */
function processorOf({ options, tracer }: WorkflowSurface): object {
  return {
    onStart() {},
    onEnd(span: ReadableSpan & { instrumentationLibrary?: Scoped; instrumentationScope?: Scoped }) {
      if (tracer === null || !tracer.engine.on) return
      try {
        const { name = '', version = '' } = span.instrumentationScope ?? span.instrumentationLibrary ?? {}
        const record = recordOf(span, scopeOf(name, version), tracer.engine.limits)
        if (record !== null) options.finish(record)
      } catch (error) {
        const text = `a span of workflow code cannot be read: ${thrownText(error)}`
        noticeOnce('workflow.temporal.span', 'warn', 'workflow.temporal', text)
      }
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  }
}

interface Scoped {
  readonly name?: string
  readonly version?: string
}

const scopes = new Map<string, Scope>()

function scopeOf(name: string, version: string): Scope {
  const key = `${name}\n${version}`
  const held = scopes.get(key)
  if (held !== undefined) return held
  const made = new Scope(name, version)
  if (scopes.size < 100) scopes.set(key, made)
  return made
}

/** Our module for the sandbox, where W3C is not all that is spoken. */
function sandbox(formats: readonly string[]): TemporalPlugin[] {
  if (formats.every((format) => format === 'tracecontext' || format === 'baggage')) return []
  const module = sandboxModule()
  if (module === null) throw new Fault('TEMPORAL_SETUP', { found: 'our module for the sandbox is not in the package' })
  const worker = <T>(options: T): T => {
    const given = options as { workflowsPath?: string; interceptors?: { workflowModules?: string[] } }
    if (given.workflowsPath === undefined) return options
    const workflowModules = [...(given.interceptors?.workflowModules ?? []), module]
    return { ...options, interceptors: { ...given.interceptors, workflowModules } }
  }
  return [
    {
      name: 'telltale',
      configureWorker: worker,
      configureReplayWorker: worker,
      configureBundler<T>(options: T): T {
        const { workflowInterceptorModules = [] } = options as { workflowInterceptorModules?: string[] }
        return { ...options, workflowInterceptorModules: [...workflowInterceptorModules, module] }
      },
    },
  ]
}

function metricsOf(
  wanted: TemporalMetrics | undefined,
  require: NodeJS.Require,
  all: WorkflowSurface,
): { metrics: object | null; stop: () => void } {
  const nothing = { metrics: null, stop: () => {} }
  const useSecondsForDurations = true
  if (wanted === 'none' || (wanted === undefined && !isInstalled(WORKER, require))) return nothing
  if (typeof wanted === 'object' && 'prometheus' in wanted) {
    const prometheus = { bindAddress: wanted.prometheus, useSecondsForDurations }
    return { metrics: { prometheus }, stop: () => {} }
  }
  if (typeof wanted === 'object') {
    const http = !wanted.otlp.startsWith('grpc')
    const otel = { url: wanted.otlp, http, headers: { ...wanted.headers }, useSecondsForDurations }
    return { metrics: { otel }, stop: () => {} }
  }
  const { registry } = all.options
  if (registry === null) return nothing
  const { MetricsBuffer } = load(WORKER, require) as WorkerModule
  if (typeof MetricsBuffer !== 'function') {
    throw new Fault('TEMPORAL_SETUP', {
      subject: WORKER,
      found: 'no MetricsBuffer in it',
      hint: 'Install a version of it that has one, or say where the metrics shall go: temporal({ metrics }).',
    })
  }
  const buffer = new MetricsBuffer({ useSecondsForDurations })
  return { metrics: { buffer }, stop: collectTemporal(buffer, registry) }
}

function isInstalled(name: string, require: NodeJS.Require): boolean {
  try {
    require.resolve(name)
    return true
  } catch {
    return false
  }
}

function load(name: string, require: NodeJS.Require): unknown {
  if (!isInstalled(name, require)) {
    throw new Fault('PEER_MISSING', {
      subject: name,
      found: 'surfaces.workflow.temporal.enabled',
      hint: `Install it (npm install ${name}), or turn surfaces.workflow.temporal off.`,
    })
  }
  try {
    return require(name) as unknown
  } catch (error) {
    throw new Fault('TEMPORAL_SETUP', { subject: name, found: String(error) }, { cause: error })
  }
}
