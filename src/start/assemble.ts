// The recipe, and the one place that knows every room. It runs to its end without waiting: when it returns, requests are
// observed. What has to be waited for (listeners, contrib packages) is `Telltale.open`, afterwards.
import { Tenants } from '../access/tenants.ts'
import { notice, onNotice } from '../base/notice.ts'
import { loadConfig } from '../config/load.ts'
import { requirePeers } from '../config/peers.ts'
import { allowHosts } from '../context/hosts.ts'
import { Propagator } from '../context/propagator.ts'
import { health } from '../health/default.ts'
import { uptime } from '../health/uptime.ts'
import { Lifecycle, STOP } from '../lifecycle/lifecycle.ts'
import { watchSignals } from '../lifecycle/signals.ts'
import { installLogs } from '../logs/installed.ts'
import { noticeToLogger } from '../logs/notice.ts'
import type { Sink } from '../model/batch.ts'
import { loadContrib } from '../otel/contrib.ts'
import { registerOtel } from '../otel/register.ts'
import { Redactor } from '../redact/redact.ts'
import { detectResource } from '../resource/resource.ts'
import { HttpSurface } from '../surfaces/http/surface.ts'
import { install } from '../trace/installed.ts'
import { TrafficRing } from '../traffic/ring.ts'
import { serviceConsole } from './endpoints.ts'
import { probe } from './probe.ts'
import { observeOurselves } from './self.ts'
import { startSignals } from './signals.ts'
import { configuredSinks } from './sinks.ts'
import { Telltale } from './telltale.ts'

export interface StartOptions {
  /** The file; without it TELLTALE_CONFIG, else telltale.yaml in `cwd`, else good defaults. */
  readonly config?: string
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** Hook ES module imports for contrib packages; `telltale/register` does, since only there it is early enough. @internal */
  readonly hooks?: boolean
  /** Sinks beside the configured ones: an embedded store, a test. */
  readonly sinks?: readonly Sink[]
}

/** Contrib packages that would see what our own surfaces see already. */
const OURS = ['http', 'undici', 'express', 'fastify', 'pino']

export function assemble(options: StartOptions): Telltale {
  // 1. What is asked for. Whatever is wrong is thrown here, before anything is opened.
  const loaded = loadConfig({ file: options.config, cwd: options.cwd, env: options.env })
  const { config, file, warnings } = loaded
  requirePeers(config, options.cwd)
  const sinks = [...configuredSinks(config), ...(options.sinks ?? [])]

  // 2. Who is speaking, and since when.
  uptime.begin()
  const resource = detectResource({ attributes: config.resource, service: config.service, env: config.environment })
  const redactor = new Redactor({ keys: config.redact.keys, emails: config.redact.emails })

  // 3. The signals.
  const signals = startSignals(loaded, resource, sinks, redactor)
  const { registry, pipeline, engine, logs } = signals
  install(engine)
  installLogs(logs)
  logs.start()
  const listened = onNotice(noticeToLogger(logs))
  for (const warning of warnings) notice('warn', warning.code, warning.text)
  const unobserve = config.mode === 'off' ? null : observeOurselves(registry, pipeline, engine)
  health.configure(config.observability.health.checks, { fetch: probe(config.access.endpoint_policy) })

  // 4. Where the application touches us.
  const lifecycle = new Lifecycle()
  const traffic = new TrafficRing()
  const propagator = new Propagator(config.propagators)
  const { tenants: rules, jwt } = config.access
  const tenants = new Tenants({
    mode: rules.routing_mode,
    strict: rules.strict_validation,
    defaultTenant: rules.default,
    authentication: jwt.enabled,
  })
  const console = serviceConsole({ config, resource, registry, health, lifecycle, tenants })
  const telltale = new Telltale({ config, file, resource, registry, pipeline, console, lifecycle, health, traffic })
  const { http } = config.surfaces
  const { track_user_agents, track_ip_addresses } = config.observability.prometheus.metrics.http
  const surface = new HttpSurface({
    mode: http.enabled ? config.mode : 'off',
    registry: config.metrics.families.http && config.metrics.enabled ? registry : null,
    tracer: engine?.tracer('telltale/http') ?? null,
    propagator,
    link: true,
    extract: http.extract_headers,
    inject: http.inject_headers,
    outbound: http.client,
    ignore: http.ignore,
    baggageHosts: http.baggage_hosts,
    trackUserAgents: track_user_agents,
    trackIpAddresses: track_ip_addresses,
    isOwn: telltale.owns,
    tenantHeader: rules.header.toLowerCase(),
    tenantOf: tenants.of,
    tenantNumber: tenants.number,
    onFinish: (time, ms, status, tenant) => traffic.push(time, ms, status, tenant),
  })
  surface.start()
  const api = config.disabled
    ? null
    : registerOtel({
        propagator,
        registry,
        log: logs.forward,
        logLimits: config.logs.limits,
        baggage: allowHosts(http.baggage_hosts),
        from: options.cwd,
      })

  const contrib =
    api === null || config.instrumentations === 'none'
      ? null
      : loadContrib(config.instrumentations, {
          from: options.cwd ?? process.cwd(),
          providers: api,
          skip: OURS,
          esm: options.hooks === true,
        })

  const unwatch = watchSignals({
    stop: () => lifecycle.stop(),
    flush: (deadlineMs) => pipeline.flush(deadlineMs),
  })

  // 5. How it ends, in the order of ruling 42; the pipeline itself flushes metrics, then traces, then logs.
  lifecycle.onStop('endpoints', STOP.drain, (deadlineMs) => telltale.shut(deadlineMs))
  lifecycle.onStop('surfaces', STOP.producers, () => surface.stop())
  lifecycle.onStop('signals', STOP.traces, (deadlineMs) => pipeline.close(deadlineMs), 10_000)
  lifecycle.onStop('rest', STOP.close, () => {
    contrib?.disable()
    api?.unregister()
    unobserve?.()
    install(null)
    signals.stop()
    logs.stop()
    installLogs(null)
    onNotice(listened)
    unwatch()
  })
  lifecycle.begin()
  return telltale
}
