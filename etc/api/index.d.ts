// telltale: Fault, Faults, StartOptions, Telltale, addEvent, counter, currentSpan, gauge, health, histogram, log, setAttributes, span, start

// base/fault
declare class Fault extends Error {
    readonly code: FaultCode;
    readonly detail: FaultDetail;
    constructor(code: FaultCode, detail?: FaultDetail, options?: ErrorOptions);
}

declare class Faults extends Error {
    readonly faults: readonly Fault[];
    constructor(faults: readonly Fault[]);
}

// health/default
declare const health: Health;

// logs/installed
declare const log: Logger;

// metrics/default
declare function counter(name: string, options?: InstrumentOptions): Counter;

declare function gauge(name: string, options?: GaugeOptions): Gauge;

declare function histogram(name: string, options?: HistogramOptions): Histogram;

// start/assemble
interface StartOptions {
    readonly config?: string;
    readonly cwd?: string;
    readonly env?: NodeJS.ProcessEnv;
    readonly sinks?: readonly Sink[];
}

// start/start
declare function start(options?: StartOptions): Promise<Telltale>;

// start/telltale
declare class Telltale {
    #private;
    readonly file: string | undefined;
    readonly resource: Resource;
    readonly registry: Registry;
    readonly health: Health;
    readonly traffic: TrafficRing;
    constructor(parts: Parts);
    get config(): Config;
    get address(): string | undefined;
    get ready(): boolean;
    mount(server: Server): () => void;
    readonly listener: (request: IncomingMessage, response: ServerResponse) => boolean;
    flush(deadlineMs?: number): Promise<void>;
    stop(): Promise<void>;
}

// trace/active
declare function addEvent(name: string, attributes?: object): void;

declare function currentSpan(): Started;

declare function setAttributes(attributes: object): void;

declare function span<R>(name: string, work: (span: Started) => R): R;
declare function span<R>(name: string, settings: SpanSettings, work: (span: Started) => R): R;

// trace/tracer
interface StartOptions {
    kind?: number;
    attributes?: object;
    links?: readonly ApiLink[];
    startTime?: TimeInput;
    root?: boolean;
}

// base/fault
declare const FAULTS: {
    readonly CONFIG_UNREADABLE: {
        readonly what: 'The configuration file cannot be read.';
        readonly todo: 'Check the path and its permissions.';
        readonly exit: 2;
    };
    readonly CONFIG_SYNTAX: {
        readonly what: 'The file is not valid YAML.';
        readonly todo: 'Mend the syntax at the place named.';
        readonly exit: 2;
    };
    readonly CONFIG_UNKNOWN_KEY: {
        readonly what: 'The key is not known here.';
        readonly todo: 'Correct the spelling or remove the key.';
        readonly exit: 2;
    };
    readonly CONFIG_TYPE: {
        readonly what: 'The value has the wrong type.';
        readonly todo: 'Write a value of the type that is allowed.';
        readonly exit: 2;
    };
    readonly CONFIG_VALUE: {
        readonly what: 'The value is not allowed.';
        readonly todo: 'Write one of the values that are allowed.';
        readonly exit: 2;
    };
    readonly CONFIG_MISSING: {
        readonly what: 'A required key is missing.';
        readonly todo: 'Add the key.';
        readonly exit: 2;
    };
    readonly CONFIG_CONFLICT: {
        readonly what: 'Two settings contradict each other.';
        readonly todo: 'Keep one of the two.';
        readonly exit: 2;
    };
    readonly CONFIG_UNSET_VARIABLE: {
        readonly what: 'An environment variable that the file asks for is not set.';
        readonly todo: 'Set the variable, or give a default with ${NAME:-default}.';
        readonly exit: 2;
    };
    readonly ENV_VALUE: {
        readonly what: 'An environment variable has a value that is not allowed.';
        readonly todo: 'Correct or unset the variable.';
        readonly exit: 2;
    };
    readonly FILE_EXISTS: {
        readonly what: 'The file exists already and is not overwritten.';
        readonly todo: 'Remove it, or name another file.';
        readonly exit: 2;
    };
    readonly FILE_UNREADABLE: {
        readonly what: 'The file cannot be read.';
        readonly todo: 'Check the path, its permissions and what is in it.';
        readonly exit: 2;
    };
    readonly FILE_UNWRITABLE: {
        readonly what: 'The file cannot be written.';
        readonly todo: 'Check the path and its permissions.';
        readonly exit: 2;
    };
    readonly PEER_MISSING: {
        readonly what: 'The configuration needs a package that is not installed.';
        readonly todo: 'Install the package.';
        readonly exit: 2;
    };
    readonly TEMPORAL_SETUP: {
        readonly what: 'Temporal cannot be observed as the configuration asks.';
        readonly todo: 'Mend what is named, or turn surfaces.workflow.temporal off.';
        readonly exit: 2;
    };
    readonly GUARD_NO_CREDENTIAL: {
        readonly what: 'The scrape is guarded, and nobody can prove who they are.';
        readonly todo: 'Set the variable of the token, make one with telltale metrics generate-token, or turn the guard off.';
        readonly exit: 2;
    };
    readonly ACCESS_NO_CREDENTIAL: {
        readonly what: 'Application authentication is on, and nobody can prove who they are.';
        readonly todo: 'Set the variable of the secret, write access.jwt.jwks_url, or turn access.jwt.enabled off.';
        readonly exit: 2;
    };
    readonly METRIC_KIND: {
        readonly what: 'The metric exists already as another kind, or mixes set and add.';
        readonly todo: 'Give one of the two another name.';
        readonly exit: 1;
    };
    readonly METRIC_NAME: {
        readonly what: 'The name of the metric or of one of its labels is not allowed.';
        readonly todo: 'Begin it with a letter or underscore and go on with letters, digits and underscores.';
        readonly exit: 1;
    };
    readonly METRIC_LABELS: {
        readonly what: 'The labels are not the ones that the metric was declared with.';
        readonly todo: 'Give every declared label and no other.';
        readonly exit: 1;
    };
    readonly METRIC_VALUE: {
        readonly what: 'The value cannot be recorded.';
        readonly todo: 'Record a finite number; counters and histograms take none below zero.';
        readonly exit: 1;
    };
    readonly QUERY_PARAMETER: {
        readonly what: 'A parameter of the query is not valid.';
        readonly todo: 'Correct it; /api/v1/openapi.json lists every parameter and what it takes.';
        readonly exit: 2;
    };
    readonly OPTION_VALUE: {
        readonly what: 'The value of the option is not allowed.';
        readonly todo: 'Write a value that is allowed; --help lists the options.';
        readonly exit: 2;
    };
    readonly HUB_PORT_TAKEN: {
        readonly what: 'The hub cannot listen there: another program has the port.';
        readonly todo: 'Stop that program, or give the hub another port.';
        readonly exit: 3;
    };
    readonly HUB_LISTEN: {
        readonly what: 'The hub cannot listen there.';
        readonly todo: 'Correct the address and the port.';
        readonly exit: 3;
    };
    readonly ENDPOINT_INVALID: {
        readonly what: 'The endpoint is not a usable URL.';
        readonly todo: 'Write a full http:// or https:// URL without user name and password.';
        readonly exit: 2;
    };
    readonly ENDPOINT_FORBIDDEN: {
        readonly what: 'The endpoint leads to an address that must not be called.';
        readonly todo: 'Use another address, or the policy that allows it.';
        readonly exit: 2;
    };
    readonly HEADER_INVALID: {
        readonly what: 'A header cannot be sent as it stands.';
        readonly todo: 'Use a token as the name and printable text as the value, without line breaks.';
        readonly exit: 2;
    };
    readonly AUDIT_KEY: {
        readonly what: 'The audit row has a metadata key that is not allowed, so nothing was written.';
        readonly todo: 'Use one of the twelve keys.';
        readonly exit: 1;
    };
    readonly AUDIT_ROW: {
        readonly what: 'The audit row has a field that cannot be kept, so nothing was written.';
        readonly todo: 'Correct the field.';
        readonly exit: 1;
    };
    readonly AUDIT_TRANSACTION: {
        readonly what: 'The audit row cannot join the transaction, so nothing was written.';
        readonly todo: 'Hand over the client of a transaction that has begun and not ended, and wait for the row before it ends.';
        readonly exit: 1;
    };
    readonly AUDIT_STORE: {
        readonly what: 'The audit trail cannot be opened, read or written.';
        readonly todo: 'Check that its database can be reached and that its user may use the table.';
        readonly exit: 3;
    };
    readonly AUDIT_CLOSED: {
        readonly what: 'No audit trail is open, so nothing was written.';
        readonly todo: 'Record between start() and stop(), or openAudit() one.';
        readonly exit: 1;
    };
    readonly AUDIT_BROKEN: {
        readonly what: 'The chain of the audit trail does not hold, so nothing was removed.';
        readonly todo: 'Keep the trail as it is, and find out who changed it: telltale audit verify.';
        readonly exit: 1;
    };
    readonly TOKEN_UNKNOWN: {
        readonly what: 'There is no token with this id.';
        readonly todo: 'Look the id up: telltale metrics list-tokens.';
        readonly exit: 1;
    };
    readonly TOKEN_ENDED: {
        readonly what: 'The token cannot be rotated.';
        readonly todo: 'Make a new one: telltale metrics generate-token.';
        readonly exit: 1;
    };
    readonly TOKEN_LIMIT: {
        readonly what: 'There are as many tokens as there may be.';
        readonly todo: 'Revoke those that nobody uses: telltale metrics revoke-token.';
        readonly exit: 1;
    };
    readonly TOKENS_UNREADABLE: {
        readonly what: 'The tokens cannot be read.';
        readonly todo: 'Check the path and its permissions.';
        readonly exit: 2;
    };
    readonly TOKENS_EXPOSED: {
        readonly what: 'Others may read or change the tokens, so they are not used.';
        readonly todo: 'Take the permissions back.';
        readonly exit: 2;
    };
    readonly TOKENS_CORRUPT: {
        readonly what: 'What should hold the tokens holds something else; it is left as it is.';
        readonly todo: 'Restore it from a backup, or put it aside and make new tokens.';
        readonly exit: 2;
    };
    readonly TOKENS_NEWER: {
        readonly what: 'The tokens are in the format of a later version; they are left as they are.';
        readonly todo: 'Use that version of telltale here too.';
        readonly exit: 2;
    };
    readonly TOKENS_LOCKED: {
        readonly what: 'Another process is changing the tokens and does not come to an end.';
        readonly todo: 'Try again.';
        readonly exit: 3;
    };
    readonly TOKENS_UNREACHABLE: {
        readonly what: 'The database of tokens cannot be used.';
        readonly todo: 'Check its URL, that it runs, and what its user may do.';
        readonly exit: 3;
    };
    readonly INVENTORY_RECORDS: {
        readonly what: 'A record type cannot be counted as it is declared.';
        readonly todo: 'Declare it in console.resources as the database has it.';
        readonly exit: 2;
    };
    readonly INVENTORY_CLIENT: {
        readonly what: 'Records cannot be counted with what was handed over.';
        readonly todo: 'Hand over a Pool or Client of pg, a PGlite, a DatabaseSync of node:sqlite, a Db of mongodb, or an inventory of your own.';
        readonly exit: 1;
    };
    readonly OPERATIONS_CLIENT: {
        readonly what: 'The operations panel cannot use what was handed over.';
        readonly todo: 'Hand over a Pool of pg, a PGlite or a DatabaseSync of node:sqlite.';
        readonly exit: 1;
    };
    readonly TLS_FILE: {
        readonly what: 'A certificate or key file cannot be read.';
        readonly todo: 'Check the path and its permissions.';
        readonly exit: 2;
    };
};

