// The recipe, and the one place that knows every room. It runs to its end without waiting: when it returns, requests are
// observed. What has to be waited for (listeners, contrib packages) is `Telltale.open`, afterwards.
import { Tenants } from '../access/tenants.ts'
import { notice, onNotice } from '../base/notice.ts'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { requirePeers } from '../config/peers.ts'
import { warningText } from '../config/warning.ts'
import { allowHosts } from '../context/hosts.ts'
import { Propagator } from '../context/propagator.ts'
import { health } from '../health/default.ts'
import { uptime } from '../health/uptime.ts'
import { Lifecycle, STOP } from '../lifecycle/lifecycle.ts'
import { watchSignals } from '../lifecycle/signals.ts'
import { findWinston, installLogs } from '../logs/installed.ts'
import { noticeToLogger } from '../logs/notice.ts'
import type { Sink } from '../model/batch.ts'
import { loadContrib } from '../otel/contrib.ts'
import { registerOtel } from '../otel/register.ts'
import { cutBy } from '../redact/cut.ts'
import { redactorOf } from '../redact/policy.ts'
import { detectResource } from '../resource/resource.ts'
import { configureCdc } from '../surfaces/cdc/settings.ts'
import { events } from '../surfaces/events/running.ts'
import { functions } from '../surfaces/function/running.ts'
import { HttpSurface } from '../surfaces/http/surface.ts'
import { install } from '../trace/installed.ts'
import { TrafficRing } from '../traffic/ring.ts'
import { checkAccess, sayOpen, startAccess } from './access.ts'
import { requireTrail, startAudit } from './audit.ts'
import type { Inside } from './control.ts'
import { startData } from './data.ts'
import { End } from './end.ts'
import { serviceConsole } from './endpoints.ts'
import { startObjectives } from './objectives.ts'
import { nameOtherTracers } from './other-tracers.ts'
import { probe } from './probe.ts'
import { observeOurselves } from './self.ts'
import { startSignals } from './signals.ts'
import { configuredSinks } from './sinks.ts'
import { subordinate } from './subordinate.ts'
import { Telltale } from './telltale.ts'
import { startWork } from './work.ts'

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
const OURS = ['http', 'undici', 'express', 'fastify', 'pino', 'winston']

