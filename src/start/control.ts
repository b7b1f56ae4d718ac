// The insides of this service and its control: what they are made of is loaded with the first question.
import { slot } from '../audit/slot.ts'
import { monotonic } from '../base/clock.ts'
import { firstSeen } from '../base/seen.ts'
import type { Config } from '../config/config.ts'
import { controlRoutes, insideRoutes } from '../console/control/routes.ts'
import type { AnyRoute } from '../console/route.ts'
import { uptime } from '../health/uptime.ts'
import { type Lifecycle, STOP } from '../lifecycle/lifecycle.ts'
import type { Contrib } from '../otel/contrib.ts'
import type { OtelRegistration } from '../otel/register.ts'
import type { Redactor } from '../redact/redact.ts'
import { lookAtRuntime } from '../surfaces/runtime/runtime.ts'
import { tracers } from '../trace/installed.ts'
import { otherTracers } from './other-tracers.ts'
import type { Signals } from './signals.ts'

/** What is inside of an instance, as far as it is made. */
export interface Inside extends Signals {
  readonly redactor: Redactor
  /** ES module imports are hooked. */
  readonly loader: boolean
  /** Contrib packages that are left to our own surfaces. */
  readonly skipped: readonly string[]
  api: OtelRegistration | null
  contrib: Contrib | null
}

export interface ControlParts {
  readonly config: Config
  readonly lifecycle: Lifecycle
  /** Asked with the first question. */
  readonly inside: () => Inside
}

export function serviceControl(parts: ControlParts): AnyRoute[] {
  return [...insides(parts), ...control(parts)]
}

function control({ config, lifecycle, inside }: ControlParts): AnyRoute[] {
  return controlRoutes({
    async load() {
      const { Control } = await import('../console/control/control.ts')
      const { logs, engine } = inside()
      const made = new Control({
        instance: config.console.instance,
        adminRoles: config.access.jwt.admin_roles,
        logs,
        logLevel: config.logs.level,
        engine,
        sampler: config.traces.sampler,
        allowed: config.ops.control,
        async record(entry) {
          if (!config.trail.enabled) return
          const audit = await slot.audit
          if (audit === null || audit === 'off') throw new Error('the audit trail is closed')
          await audit.record(entry)
        },
      })
      // Before the trail is closed.
      lifecycle.onStop('control', STOP.producers, () => made.close())
      return made
    },
  })
}

function insides({ config, inside }: ControlParts): AnyRoute[] {
  const { instance } = config.console
  return insideRoutes({
    async load() {
      const { Insides } = await import('../console/control/insides.ts')
      const own = inside()
      const { registry, pipeline, engine, redactor, loader, skipped } = own
      return new Insides({
        config,
        instance,
        registry,
        pipeline,
        loader,
        skipped,
        uptime,
        monotonic,
        otherTracers,
        tracing: engine !== null,
        naming: config.observability.prometheus.naming,
        namespace: config.observability.metrics.namespace,
        redact: redactor.text,
        monitors: () => lookAtRuntime(registry),
        unmonitored: () =>
          config.metrics.enabled
            ? 'observability.opentelemetry.metrics.system_metrics is false'
            : 'metrics are off: mode, or observability.opentelemetry.metrics.enabled',
        noted: firstSeen,
        api: () => own.api,
        contrib: () => own.contrib,
        scopes,
      })
    },
  })
}

function* scopes(): Generator<string> {
  for (const { name } of tracers()) yield name
}
