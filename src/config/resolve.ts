// Settings to Config: file, environment and defaults are weighed already; here they become what rooms take.
import type { Config, QueueConfig, SamplerConfig, SpanLimits } from './config.ts'
import { inheritedHeaders, resourceVariables } from './environment.ts'
import { SIGNALS } from './exporter-variables.ts'
import { resolveExporters, type Said, type Written } from './exporters.ts'
import { UNIX } from './range.ts'
import { rangesOf, scrapeOf } from './scrape.ts'
import type { Settings } from './settings.gen.ts'
import { tokensOf } from './tokens.ts'
import { trailOf } from './trail.ts'
import type { Tree } from './tree.ts'

const DEVELOPMENT = ['development', 'dev', 'local']

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv
  readonly tree: Tree
  readonly service: { readonly name: string; readonly version: string }
  readonly sdkDisabled: boolean
  /** Absolute; where relative paths begin. */
  readonly folder: string
}

export function resolve(settings: Settings, around: Surroundings, said: Said): Config {
  const { opentelemetry, logging } = settings.observability
  const { tracing, metrics } = opentelemetry
  const development = isDevelopment(settings, around.env)
  const delayMs = development ? 200 : 2000
  const exporters = (written: readonly Written[], i: number) =>
    resolveExporters(SIGNALS[i]!, written, around.tree, development, said)
  const sent = [exporters(tracing.exporters, 0), exporters(metrics.exporters, 1), exporters(logging.sinks, 2)] as const
  const off = settings.mode === 'off'
  const disabled = around.sdkDisabled || !opentelemetry.enabled
  const traced = tracing.enabled && !disabled && !off && settings.mode !== 'no-span'
  return {
    ...settings,
    folder: around.folder,
    proxies: {
      ranges: rangesOf(settings.access.trusted_proxies),
      unix: settings.access.trusted_proxies.includes(UNIX),
    },
    disabled,
    development,
    service: around.service,
    resource: {
      ...opentelemetry.resource.attributes,
      'service.name': around.service.name,
      'service.version': around.service.version,
    },
    environment: resourceVariables(around.env),
    inherited: inheritedHeaders(around.env),
    propagators: opentelemetry.propagators.filter((name) => name !== 'none'),
    traces: {
      enabled: traced,
      record: !traced ? 'never' : settings.mode === 'full' ? 'always' : 'exported',
      exporters: traced ? sent[0] : [],
      sampler: samplerOf(tracing),
      limits: limitsOf(tracing),
      queue: queueOf(tracing, delayMs),
    },
    metrics: {
      enabled: metrics.enabled && !off,
      exporters: metrics.enabled && !disabled && !off ? sent[1] : [],
      intervalMs: metrics.export_interval,
      timeoutMs: metrics.export_timeout,
      temporality: metrics.temporality,
      families: {
        http: metrics.http_metrics,
        database: metrics.database_metrics,
        system: metrics.system_metrics,
        custom: metrics.custom_metrics,
      },
    },
    logs: {
      enabled: !off,
      level: logging.level,
      selfLevel: logging.self_level,
      format: logging.format,
      includeSpans: logging.include_spans,
      includeTargets: logging.include_targets,
      includeThreadIds: logging.include_thread_ids,
      includeLineNumbers: logging.include_line_numbers,
      sampling: logging.sampling,
      bridges: logging.bridges,
      exporters: !disabled && !off ? sent[2] : [],
      limits: { attributes: logging.max_attributes, valueLength: length(logging.max_attribute_length) },
      queue: queueOf(logging, delayMs),
    },
    scrape: scrapeOf(settings, around, off),
    jwtSecret: around.env[settings.access.jwt.secret_env] || undefined,
    tokens: tokensOf(settings, around.env, around.folder),
    trail: trailOf(settings, around.env, around.folder),
  }
}

/** `dev: true`, or NODE_ENV or the deployment environment says so. */
function isDevelopment(settings: Settings, env: NodeJS.ProcessEnv): boolean {
  const { attributes } = settings.observability.opentelemetry.resource
  const named = [env['NODE_ENV'], attributes['deployment.environment.name'], attributes['deployment.environment']]
  return settings.dev || named.some((name) => typeof name === 'string' && DEVELOPMENT.includes(name.toLowerCase()))
}

/** R-04 and ruling 15: at 0 nothing is recorded; else the decision of a trace that arrives is kept. */
function samplerOf(tracing: Settings['observability']['opentelemetry']['tracing']): SamplerConfig {
  const ratio = tracing.sample_rate
  if (tracing.sampler) return { name: tracing.sampler, ratio }
  if (ratio >= 1) return { name: 'parentbased_always_on', ratio: 1 }
  return ratio <= 0 ? { name: 'always_off', ratio: 0 } : { name: 'parentbased_traceidratio', ratio }
}

function limitsOf(tracing: Settings['observability']['opentelemetry']['tracing']): SpanLimits {
  return {
    attributes: tracing.max_attributes_per_span,
    events: tracing.max_events_per_span,
    links: tracing.max_links_per_span,
    attributesPerEvent: tracing.max_attributes_per_event,
    attributesPerLink: tracing.max_attributes_per_link,
    valueLength: length(tracing.max_attribute_length),
  }
}

function queueOf(
  written: Pick<Settings['observability']['logging'], `export_${'batch_size' | 'delay' | 'timeout'}` | 'queue_size'>,
  delayMs: number,
): QueueConfig {
  const size = written.queue_size ?? 2048
  return {
    size,
    limit: written.queue_size,
    batch: Math.min(written.export_batch_size, size),
    delayMs: written.export_delay ?? delayMs,
    timeoutMs: written.export_timeout,
  }
}

function length(written: number): number {
  return written === 0 ? Number.POSITIVE_INFINITY : written
}