type FaultCode = keyof typeof FAULTS;

interface FaultDetail {
    readonly found?: string;
    readonly allowed?: string;
    readonly subject?: string;
    readonly where?: FaultPlace;
    readonly hint?: string;
}

interface FaultPlace {
    readonly file: string;
    readonly line?: number;
    readonly column?: number;
}

// config/config
interface Config extends Settings {
    readonly folder: string;
    readonly proxies: {
        readonly ranges: readonly AddressRange[];
        readonly unix: boolean;
    };
    readonly disabled: boolean;
    readonly development: boolean;
    readonly service: {
        readonly name: string;
        readonly version: string;
    };
    readonly resource: Readonly<Record<string, ResourceValue>>;
    readonly environment: Readonly<Record<string, string>>;
    readonly inherited: Readonly<Record<string, string>>;
    readonly propagators: readonly ('tracecontext' | 'baggage' | 'b3' | 'b3multi' | 'jaeger')[];
    readonly traces: TracesConfig;
    readonly metrics: MetricsConfig;
    readonly logs: LogsConfig;
    readonly scrape: ScrapeConfig;
    readonly tokens: TokensConfig;
    readonly jwtSecret: string | undefined;
    readonly trail: TrailConfig;
}

interface Exporter {
    readonly type: 'otlp' | 'jaeger' | 'zipkin' | 'console';
    readonly url: string;
    readonly protocol: Protocol;
    readonly headers: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
    readonly compression: 'none' | 'gzip';
    readonly tls: {
        readonly ca?: string;
        readonly key?: string;
        readonly cert?: string;
    } | undefined;
    readonly origin: string;
}

interface LogsConfig {
    readonly enabled: boolean;
    readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error';
    readonly selfLevel: 'none' | 'error' | 'warn' | 'info' | 'debug';
    readonly format: 'json' | 'pretty';
    readonly includeSpans: boolean;
    readonly includeTargets: boolean;
    readonly includeThreadIds: boolean;
    readonly includeLineNumbers: boolean;
    readonly sampling: {
        readonly enabled: boolean;
        readonly rate: number;
    };
    readonly bridges: {
        readonly pino: boolean;
        readonly winston: boolean;
        readonly console: boolean;
    };
    readonly exporters: readonly Exporter[];
    readonly limits: {
        readonly attributes: number;
        readonly valueLength: number;
    };
    readonly queue: QueueConfig;
}

interface MetricsConfig {
    readonly enabled: boolean;
    readonly exporters: readonly Exporter[];
    readonly intervalMs: number;
    readonly timeoutMs: number;
    readonly temporality: 'cumulative' | 'delta';
    readonly families: {
        readonly http: boolean;
        readonly database: boolean;
        readonly system: boolean;
        readonly custom: boolean;
    };
}

type Protocol = 'http/protobuf' | 'http/json' | 'grpc';

interface QueueConfig {
    readonly size: number;
    readonly limit: number | undefined;
    readonly batch: number;
    readonly delayMs: number;
    readonly timeoutMs: number;
}

type ResourceValue = string | number | boolean | readonly (string | number | boolean)[];

interface SamplerConfig {
    readonly name: SamplerName;
    readonly ratio: number;
}

type SamplerName = 'always_on' | 'always_off' | 'traceidratio' | 'parentbased_always_on' | 'parentbased_always_off' | 'parentbased_traceidratio';

interface ScrapeConfig {
    readonly enabled: boolean;
    readonly path: string;
    readonly guard: 'none' | 'address' | 'required';
    readonly authentication: {
        readonly methods: readonly ('bearer_token' | 'api_key' | 'jwt')[];
        readonly header: string;
        readonly keyHeader: string;
        readonly tokenEnv: string;
        readonly token: string | undefined;
        readonly jwt: boolean;
        readonly tokens: boolean;
        readonly requiredScopes: readonly string[];
        readonly invalidTokenStatus: 401 | 403;
        readonly allowed: readonly AddressRange[];
        readonly requestsPerMinute: number;
        readonly burstSize: number;
        readonly shared: {
            readonly store: 'redis' | 'postgresql';
            readonly url: string;
        } | undefined;
    };
    readonly hidden: {
        readonly http: boolean;
        readonly database: boolean;
        readonly business: boolean;
    };
}

interface SpanLimits {
    readonly attributes: number;
    readonly events: number;
    readonly links: number;
    readonly attributesPerEvent: number;
    readonly attributesPerLink: number;
    readonly valueLength: number;
}

type TokensConfig = ({
    readonly store: 'file';
    readonly path: string;
} | {
    readonly store: 'postgresql';
    readonly url: string | undefined;
    readonly urlEnv: string;
    readonly table: string;
}) & {
    readonly refreshMs: number;
    readonly staleMs: number;
};

