// What `start` decides about the HTTP surface: the rooms it records into, and switches that mirror the configuration.
import type { Propagator } from '../../context/propagator.ts'
import type { Registry } from '../../metrics/registry.ts'
import type { Tracer } from '../../trace/tracer.ts'

export interface HttpOptions {
  /** null: no metrics. */
  readonly registry: Registry | null
  /** null: no spans, since nothing exports them or the mode says so. */
  readonly tracer: Tracer | null
  /** Reads and writes trace context; null neither extracts nor injects. */
  readonly propagator: Propagator | null
  /** Enter a frame per request although there is no tracer, for log linking. */
  readonly link?: boolean
  /** `off` subscribes nothing at all; `no-span` keeps the metrics (H-25). */
  readonly mode?: 'default' | 'full' | 'no-span' | 'off'
  /** `observed`: only servers and applications that a door was given. */
  readonly servers?: 'all' | 'observed'
  /** Take the caller's trace context; default true. */
  readonly extract?: boolean
  /** `traceparent` on responses, never baggage (ruling 36); default true. */
  readonly inject?: boolean
  /** `x-correlation-id` on responses (G-08); default true. */
  readonly correlate?: boolean
  /** Express servers make their messages with the prototypes of Express (express-shapes.ts); default true. */
  readonly expressShapes?: boolean
  /** R-11; both default to false, and then neither is in a label, a span or a log. */
  readonly trackUserAgents?: boolean
  readonly trackIpAddresses?: boolean
  /** Path globs that leave no telemetry: `/healthz`, `/internal/*`, `/assets/**`, `GET /orders/:id`. */
  readonly ignore?: readonly string[]
  /** Paths of ours on the application's own server. */
  readonly isOwn?: (url: string) => boolean
  readonly tenantHeader?: string
  /** The resolved tenant, null for the default one; what the header says is never used as it came (H-20). */
  readonly tenantOf?: (header: string | null, path: string) => string | null
  readonly tenantNumber?: (tenant: string | null) => number
  /** Once per finished request: end in float ms since the epoch, duration in ms, status, interned tenant. */
  readonly onFinish?: (time: number, ms: number, status: number, tenant: number) => void
  /** Overrides the methods that get a label of their own (OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS). */
  readonly knownMethods?: readonly string[]
  /** CLIENT spans and client metrics; default true. */
  readonly outbound?: boolean
  /** Hosts that may see baggage, `api.example.com` or `*.example.com` (ruling 37); default none. */
  readonly baggageHosts?: readonly string[]
}