export function assemble(options: StartOptions): Telltale {
  // 1. What is asked for. Whatever is wrong is thrown here, before anything is opened.
  const loaded = loadConfig({ file: options.config, cwd: options.cwd, env: options.env })
  const { config, file, warnings } = loaded
  requirePeers(config, options.cwd)
  requireTrail(config)
  checkAccess(config, warnings)
  const sinks = [...configuredSinks(config), ...(options.sinks ?? [])]

  // From here on, what was begun is let go of again when a later step fails.
  const lifecycle = new Lifecycle()
  try {
    return build()
  } catch (error) {
    void lifecycle.stop()
    throw error
  }

  function build(): Telltale {
    const close = (name: string, work: () => void) => void lifecycle.onStop(name, STOP.close, work)

    // 2. Who is speaking, and since when.
    uptime.begin()
    const part = subordinate()
    const resource = detectResource({
      attributes: part === null ? config.resource : ownInstance(config.resource, part),
      service: config.service,
      env: config.environment,
    })
    const redactor = redactorOf(config.redact)
    // Nothing has been encoded yet.
    redactor.flat(resource.attributes)
    cutBy(redactor.text)
    close('redaction', () => cutBy(null))

    // 3. The signals.
    const signals = startSignals(loaded, resource, sinks, redactor)
    const { registry, pipeline, engine, logs } = signals
    // It keeps its deadline but for the last moments of its sinks.
    lifecycle.onStop('signals', STOP.traces, (deadlineMs) => pipeline.close(deadlineMs - 500))
    close('metrics', () => signals.stop())
    install(engine)
    close('trace', () => install(null))
    installLogs(logs)
    logs.start()
    if (logs.bridges.winston) findWinston(options.cwd ?? process.cwd())
    const listened = onNotice(noticeToLogger(logs, undefined, redactor.text))
    close('logs', () => {
      logs.stop()
      installLogs(null)
      onNotice(listened)
    })
    for (const warning of warnings) notice('warn', warning.code, warningText(warning))
    if (config.mode !== 'off') close('self', observeOurselves(registry, pipeline, engine))
    health.configure(config.observability.health.checks, { fetch: probe(config.access.endpoint_policy) })
    health.liveness.on()

    // 4. Where the application touches us.
    const traffic = new TrafficRing()
    const propagator = new Propagator(config.propagators)
    const { tenants: rules, jwt } = config.access
    const tenants = new Tenants({
      mode: rules.routing_mode,
      strict: rules.strict_validation,
      defaultTenant: rules.default,
      authentication: jwt.enabled,
      reserved: config.console.resources.map(({ type }) => type),
    })
    const counted = config.metrics.enabled ? registry : null
    const audit = startAudit({ config, registry: counted, redactor, lifecycle })
    const loader = options.hooks === true
    const inside: Inside = { ...signals, redactor, loader, skipped: OURS, api: null, contrib: null }
    const guards = startAccess({ config, registry: counted, tenants, lifecycle, logs, heard: audit })
    const objectives = startObjectives({ config, registry, traffic, lifecycle })
    const console = serviceConsole({
      config,
      resource,
      registry,
      health,
      lifecycle,
      tenants,
      traffic,
      objectives,
      inside: () => inside,
      guards,
      audit,
    })
    const listens = config.server.enabled && config.mode !== 'off' && part === null
    const mounted = () => sayOpen(config)
    const parts = { config, file, resource, registry, pipeline, console, lifecycle, health, traffic, listens, mounted }
    const telltale = new Telltale(parts)
    const { http, functions: observed } = config.surfaces
    const { track_user_agents, track_ip_addresses } = config.observability.prometheus.metrics.http
    const surface = new HttpSurface({
      mode: http.enabled ? config.mode : 'off',
      registry: config.metrics.families.http && config.metrics.enabled ? registry : null,
      tracer: engine?.tracer('telltale/http') ?? null,
      propagator,
      link: true,
      extract: http.extract_headers,
      inject: http.inject_headers,
      correlate: http.correlation_header,
      expressShapes: http.express_shapes,
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
    functions.configure({ enabled: observed.enabled, order: observed.order, propagator })
    close('functions', () => functions.configure({}))
    events.configure({ maxSubscribers: config.surfaces.events.max_subscribers })
    close('events', () => events.configure({}))
    const stopWork = startWork(config, { registry, engine, propagator, finish: pipeline.span })
    lifecycle.onStop('surfaces', STOP.producers, () => surface.stop())
    lifecycle.onStop('work', STOP.producers, stopWork)
    lifecycle.onStop('databases', STOP.producers, startData(config, registry, engine))
    nameOtherTracers()
    if (config.surfaces.cdc.enabled && config.metrics.enabled) {
      lifecycle.onStop('cdc', STOP.producers, configureCdc({ registry }))
    }
    if (!config.disabled) {
      const from = options.cwd ?? process.cwd()
      const baggage = allowHosts(http.baggage_hosts)
      const api = registerOtel({
        propagator,
        registry,
        log: logs.forward,
        logLimits: config.logs.limits,
        baggage,
        from,
        imported: !loader,
      })
      inside.api = api
      close('api', () => api.unregister())
      if (config.instrumentations !== 'none') {
        const contrib = loadContrib(config.instrumentations, { from, providers: api, skip: OURS, esm: loader })
        inside.contrib = contrib
        close('contrib', () => contrib.disable())
      }
    }

    // 5. How it ends, in the order of ruling 42; the pipeline itself flushes metrics, then traces, then logs.
    const end = new End(pipeline, config.observability.opentelemetry.exit_timeout)
    close('signals of the process', watchSignals({ stop: () => lifecycle.stop(), ...end.bySignal }))
    close('exit of the process', end.watchExit())
    lifecycle.onStop('liveness', 0, () => health.liveness.off())
    lifecycle.onStop('endpoints', STOP.drain, (deadlineMs) => telltale.shut(deadlineMs))
    lifecycle.begin()
    return telltale
  }
}

/** An id that the configuration gives is the whole service's; its workers and children add which of them they are. */
function ownInstance(attributes: Config['resource'], part: string): Config['resource'] {
  const id = attributes['service.instance.id']
  return id === undefined ? attributes : { ...attributes, 'service.instance.id': `${id}/${part}` }
}