interface TracesConfig {
    readonly enabled: boolean;
    readonly record: 'never' | 'exported' | 'always';
    readonly exporters: readonly Exporter[];
    readonly sampler: SamplerConfig;
    readonly limits: SpanLimits;
    readonly queue: QueueConfig;
}

type TrailConfig = ({
    readonly store: 'embedded';
    readonly path: string | undefined;
} | {
    readonly store: 'postgresql';
    readonly url: string | undefined;
    readonly urlEnv: string;
    readonly table: string;
}) & {
    readonly enabled: boolean;
    readonly retentionMs: number;
};

// config/range
interface AddressRange {
    readonly address: string;
    readonly prefix: number;
    readonly family: 'ipv4' | 'ipv6';
}

// config/settings.gen
interface Settings {
    readonly name?: string | undefined;
    readonly mode: 'default' | 'full' | 'no-span' | 'off';
    readonly dev: boolean;
    readonly strict: boolean;
    readonly on_invalid: 'continue' | 'exit';
    readonly observability: {
        readonly opentelemetry: {
            readonly enabled: boolean;
            readonly service_name?: string | undefined;
            readonly service_version: string;
            readonly propagators: readonly ('tracecontext' | 'baggage' | 'b3' | 'b3multi' | 'jaeger' | 'none')[];
            readonly exit_timeout: number;
            readonly tracing: {
                readonly enabled: boolean;
                readonly sample_rate: number;
                readonly sampler?: 'always_on' | 'always_off' | 'traceidratio' | 'parentbased_always_on' | 'parentbased_always_off' | 'parentbased_traceidratio' | undefined;
                readonly max_attributes_per_span: number;
                readonly max_events_per_span: number;
                readonly max_links_per_span: number;
                readonly max_attributes_per_event: number;
                readonly max_attributes_per_link: number;
                readonly max_attribute_length: number;
                readonly queue_size?: number | undefined;
                readonly export_batch_size: number;
                readonly export_delay?: number | undefined;
                readonly export_timeout: number;
                readonly exporters: readonly ({
                    readonly type: 'otlp';
                    readonly endpoint?: string | undefined;
                    readonly protocol?: 'http/protobuf' | 'http/json' | 'grpc' | undefined;
                    readonly headers: Readonly<Record<string, string>>;
                    readonly timeout: number;
                    readonly compression?: 'none' | 'gzip' | undefined;
                    readonly insecure?: boolean | undefined;
                    readonly certificate?: string | undefined;
                    readonly client_key?: string | undefined;
                    readonly client_certificate?: string | undefined;
                    readonly enabled_in_dev?: boolean | undefined;
                } | {
                    readonly type: 'jaeger';
                    readonly endpoint: string;
                    readonly headers: Readonly<Record<string, string>>;
                    readonly timeout: number;
                    readonly enabled_in_dev?: boolean | undefined;
                } | {
                    readonly type: 'zipkin';
                    readonly endpoint: string;
                    readonly headers: Readonly<Record<string, string>>;
                    readonly timeout: number;
                    readonly enabled_in_dev?: boolean | undefined;
                } | {
                    readonly type: 'console';
                    readonly enabled_in_dev?: boolean | undefined;
                })[];
            };
            readonly metrics: {
                readonly enabled: boolean;
                readonly export_interval: number;
                readonly export_timeout: number;
                readonly temporality: 'cumulative' | 'delta';
                readonly http_metrics: boolean;
                readonly database_metrics: boolean;
                readonly system_metrics: boolean;
                readonly custom_metrics: boolean;
                readonly exporters: readonly ({
                    readonly type: 'prometheus';
                    readonly endpoint?: string | undefined;
                    readonly authentication?: {
                        readonly enabled?: boolean | undefined;
                        readonly method?: 'bearer_token' | 'api_key' | 'jwt' | 'none' | undefined;
                        readonly token_header?: string | undefined;
                        readonly token_env?: string | undefined;
                    } | undefined;
                } | {
                    readonly type: 'otlp';
                    readonly endpoint?: string | undefined;
                    readonly protocol?: 'http/protobuf' | 'http/json' | 'grpc' | undefined;
                    readonly headers: Readonly<Record<string, string>>;
                    readonly timeout: number;
                    readonly compression?: 'none' | 'gzip' | undefined;
                    readonly insecure?: boolean | undefined;
                    readonly certificate?: string | undefined;
                    readonly client_key?: string | undefined;
                    readonly client_certificate?: string | undefined;
                    readonly enabled_in_dev?: boolean | undefined;
                } | {
                    readonly type: 'console';
                    readonly enabled_in_dev?: boolean | undefined;
                })[];
            };
            readonly resource: {
                readonly attributes: Readonly<Record<string, string | number | boolean | readonly (string | number | boolean)[]>>;
            };
        };
        readonly tracing: {
            readonly database: boolean;
        };
        readonly metrics: {
            readonly namespace: string;
            readonly views: readonly ({
                readonly name: string;
                readonly rename?: string | undefined;
                readonly alias?: string | undefined;
                readonly drop_labels: readonly string[];
                readonly buckets?: readonly number[] | undefined;
            })[];
            readonly buffer: {
                readonly size: number;
                readonly flush_count: number;
                readonly flush_interval: number;
            };
            readonly limits: {
                readonly series: number;
                readonly nodes?: number | undefined;
                readonly value_length: number;
            };
        };
        readonly prometheus: {
            readonly enabled: boolean;
            readonly endpoint: string;
            readonly naming: 'short' | 'semconv';
            readonly authentication: {
                readonly enabled?: boolean | undefined;
                readonly method?: 'bearer_token' | 'api_key' | 'jwt' | 'none' | undefined;
                readonly methods?: readonly ('bearer_token' | 'api_key' | 'jwt')[] | undefined;
                readonly token_header?: string | undefined;
                readonly token_env?: string | undefined;
                readonly required_scopes: readonly string[];
                readonly invalid_token_status: number;
                readonly allowed_addresses: readonly string[];
                readonly rate_limit: {
                    readonly requests_per_minute: number;
                    readonly burst_size: number;
                    readonly shared?: 'redis' | 'postgresql' | undefined;
                    readonly url_env?: string | undefined;
                };
            };
            readonly metrics: {
                readonly http: {
                    readonly enabled: boolean;
                    readonly track_user_agents: boolean;
                    readonly track_ip_addresses: boolean;
                    readonly histogram_buckets: readonly number[];
                };
                readonly database: {
                    readonly enabled: boolean;
                    readonly track_queries: boolean;
                    readonly connection_pool: boolean;
                    readonly query_duration: boolean;
                };
                readonly business: {
                    readonly enabled: boolean;
                    readonly custom_counters: readonly string[];
                    readonly custom_gauges: readonly string[];
                    readonly custom_histograms: readonly string[];
                };
            };
        };
        readonly logging: {
            readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error';
            readonly self_level: 'none' | 'error' | 'warn' | 'info' | 'debug';
            readonly format: 'json' | 'pretty';
            readonly include_spans: boolean;
            readonly include_targets: boolean;
            readonly include_thread_ids: boolean;
            readonly include_line_numbers: boolean;
            readonly sampling: {
                readonly enabled: boolean;
                readonly rate: number;
            };
            readonly bridges: {
                readonly pino: boolean;
                readonly winston: boolean;
                readonly console: boolean;
            };
            readonly max_attributes: number;
            readonly max_attribute_length: number;
            readonly queue_size?: number | undefined;
            readonly export_batch_size: number;
            readonly export_delay?: number | undefined;
            readonly export_timeout: number;
            readonly sinks: readonly ({
                readonly type: 'otlp';
                readonly endpoint?: string | undefined;
                readonly protocol?: 'http/protobuf' | 'http/json' | 'grpc' | undefined;
                readonly headers: Readonly<Record<string, string>>;
                readonly timeout: number;
                readonly compression?: 'none' | 'gzip' | undefined;
                readonly insecure?: boolean | undefined;
                readonly certificate?: string | undefined;
                readonly client_key?: string | undefined;
                readonly client_certificate?: string | undefined;
                readonly enabled_in_dev?: boolean | undefined;
            } | {
                readonly type: 'console';
                readonly enabled_in_dev?: boolean | undefined;
            } | {
                readonly type: 'file';
                readonly path: string;
                readonly max_size: number;
                readonly max_files: number;
            } | {
                readonly type: 'prometheus';
            })[];
        };
        readonly health: {
            readonly enabled: boolean;
            readonly endpoint: string;
            readonly checks: readonly ({
                readonly type: 'database';
                readonly name: string;
                readonly timeout: number;
                readonly critical: boolean;
            } | {
                readonly type: 'external_service';
                readonly name: string;
                readonly url: string;
                readonly timeout: number;
                readonly critical: boolean;
            } | {
                readonly type: 'http';
                readonly name: string;
                readonly url: string;
                readonly timeout: number;
                readonly critical: boolean;
            } | {
                readonly type: 'custom';
                readonly name: string;
                readonly handler: string;
                readonly timeout: number;
                readonly critical: boolean;
            })[];
        };
    };
    readonly custom_metrics: {
        readonly counters: readonly ({
            readonly name: string;
            readonly description: string;
            readonly labels: readonly string[];
        })[];
        readonly gauges: readonly ({
            readonly name: string;
            readonly description: string;
            readonly labels: readonly string[];
        })[];
        readonly histograms: readonly ({
            readonly name: string;
            readonly description: string;
            readonly labels: readonly string[];
            readonly buckets: readonly number[];
        })[];
    };
    readonly surfaces: {
        readonly http: {
            readonly enabled: boolean;
            readonly client: boolean;
            readonly extract_headers: boolean;
            readonly inject_headers: boolean;
            readonly correlation_header: boolean;
            readonly express_shapes: boolean;
            readonly ignore: readonly string[];
            readonly baggage_hosts: readonly string[];
        };
        readonly functions: {
            readonly enabled: boolean;
            readonly order: number;
        };
        readonly queue: {
            readonly enabled: boolean;
            readonly message: 'parent' | 'link';
            readonly batch: 'parent' | 'link';
        };
        readonly process: {
            readonly enabled: boolean;
            readonly trace_lifecycle: boolean;
        };
        readonly cdc: {
            readonly enabled: boolean;
        };
        readonly workflow: {
            readonly enabled: boolean;
            readonly steps: boolean;
            readonly temporal: {
                readonly enabled: boolean;
            };
        };
        readonly events: {
            readonly max_subscribers: number;
        };
    };
    readonly instrumentations: 'auto' | 'none' | readonly string[];
    readonly server: {
        readonly enabled: boolean;
        readonly host: string;
        readonly port: number;
        readonly header_timeout: number;
    };
    readonly access: {
        readonly tenants: {
            readonly default: string;
            readonly header: string;
            readonly routing_mode: 'header_only' | 'url_path' | 'both';
            readonly strict_validation: boolean;
            readonly jwt_claim: string;
        };
        readonly jwt: {
            readonly enabled: boolean;
            readonly secret_env: string;
            readonly jwks_url?: string | undefined;
            readonly issuer?: string | undefined;
            readonly audience?: string | undefined;
            readonly algorithms: readonly ('HS256' | 'RS256' | 'ES256' | 'EdDSA')[];
            readonly clock_tolerance: number;
            readonly jwks_refresh: number;
            readonly jwks_stale: number;
            readonly roles_claim: string;
            readonly admin_roles: readonly string[];
            readonly admin_by_scope: boolean;
        };
        readonly tokens: {
            readonly store: 'file' | 'postgresql';
            readonly path: string;
            readonly url_env: string;
            readonly table: string;
            readonly refresh: number;
            readonly stale: number;
        };
        readonly exclude_paths?: readonly string[] | undefined;
        readonly endpoint_policy: 'operator' | 'strict';
        readonly trusted_proxies: readonly string[];
        readonly max_clients: number;
    };
    readonly console: {
        readonly enabled: boolean;
        readonly instance: string;
        readonly reconcile_interval: number;
        readonly resources: readonly ({
            readonly type: string;
            readonly table?: string | undefined;
            readonly collection?: string | undefined;
            readonly tenant_column?: string | undefined;
            readonly updated_at?: string | undefined;
            readonly deleted_column?: string | undefined;
            readonly history_table?: string | undefined;
        })[];
    };
    readonly redact: {
        readonly keys: readonly string[];
        readonly allow: readonly string[];
        readonly emails: boolean;
        readonly patterns: readonly ({
            readonly name: string;
            readonly pattern: string;
        })[];
        readonly max_depth: number;
    };
    readonly audit: {
        readonly enabled: boolean;
        readonly store: 'embedded' | 'postgresql';
        readonly path?: string | undefined;
        readonly url_env: string;
        readonly table: string;
        readonly retention: number;
    };
    readonly alerts: readonly ({
        readonly name: string;
        readonly condition: string;
        readonly duration: number;
        readonly severity: 'info' | 'warning' | 'critical';
        readonly description: string;
        readonly runbook?: string | undefined;
    })[];
    readonly slos: readonly ({
        readonly name: string;
        readonly description: string;
        readonly kind: 'latency' | 'ratio' | 'event';
        readonly metric?: string | undefined;
        readonly labels: Readonly<Record<string, string>>;
        readonly percentile?: number | undefined;
        readonly comparison: '<' | '<=';
        readonly threshold?: number | undefined;
        readonly total?: {
            readonly metric: string;
            readonly labels: Readonly<Record<string, string>>;
        } | undefined;
        readonly good?: {
            readonly metric: string;
            readonly labels: Readonly<Record<string, string>>;
        } | undefined;
        readonly bad?: {
            readonly metric: string;
            readonly labels: Readonly<Record<string, string>>;
        } | undefined;
        readonly objective?: number | undefined;
        readonly window: number;
        readonly budget_window: number;
        readonly expire_after?: number | undefined;
        readonly runbook?: string | undefined;
    })[];
    readonly watchlist: readonly ({
        readonly title: string;
        readonly status: 'open' | 'planned' | 'in_progress' | 'done';
        readonly phase?: string | undefined;
        readonly why: string;
        readonly current_baseline: string;
        readonly future_target: string;
        readonly progress: string;
        readonly owners: readonly string[];
        readonly metric?: string | undefined;
        readonly labels: Readonly<Record<string, string>>;
        readonly watch?: number | undefined;
        readonly warn?: number | undefined;
        readonly breach?: number | undefined;
        readonly runbook?: string | undefined;
    })[];
    readonly scaling: {
        readonly enabled: boolean;
        readonly strategy: 'horizontal';
        readonly load_balancer: {
            readonly algorithm: 'round_robin' | 'least_connections' | 'ip_hash' | 'weighted_round_robin';
            readonly health_check_interval: number;
            readonly max_failures: number;
            readonly failure_timeout: number;
            readonly session_affinity: boolean;
        };
        readonly service_discovery: {
            readonly method: 'static' | 'dns' | 'consul' | 'kubernetes';
            readonly service_name?: string | undefined;
            readonly port: number;
            readonly namespace?: string | undefined;
            readonly instances: readonly string[];
            readonly consul?: {
                readonly address: string;
                readonly datacenter?: string | undefined;
                readonly token?: string | undefined;
            } | undefined;
        };
        readonly instances: {
            readonly min_instances: number;
            readonly max_instances: number;
            readonly target_cpu_utilization: number;
            readonly target_memory_utilization: number;
            readonly shutdown_timeout: number;
            readonly drain_timeout: number;
            readonly scale_up_cooldown: number;
            readonly scale_down_cooldown: number;
            readonly rules: readonly ({
                readonly metric: string;
                readonly threshold: number;
                readonly comparison: '>' | '<';
                readonly action: 'scale_up' | 'scale_down';
                readonly cooldown: number;
            })[];
        };
        readonly circuit_breaker: {
            readonly enabled: boolean;
            readonly failure_threshold: number;
            readonly recovery_timeout: number;
            readonly half_open_max_calls: number;
        };
    };
    readonly ops: {
        readonly prometheus_url?: string | undefined;
        readonly prometheus_headers: Readonly<Record<string, string>>;
        readonly queues: readonly ({
            readonly source: 'nats';
            readonly name: string;
            readonly url: string;
            readonly stream: string;
            readonly consumer: string;
            readonly backlog?: number | undefined;
        } | {
            readonly source: 'sql';
            readonly name: string;
            readonly table: string;
            readonly status_column?: string | undefined;
            readonly pending: string;
            readonly backlog?: number | undefined;
        } | {
            readonly source: 'metric';
            readonly name: string;
            readonly metric: string;
            readonly backlog?: number | undefined;
        })[];
        readonly outbox?: {
            readonly table: string;
            readonly dead_letter?: string | undefined;
            readonly pending: string;
            readonly failed: string;
            readonly discarded?: string | undefined;
            readonly columns: {
                readonly id?: string | undefined;
                readonly status?: string | undefined;
                readonly event_type?: string | undefined;
                readonly created_at?: string | undefined;
                readonly published_at?: string | undefined;
                readonly failed_at?: string | undefined;
                readonly attempts?: string | undefined;
                readonly last_error?: string | undefined;
            };
        } | undefined;
        readonly incidents: {
            readonly window: number;
            readonly clear_after: number;
            readonly http_5xx_rate: number;
            readonly http_5xx_critical: number;
            readonly http_requests: number;
            readonly queue_backlog: number;
            readonly dlq_backlog: number;
            readonly outbox_age: number;
            readonly publish_failures: number;
            readonly worker_failures: number;
        };
        readonly control: {
            readonly cpu_profile: boolean;
            readonly heap_snapshot: boolean;
        };
        readonly links: {
            readonly trace?: string | undefined;
            readonly logs?: string | undefined;
            readonly dashboard?: string | undefined;
        };
        readonly runbooks: Readonly<Record<string, string>>;
    };
    readonly agents: {
        readonly enabled: boolean;
        readonly monthly_budget?: number | undefined;
    };
    readonly hub: {
        readonly host: string;
        readonly port: number;
        readonly grpc_port: number;
        readonly ui_port: number;
        readonly path?: string | undefined;
        readonly forward: readonly string[];
        readonly limits: {
            readonly spans?: number | undefined;
            readonly span_bytes?: number | undefined;
            readonly spans_per_trace?: number | undefined;
            readonly logs?: number | undefined;
            readonly log_bytes?: number | undefined;
            readonly series?: number | undefined;
            readonly points_per_series?: number | undefined;
            readonly point_bytes?: number | undefined;
        };
    };
}

