// What the configuration comes to. `Settings` mirrors telltale.yaml; `Config` adds what rooms take: one normalised list of
// exporters per signal, the sampler, limits, queues and the scrape, with file, environment and defaults already weighed.
import type { AddressRange } from './range.ts'
import type { Settings } from './settings.gen.ts'

export type Protocol = 'http/protobuf' | 'http/json' | 'grpc'

export interface Exporter {
  readonly type: 'otlp' | 'jaeger' | 'zipkin' | 'console'
  /** Final address of the signal; gRPC: scheme, host and port alone. Empty for the console. */
  readonly url: string
  readonly protocol: Protocol
  readonly headers: Readonly<Record<string, string>>
  /** One request, milliseconds. */
  readonly timeoutMs: number
  readonly compression: 'none' | 'gzip'
  /** Files in PEM form. */
  readonly tls: { readonly ca?: string; readonly key?: string; readonly cert?: string } | undefined
  /** Where it was written: `telltale.yaml:9:11` or the name of a variable. */
  readonly origin: string
}

export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio'

export interface SamplerConfig {
  readonly name: SamplerName
  /** From 0 to 1; only the ratio samplers look at it. */
  readonly ratio: number
}

export interface SpanLimits {
  readonly attributes: number
  readonly events: number
  readonly links: number
  readonly attributesPerEvent: number
  readonly attributesPerLink: number
  /** Characters; Infinity keeps all. */
  readonly valueLength: number
}

export interface QueueConfig {
  readonly size: number
  /** The same when it was written: then what is encoded and waits for its exporter keeps to it too. */
  readonly limit: number | undefined
  readonly batch: number
  readonly delayMs: number
  /** One export with its retries. */
  readonly timeoutMs: number
}

export interface TracesConfig {
  readonly enabled: boolean
  /** H-25: `exported` records spans only while something takes them. */
  readonly record: 'never' | 'exported' | 'always'
  readonly exporters: readonly Exporter[]
  readonly sampler: SamplerConfig
  readonly limits: SpanLimits
  readonly queue: QueueConfig
}

export interface MetricsConfig {
  /** False: nothing is recorded, the scrape is empty. */
  readonly enabled: boolean
  readonly exporters: readonly Exporter[]
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly temporality: 'cumulative' | 'delta'
  /** False: the families are not recorded at all. */
  readonly families: {
    readonly http: boolean
    readonly database: boolean
    readonly system: boolean
    readonly custom: boolean
  }
}

export interface LogsConfig {
  readonly enabled: boolean
  /** Lowest level that is recorded. */
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error'
  /** Lowest level of what we say about ourselves. */
  readonly selfLevel: 'none' | 'error' | 'warn' | 'info' | 'debug'
  readonly format: 'json' | 'pretty'
  readonly includeSpans: boolean
  readonly includeTargets: boolean
  readonly includeThreadIds: boolean
  readonly includeLineNumbers: boolean
  /** Of records below warn; warnings and errors are never dropped. */
  readonly sampling: { readonly enabled: boolean; readonly rate: number }
  readonly bridges: { readonly pino: boolean; readonly winston: boolean; readonly console: boolean }
  readonly exporters: readonly Exporter[]
  readonly limits: { readonly attributes: number; readonly valueLength: number }
  readonly queue: QueueConfig
}

export interface ScrapeConfig {
  readonly enabled: boolean
  readonly path: string
  /**
   * `required`: the scrape must not be answered to a client that did not prove who it is; without a guard, to nobody.
   * `address`: to none whose address is not listed.
   */
  readonly guard: 'none' | 'address' | 'required'
  /** What the guard works with; `prometheus.authentication` over the exporter's block, key by key (ruling 62). */
  readonly authentication: {
    /** Ways to prove oneself, each of which suffices; none leaves the scrape open. */
    readonly methods: readonly ('bearer_token' | 'api_key' | 'jwt')[]
    /** Carries bearer tokens and JWTs; API keys too where they are the only way. */
    readonly header: string
    /** Carries API keys. */
    readonly keyHeader: string
    readonly tokenEnv: string
    /** The value of the variable; blank counts as none. */
    readonly token: string | undefined
    /** Whether a JWT could be verified: there is a secret, or an address of keys. */
    readonly jwt: boolean
    /** Whether there is a store of tokens that has, or may get, any. */
    readonly tokens: boolean
    readonly requiredScopes: readonly string[]
    readonly invalidTokenStatus: 401 | 403
    /** None allows all. */
    readonly allowed: readonly AddressRange[]
    readonly requestsPerMinute: number
    readonly burstSize: number
    /** Where replicas add up their requests; undefined while each counts its own. */
    readonly shared: { readonly store: 'redis' | 'postgresql'; readonly url: string } | undefined
  }
  /** Recorded, but left out of the scrape. */
  readonly hidden: { readonly http: boolean; readonly database: boolean; readonly business: boolean }
}

/** Where tokens of ours are kept, and how a service keeps up with them. */
export type TokensConfig = (
  | {
      readonly store: 'file'
      /** Absolute. */
      readonly path: string
    }
  | {
      readonly store: 'postgresql'
      /** The value of the variable `urlEnv`; blank counts as none. */
      readonly url: string | undefined
      readonly urlEnv: string
      readonly table: string
    }
) & {
  readonly refreshMs: number
  readonly staleMs: number
}

/** Where the audit trail is kept. */
export type TrailConfig = (
  | {
      readonly store: 'embedded'
      /** Absolute; undefined holds it in memory. */
      readonly path: string | undefined
    }
  | {
      readonly store: 'postgresql'
      /** The value of the variable `urlEnv`; blank counts as none. */
      readonly url: string | undefined
      readonly urlEnv: string
      readonly table: string
    }
) & {
  readonly enabled: boolean
  /** Older rows are what `telltale audit prune` removes. */
  readonly retentionMs: number
}

export type ResourceValue = string | number | boolean | readonly (string | number | boolean)[]

export interface Config extends Settings {
  /** Where relative paths of the settings begin: the folder of the file, else the one that start was given. */
  readonly folder: string
  /** Proxies that may say whom they speak for; `unix` takes a peer without an address for one. */
  readonly proxies: { readonly ranges: readonly AddressRange[]; readonly unix: boolean }
  /** `OTEL_SDK_DISABLED=true` or `opentelemetry.enabled: false`: no spans, no pushed metrics, no exported logs, no API providers. */
  readonly disabled: boolean
  /** Development as R-05 means it; access rules look at `dev` alone. */
  readonly development: boolean
  readonly service: { readonly name: string; readonly version: string }
  /** From the file and the environment, service.name and service.version included; detectors add the rest. */
  readonly resource: Readonly<Record<string, ResourceValue>>
  /** Variables that the detectors of the resource look at, those that are set. */
  readonly environment: Readonly<Record<string, string>>
  /** Headers of the trace in which this process was started: the variables TRACEPARENT and TRACESTATE. */
  readonly inherited: Readonly<Record<string, string>>
  readonly propagators: readonly ('tracecontext' | 'baggage' | 'b3' | 'b3multi' | 'jaeger')[]
  readonly traces: TracesConfig
  readonly metrics: MetricsConfig
  readonly logs: LogsConfig
  readonly scrape: ScrapeConfig
  readonly tokens: TokensConfig
  /** Value of the variable that `access.jwt.secret_env` names; undefined when it is not set. */
  readonly jwtSecret: string | undefined
  readonly trail: TrailConfig
}