// console/console
interface Console {
    listener(request: IncomingMessage, response: ServerResponse): boolean;
    serve(request: IncomingMessage, response: ServerResponse): void;
    fetch(request: Request): Promise<Response>;
    owns(url: string): boolean;
    mount(server: Server): () => void;
}

// context/api
interface ApiBaggage {
    getEntry(key: string): ApiBaggageEntry | undefined;
    getAllEntries(): [string, ApiBaggageEntry][];
}

interface ApiBaggageEntry {
    value: string;
    metadata?: {
        toString(): string;
    };
}

interface ApiContext {
    getValue(key: symbol): unknown;
    setValue(key: symbol, value: unknown): ApiContext;
    deleteValue(key: symbol): ApiContext;
}

interface ApiLink {
    context: SpanContext;
    attributes?: object;
    droppedAttributesCount?: number;
}

interface ApiTraceState {
    get(key: string): string | undefined;
    set(key: string, value: string): ApiTraceState;
    unset(key: string): ApiTraceState;
    serialize(): string;
}

interface CurrentSpan {
    readonly name?: string;
    spanContext(): SpanContext;
    setAttribute(key: string, value: any): unknown;
    setAttributes(attributes: any): unknown;
    addEvent(name: string, attributesOrTime?: any, time?: any): unknown;
    setStatus(status: {
        code: number;
        message?: string;
    }): unknown;
    updateName(name: string): unknown;
    isRecording(): boolean;
    recordException(exception: any, time?: any): void;
    end(time?: any): void;
}

interface Ids {
    t0: number;
    t1: number;
    t2: number;
    t3: number;
    s0: number;
    s1: number;
    flags: number;
}

interface SpanContext {
    traceId: string;
    spanId: string;
    traceFlags: number;
    isRemote?: boolean;
    traceState?: ApiTraceState;
}

type TimeInput = number | Date | readonly [number, number];

// context/frame
declare class Foreign {
    readonly context: ApiContext;
    constructor(context: ApiContext);
}

declare class Frame implements ApiContext, Ids {
    #private;
    t0: number;
    t1: number;
    t2: number;
    t3: number;
    s0: number;
    s1: number;
    flags: number;
    traceState: string | null;
    span: CurrentSpan | null;
    correlationId: string | null;
    tenant: string | null;
    baggage: ApiBaggage | null;
    values: Held | Foreign | null;
    constructor(from: Frame | null);
    get hasTrace(): boolean;
    get suppressed(): boolean;
    hold(span: CurrentSpan): this;
    link(record: Ids): void;
    release(): void;
    getValue(key: symbol): unknown;
    setValue(key: symbol, value: unknown): Frame;
    deleteValue(key: symbol): Frame;
}

declare class Held {
    readonly key: symbol;
    readonly value: unknown;
    readonly next: Held | Foreign | null;
    constructor(key: symbol, value: unknown, next: Held | Foreign | null);
}

// context/non-recording
declare class NonRecordingSpan implements Ids {
    t0: number;
    t1: number;
    t2: number;
    t3: number;
    s0: number;
    s1: number;
    flags: number;
    traceState: string | null;
    readonly recording: false;
    constructor(t0: number, t1: number, t2: number, t3: number, s0: number, s1: number, flags: number, state: string | null);
    spanContext(): SpanContext;
    set(_key: string, _value: unknown): this;
    setAttribute(_key: string, _value: unknown): this;
    setAttributes(_attributes: object): this;
    event(_name: string, _attributes?: unknown, _time?: unknown): this;
    addEvent(_name: string, _attributesOrTime?: unknown, _time?: unknown): this;
    link(_to: unknown, _attributes?: unknown): this;
    addLink(_link: unknown): this;
    addLinks(_links: unknown): this;
    setStatus(_status: unknown): this;
    fail(_error?: unknown): this;
    updateName(_name: string): this;
    recordException(_exception: unknown, _time?: unknown): void;
    end(_time?: unknown): void;
    isRecording(): boolean;
}

// egress/address
type Preset = 'operator' | 'strict';

// egress/headers
type Headers = Readonly<Record<string, string>>;

// egress/last
interface LastRequest {
    readonly url: string;
    readonly preset: Preset;
    readonly headers: Headers;
    readonly body: Uint8Array<ArrayBuffer>;
    readonly gzip: boolean;
    readonly tls: TlsOptions | undefined;
}

// egress/tls
interface TlsOptions {
    readonly ca?: string | Buffer;
    readonly cert?: string | Buffer;
    readonly key?: string | Buffer;
    readonly skipVerify?: boolean;
}

// health/check
type CheckFunction = (signal: AbortSignal) => unknown;

interface CheckOptions {
    timeout?: number;
    critical?: boolean;
}

interface CheckResult {
    readonly name: string;
    readonly status: CheckStatus;
    readonly critical: boolean;
    readonly ms: number;
    readonly reason: string;
}

type CheckStatus = 'ok' | 'fail' | 'unknown';

// health/checks
interface ConfiguredCheck {
    readonly type: 'database' | 'external_service' | 'http' | 'custom';
    readonly name?: string | undefined;
    readonly url?: string | undefined;
    readonly handler?: string | undefined;
    readonly timeout?: number | undefined;
    readonly critical?: boolean | undefined;
}

declare class Health {
    #private;
    readonly liveness: Liveness;
    constructor(clock?: {
        now?: () => number;
        wall?: () => number;
    });
    check(name: string, check: CheckFunction, options?: CheckOptions): () => void;
    database(database: Pingable): () => void;
    configure(checks: readonly ConfiguredCheck[], means?: HealthMeans): void;
    run(): Promise<HealthReport>;
    storage(): Promise<boolean>;
}

interface HealthMeans {
    fetch?: (url: string, options: {
        signal: AbortSignal;
        timeoutMs: number;
    }) => Promise<{
        status: number;
    }>;
}

interface HealthReport {
    readonly status: 'ok' | 'degraded' | 'unhealthy';
    readonly checks: readonly CheckResult[];
    readonly time: number;
}

interface Pingable {
    readonly name: string;
    ping(signal: AbortSignal): Promise<unknown>;
}

// health/liveness
declare class Liveness {
    #private;
    register(name: string, check: LivenessCheck | null): void;
    disable(name: string): boolean;
    enable(name: string): boolean;
    off(): void;
    on(): void;
    run(): LivenessReport;
}

type LivenessCheck = () => unknown;

interface LivenessReport {
    readonly ok: boolean;
    readonly on: boolean;
    readonly checks: readonly LivenessResult[];
}

interface LivenessResult {
    readonly name: string;
    readonly status: 'ok' | 'fail' | 'disabled';
    readonly reason: string;
}

// lifecycle/lifecycle
declare class Lifecycle {
    #private;
    get ready(): boolean;
    get stopping(): boolean;
    begin(): void;
    onStop(name: string, order: number, work: (deadlineMs: number) => unknown, deadlineMs?: number): () => void;
    stop(): Promise<StopReport>;
}

type StopReport = readonly StopResult[];

interface StopResult {
    readonly name: string;
    readonly outcome: 'ok' | 'failed' | 'late';
    readonly ms: number;
}

// logs/console
declare class ConsoleBridge {
    #private;
    constructor(logs: Logs);
    start(): void;
    stop(): void;
    quietly<T>(work: () => T): T;
}

// logs/level
type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

// logs/logger
declare class Logger {
    #private;
    readonly name: string;
    constructor(logs: () => Logs, name: string);
    trace(fields: unknown, message?: string): void;
    debug(fields: unknown, message?: string): void;
    info(fields: unknown, message?: string): void;
    warn(fields: unknown, message?: string): void;
    error(fields: unknown, message?: string): void;
    fatal(fields: unknown, message?: string): void;
    named(name: string): Logger;
}

// logs/logs
interface LogOptions {
    readonly level: Exclude<Level, 'fatal'>;
    readonly format: 'json' | 'pretty';
    readonly selfLevel?: 'none' | 'debug' | 'info' | 'warn' | 'error';
    readonly includeSpans: boolean;
    readonly includeTargets: boolean;
    readonly includeThreadIds: boolean;
    readonly includeLineNumbers: boolean;
    readonly sampling: {
        readonly enabled: boolean;
        readonly rate: number;
    };
    readonly limits?: {
        readonly attributes: number;
        readonly valueLength: number;
    };
    readonly bridges?: {
        readonly pino: boolean;
        readonly winston: boolean;
        readonly console: boolean;
    };
}

declare class Logs {
    #private;
    readonly options: LogOptions;
    readonly pino: PinoBridge;
    readonly winston: WinstonBridge;
    readonly console: ConsoleBridge;
    used: boolean;
    constructor(init: LogsInit);
    get level(): LogOptions['level'];
    hold(level: LogOptions['level'] | null): void;
    get bridges(): NonNullable<LogOptions['bridges']>;
    start(): void;
    stop(): void;
    readonly forward: (record: LogRecord) => void;
    count(severity: number): void;
    wants(severity: number): boolean;
    sampled(severity: number, t3: number): boolean;
    hand(record: LogRecord): void;
    now(): number;
    scope(name: string): Scope;
    text(message: string): string;
    put(record: LogRecord, flat: Flat, key: string, value: Value): void;
    emit(level: Level, message: string, fields: unknown, target?: string, above?: (...args: never[]) => unknown): void;
    say(level: Level, text: string, fields: Readonly<Record<string, Value>>): void;
    facts(record: LogRecord, flat: Flat, above: (...args: never[]) => unknown): void;
    get threadId(): number;
    exception(record: LogRecord, flat: Flat, error: {
        name?: unknown;
        message?: unknown;
        stack?: unknown;
    }): void;
}

interface LogsInit {
    readonly registry: Registry | null;
    readonly sink: ((record: LogRecord) => void) | null;
    readonly options?: LogOptions;
    readonly redact?: (record: LogRecord) => void;
    readonly write?: (line: string) => void;
    readonly service?: string;
    readonly threadId?: number;
    readonly now?: () => number;
    readonly random?: () => number;
}

// logs/pino
type Instance = PinoLike & {
    [key: symbol]: unknown;
};

interface Line {
    readonly instance: Instance;
    readonly arguments: ArrayLike<unknown>;
    result?: string;
}

declare class PinoBridge {
    #private;
    constructor(logs: Logs);
    start(): void;
    stop(): void;
    say(level: 'debug' | 'info' | 'warn' | 'error', text: string, fields: object): boolean;
    meet(instance: PinoLike): void;
    begin(line: Line, told?: boolean): void;
    end(line: Line): void;
}

interface PinoLike {
    readonly levels?: {
        readonly labels: Readonly<Record<number, string>>;
    };
    debug(fields: object, message: string): void;
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
}

// logs/winston
interface Transport {
    readonly forceConsole?: unknown;
    log?(this: unknown, ...args: unknown[]): unknown;
}

declare class WinstonBridge {
    #private;
    constructor(logs: Logs);
    begin(info: unknown, above: Write): {
        info: unknown;
        undo: readonly string[];
    };
    end(info: unknown, undo: readonly string[]): void;
    record(logger: WinstonLike, info: unknown, above: Write): void;
}

interface WinstonLike {
    readonly transports?: readonly Transport[];
    isLevelEnabled(level: string): boolean;
}

type Write = (this: WinstonLike, info: unknown, ...rest: unknown[]) => unknown;

// metrics/counter
declare class BoundCounter implements Leaf {
    #private;
    series: Series;
    constructor(series: Series, counter: Counter, source: ExemplarSource);
    add(n: number): void;
    addFor(n: number, ids: TraceIds): void;
    attach(series: Series): void;
}

declare class Counter {
    #private;
    readonly trie: SeriesTrie<BoundCounter>;
    constructor(family: Family, dropped: readonly string[], ground: Ground, source: ExemplarSource);
    add(n: number, labels?: Labels): void;
    with(labels?: Labels): BoundCounter;
    refuse(n: unknown): void;
}

// metrics/exemplar
declare class ExemplarSource implements TraceIds {
    #private;
    on: boolean;
    t0: number;
    t1: number;
    t2: number;
    t3: number;
    s0: number;
    s1: number;
    flags: number;
    collected: number;
    use(read: ReadIds | null): void;
    sample(series: Series, slot: number, slots: number, value: number): void;
    sampleFor(series: Series, slot: number, slots: number, value: number, ids: TraceIds): void;
}

type ReadIds = (into: TraceIds) => boolean;

interface TraceIds {
    t0: number;
    t1: number;
    t2: number;
    t3: number;
    s0: number;
    s1: number;
    flags: number;
}

// metrics/gauge
declare class BoundGauge implements Leaf {
    #private;
    series: Series;
    constructor(series: Series, gauge: Gauge, shown: boolean);
    set(value: number): void;
    add(n: number): void;
    attach(series: Series): void;
}

declare class Gauge {
    #private;
    readonly trie: SeriesTrie<BoundGauge>;
    mode: number;
    constructor(family: Family, dropped: readonly string[], ground: Ground, mode: GaugeMode | undefined);
    set(value: number, labels?: Labels): void;
    add(n: number, labels?: Labels): void;
    with(labels?: Labels): BoundGauge;
    remove(labels?: Labels): void;
    clear(): void;
    settle(mode: number): boolean;
    refuse(value: unknown, mode: number): void;
}

type GaugeMode = 'set' | 'add';

// metrics/ground
interface Ground {
    readonly ledger: Ledger;
    limits: Limits;
    total: number;
    redact: RedactValue;
    readonly now: () => number;
}

type Labels = Readonly<Record<string, unknown>>;

interface Limits {
    readonly series: number;
    readonly nodes: number;
    readonly valueLength: number;
    readonly total: number;
}

type RedactValue = (key: string, value: string) => string;

// metrics/histogram
declare class BoundHistogram implements Leaf {
    #private;
    series: Series;
    constructor(series: Series, bounds: Float64Array, histogram: Histogram, source: ExemplarSource);
    observe(value: number): void;
    observeFor(value: number, ids: TraceIds | null): void;
    attach(series: Series): void;
}

declare class Histogram {
    #private;
    readonly trie: SeriesTrie<BoundHistogram>;
    constructor(family: Family, dropped: readonly string[], ground: Ground, source: ExemplarSource);
    observe(value: number, labels?: Labels): void;
    with(labels?: Labels): BoundHistogram;
    refuse(value: unknown): void;
}

// metrics/ledger
declare class Ledger {
    #private;
    strict: boolean;
    attach(rejected: Counter, overflowed: Counter, prefix: string): void;
    refuse(metric: string, reason: Refusal, found: string): void;
    overflow(metric: string, series: number): void;
}

type Refusal = 'kind' | 'name' | 'labels' | 'negative' | 'not_finite';

// metrics/observable
declare class Observable {
    #private;
    readonly trie: SeriesTrie<Observed>;
    constructor(family: Family, dropped: readonly string[], ground: Ground);
    add(callback: ObserveCallback): void;
    remove(callback: ObserveCallback): void;
    observe(value: number, labels?: Labels): void;
    begin(): void;
    collect(): void;
    end(hooksFailed: boolean): void;
}

type ObserveCallback = (report: Report) => unknown;

declare class Observed implements Leaf {
    series: Series;
    seen: number;
    constructor(series: Series);
    attach(series: Series): void;
}

type Report = (value: number, labels?: Labels) => void;

// metrics/options
interface GaugeOptions extends InstrumentOptions {
    readonly mode?: GaugeMode | undefined;
}

interface HistogramOptions extends InstrumentOptions {
    readonly buckets?: readonly number[] | undefined;
}

interface InstrumentOptions {
    readonly labels?: readonly string[] | null | undefined;
    readonly help?: string | undefined;
    readonly unit?: string | undefined;
    readonly scope?: Scope | undefined;
    readonly group?: Group | undefined;
    readonly rank?: number | undefined;
}

interface ObservableOptions extends InstrumentOptions {
    readonly type?: 'gauge' | 'counter' | 'updown' | undefined;
}

interface RegistryOptions {
    readonly limits?: Partial<Limits>;
    readonly views?: readonly View[];
    readonly strict?: boolean;
    readonly off?: readonly Group[];
    readonly redact?: RedactValue;
}

// metrics/registry
type Instrument = Counter | Gauge | Histogram | Observable;

declare class Registry {
    #private;
    constructor(options?: RegistryOptions & {
        prefix?: string;
        now?: () => number;
    });
    configure(options: RegistryOptions): void;
    counter(name: string, options?: InstrumentOptions): Counter;
    gauge(name: string, options?: GaugeOptions): Gauge;
    updown(name: string, options?: InstrumentOptions): Gauge;
    histogram(name: string, options?: HistogramOptions): Histogram;
    observable(name: string, options: ObservableOptions, callback?: ObserveCallback): Observable;
    declare(row: Name): Instrument;
    observe(row: Name, callback?: ObserveCallback): Observable;
    onCollect(hook: () => void): () => void;
    exemplars(read: ReadIds | null): void;
    get ledger(): Ledger;
    families(): Family[];
    collectDelta(): Family[];
    find(name: string): {
        readonly family: Family;
        readonly observed: boolean;
    } | undefined;
    exposition(options?: {
        naming?: Naming;
        hide?: readonly Group[];
    }): Family[];
}

// metrics/series
interface Leaf {
    series: Series;
    attach(series: Series): void;
}

declare class SeriesTrie<T extends Leaf> {
    #private;
    family: Family;
    readonly canonical: Map<string, T>;
    constructor(family: Family, dropped: readonly string[], ground: Ground, make: (series: Series, part: boolean) => T, lazy?: boolean);
    find(labels: Labels | undefined): T | null;
    nowhere(): T;
    refuseAll(): void;
    get label(): string;
    get nodes(): number;
    remove(gone: (leaf: T) => boolean): void;
    refine(family: Family, dropped: readonly string[], merge: (into: Series, from: Series) => boolean): number;
}

// metrics/views
interface View {
    readonly name: string;
    readonly rename?: string | undefined;
    readonly alias?: string | undefined;
    readonly drop_labels?: readonly string[] | undefined;
    readonly buckets?: readonly number[] | undefined;
    readonly bounds?: readonly number[] | undefined;
}

// model/attribute
type Flat = Value[];

declare class Resource {
    readonly attributes: Flat;
    readonly schemaUrl: string;
    bytes: Uint8Array | null;
    constructor(attributes: Flat, schemaUrl?: string);
}

type Scalar = string | number | boolean | bigint;

declare class Scope {
    readonly name: string;
    readonly version: string;
    readonly schemaUrl: string;
    readonly attributes: Flat | null;
    bytes: Uint8Array | null;
    constructor(name: string, version?: string, schemaUrl?: string, attributes?: Flat | null);
}

type Value = Scalar | null | Uint8Array | readonly Value[] | {
    readonly [key: string]: Value;
};

// model/batch
interface Batch {
    readonly resource: Resource;
    readonly spans: readonly SpanRecord[];
    readonly series: readonly Family[];
    readonly logs: readonly LogRecord[];
}

interface Sink {
    readonly name: string;
    accept(batch: Batch): void;
    flush?(deadlineMs: number): Promise<void>;
    close?(deadlineMs: number): Promise<void>;
}

// model/log
declare class LogRecord {
    time: number;
    observed: number;
    severity: number;
    severityText: string;
    body: Value;
    attributes: Flat | null;
    t0: number;
    t1: number;
    t2: number;
    t3: number;
    s0: number;
    s1: number;
    flags: number;
    scope: Scope;
    eventName: string;
    dropped: number;
    constructor(scope: Scope, time: number, severity: number, severityText: string, body: Value);
}

// model/metric
interface Exemplar {
    readonly value: number;
    readonly time: number;
    readonly t0: number;
    readonly t1: number;
    readonly t2: number;
    readonly t3: number;
    readonly s0: number;
    readonly s1: number;
    readonly attributes: Flat | null;
}

declare class Family {
    readonly name: string;
    readonly short: string;
    type: MetricType;
    readonly unit: string;
    readonly help: string;
    readonly labels: readonly Label[] | null;
    readonly bounds: Float64Array | null;
    readonly scope: Scope;
    delta: boolean;
    readonly group: string;
    readonly namespaced: boolean;
    readonly only: 'short' | 'semconv' | null;
    readonly reads: 'value' | 'count';
    readonly exact: boolean;
    readonly series: Series[];
    readonly text: {
        key: string;
    };
    constructor(init: {
        name: string;
        short: string;
        type: MetricType;
        unit?: string;
        help?: string;
        labels?: readonly Label[] | null;
        bounds?: Float64Array | null;
        scope: Scope;
        delta?: boolean;
        group?: string;
        namespaced?: boolean;
        only?: 'short' | 'semconv' | null;
        reads?: 'value' | 'count';
        exact?: boolean;
        series?: Series[];
        text?: {
            key: string;
        };
    });
}

interface Label {
    readonly short: string;
    readonly semconv: string;
    readonly int?: boolean;
}

type MetricType = 'counter' | 'updown' | 'gauge' | 'histogram' | 'exponential' | 'summary';

declare class Series {
    readonly attributes: Flat;
    value: number;
    count: number;
    buckets: Float64Array | null;
    exemplars: (Exemplar | null)[] | null;
    start: number;
    time: number;
    last: {
        value: number;
        count: number;
        buckets: Float64Array | null;
        time: number;
    } | null;
    text: string | null;
    bytes: Uint8Array | null;
    constructor(attributes: Flat, buckets: Float64Array | null, start: number);
}

// model/names
type Group = 'http' | 'database' | 'process' | 'runtime' | 'uptime' | 'app' | 'logs' | 'otel.sdk' | 'telltale' | 'custom';

interface Name {
    readonly short: string;
    readonly otel: string;
    readonly type: 'counter' | 'updown' | 'gauge' | 'histogram';
    readonly unit: string;
    readonly help: string;
    readonly labels: readonly Label[];
    readonly group: Group;
    readonly namespaced: boolean;
    readonly bounds?: readonly number[];
    readonly only?: 'short' | 'semconv';
    readonly open?: true;
    readonly countOf?: string;
    readonly exempt?: string;
}

// model/span
interface SpanEvent {
    readonly name: string;
    readonly time: number;
    readonly attributes: Flat | null;
    readonly dropped: number;
}

interface SpanLink {
    readonly t0: number;
    readonly t1: number;
    readonly t2: number;
    readonly t3: number;
    readonly s0: number;
    readonly s1: number;
    readonly flags: number;
    readonly traceState: string | null;
    readonly attributes: Flat | null;
    readonly dropped: number;
}

declare class SpanRare {
    events: SpanEvent[] | null;
    links: SpanLink[] | null;
    statusMessage: string | null;
    traceState: string | null;
    droppedAttributes: number;
    droppedEvents: number;
    droppedLinks: number;
}

declare class SpanRecord {
    t0: number;
    t1: number;
    t2: number;
    t3: number;
    s0: number;
    s1: number;
    p0: number;
    p1: number;
    name: string;
    kind: number;
    flags: number;
    status: number;
    startTime: number;
    endTime: number;
    scope: Scope;
    attributes: Flat | null;
    template: Template | null;
    peer: Template | null;
    rare: SpanRare | null;
    constructor(scope: Scope, name: string, kind: number, startTime: number);
}

declare class Template {
    readonly attributes: Flat;
    bytes: Uint8Array | null;
    judged: boolean;
    constructor(attributes: Flat);
}

// pipeline/intake
declare class IntakeCounts {
    capacity: number;
    size: number;
    processed: number;
    dropped: number;
    late: number;
    failed: number;
}

// pipeline/options
interface PipelineClock {
    monotonic(): number;
    setInterval(work: () => void, ms: number): {
        unref(): unknown;
    };
    clearInterval(timer: {
        unref(): unknown;
    }): void;
    setImmediate(work: () => void): unknown;
}

interface PipelineOptions {
    readonly resource: Resource;
    readonly sinks: readonly Sink[];
    readonly collect?: () => readonly Family[];
    readonly redact?: Redaction;
    readonly spans?: QueueOptions;
    readonly logs?: QueueOptions;
    readonly metricsIntervalMs?: number;
    readonly clock?: PipelineClock;
}

interface QueueOptions {
    readonly queue?: number;
    readonly batch?: number;
    readonly delayMs?: number;
}

interface Redaction {
    readonly span?: (span: SpanRecord) => void;
    readonly log?: (log: LogRecord) => void;
}

// pipeline/pipeline
declare class Pipeline {
    #private;
    readonly resource: Resource;
    readonly sinks: readonly SignalSink[];
    readonly span: (span: SpanRecord) => void;
    readonly log: (log: LogRecord) => void;
    constructor(options: PipelineOptions);
    get self(): {
        readonly spans: IntakeCounts;
        readonly logs: IntakeCounts;
        readonly metricPoints: number;
    };
    get encodesAtEnd(): boolean;
    flush(deadlineMs: number): Promise<void>;
    last(): LastRequest[];
    close(deadlineMs: number): Promise<void>;
}

// pipeline/sink
declare class ExportCounts {
    inflight: number;
    exported: number;
    rejected: number;
    failed: number;
    dropped: number;
}

interface SignalSink extends Sink {
    readonly takes?: ReadonlySet<Signal>;
    encode?(span: SpanRecord, resource: Resource): void;
    ship?(signal: Signal): void;
    flush?(deadlineMs: number, signal?: Signal): Promise<void>;
    last?(): readonly LastRequest[];
    readonly counts?: Readonly<Record<Signal, ExportCounts>>;
    look?(signal: Signal): SinkReading | null;
    readonly state?: 'loading' | 'unavailable' | undefined;
    readonly component?: string;
}

interface SinkError {
    readonly at: number;
    readonly kind: 'again' | 'refused' | 'partial';
    readonly reason: string;
}

interface SinkReading {
    readonly place: string | null;
    readonly requests: number;
    readonly retries: number;
    readonly delivering: boolean | null;
    readonly acceptedAt: number | null;
    readonly error: SinkError | null;
    readonly waiting: {
        readonly requests: number;
        readonly mostRequests: number;
        readonly bytes: number;
        readonly mostBytes: number;
        readonly mostRecords: number;
    };
}

declare function takes(sink: SignalSink, signal: Signal): boolean;

// start/telltale
interface Parts {
    readonly config: Config;
    readonly file: string | undefined;
    readonly resource: Resource;
    readonly registry: Registry;
    readonly pipeline: Pipeline;
    readonly console: Console;
    readonly lifecycle: Lifecycle;
    readonly health: Health;
    readonly traffic: TrafficRing;
    readonly listens: boolean;
    readonly mounted: () => void;
}

// trace/active
type Kind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

interface SpanSettings {
    kind?: Kind;
    attributes?: object;
    links?: StartOptions['links'];
    root?: boolean;
}

// trace/engine
interface EngineOptions {
    readonly sampler?: Sampler;
    readonly limits?: Partial<Limits>;
    readonly finish?: (span: SpanRecord) => void;
    readonly ids?: () => number;
    readonly now?: () => number;
    readonly judge?: (key: string) => Verdict;
    readonly randomFlag?: boolean;
}

declare class TraceEngine {
    #private;
    readonly on: boolean;
    readonly limits: Limits;
    sampler: Sampler;
    readonly now: () => number;
    readonly ids: () => number;
    readonly judge: (key: string) => Verdict;
    readonly started: Float64Array<ArrayBuffer>;
    live: Float64Array<ArrayBuffer>;
    late: number;
    constructor(options?: EngineOptions | null);
    resample(sampler: Sampler): void;
    tracer(name: string, version?: string, schemaUrl?: string, attributes?: Flat | null): Tracer;
    tracers(): Generator<Tracer>;
    start(tracer: Tracer, name: string, kind: number, parent: Frame | null, startTime: number, attributes: object | null): Span | NonRecordingSpan;
    ended(span: Span): void;
    tooLate(span: Span): void;
}

type Verdict = 'keep' | 'redact' | 'free';

// trace/limits
interface Limits {
    readonly attributes: number;
    readonly events: number;
    readonly links: number;
    readonly attributesPerEvent: number;
    readonly attributesPerLink: number;
    readonly valueLength: number;
}

// trace/sampler
declare const DROP = 0;

type Decision = typeof DROP | typeof RECORD | typeof SAMPLE;

declare const RECORD = 1;

declare const SAMPLE = 2;

interface Sampler {
    readonly description: string;
    readonly constant?: Decision;
    byName?(name: string): Decision | undefined;
    decide(t2: number, t3: number, parent: Frame | null, name: string, kind: number, attributes: object | null): Decision;
}

// trace/span
declare class Span extends SpanRecord {
    #private;
    scope: Tracer;
    get recording(): boolean;
    isRecording(): boolean;
    set(key: string, value: Value | undefined): this;
    setAttribute(key: string, value: Value | undefined | readonly (Value | undefined)[]): this;
    setAttributes(attributes: object): this;
    event(name: string, attributes?: object | null, time?: TimeInput): this;
    addEvent(name: string, attributesOrTime?: object | TimeInput | null, time?: TimeInput): this;
    link(to: SpanContext | Ids, attributes?: object | null): this;
    addLink(link: ApiLink): this;
    addLinks(links: readonly ApiLink[]): this;
    setStatus(status: {
        code: number;
        message?: string | undefined;
    }): this;
    fail(error?: unknown): this;
    recordException(exception: unknown, time?: TimeInput): void;
    updateName(name: string): this;
    end(time?: TimeInput): void;
    spanContext(): SpanContext;
}

// trace/tracer
type Started = Span | NonRecordingSpan;

declare class Tracer extends Scope {
    engine: TraceEngine;
    constructor(engine: TraceEngine, name: string, version: string, schemaUrl: string, attributes: Flat | null);
    start(name: string, kind?: number, parent?: Frame | null, startTime?: number): Started;
    startSpan(name: string, options?: StartOptions | null, context?: ApiContext): Started;
    startActiveSpan<R>(name: string, work: Work<Started, R>): R;
    startActiveSpan<R>(name: string, options: StartOptions, work: Work<Started, R>): R;
    startActiveSpan<R>(name: string, options: StartOptions, context: ApiContext, work: Work<Started, R>): R;
}

type Work<S, R> = (span: S) => R;

// traffic/ring
interface Samples {
    readonly length: number;
    readonly time: Float64Array;
    readonly ms: Float32Array;
    readonly status: Uint16Array;
    readonly tenant: Uint16Array;
}

declare class TrafficRing {
    #private;
    readonly capacity: number;
    total: number;
    constructor(capacity?: number);
    get size(): number;
    push(time: number, ms: number, status: number, tenant: number): void;
    window(now: number, seconds: number, tenant?: number): Samples;
}

// wire/prometheus/naming
type Naming = 'short' | 'semconv';
