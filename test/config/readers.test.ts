import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isActive } from '../../src/config/inactive.ts'
import { leaves } from './effects/row.ts'

/** Keys of the scrape guard by what they become. */
const GUARD_KEYS = {
  methods: /authentication\.methods$/,
  header: /authentication\.token_header$/,
  requiredScopes: /authentication\.required_scopes$/,
  invalidTokenStatus: /authentication\.invalid_token_status$/,
  allowed: /authentication\.allowed_addresses$/,
  requestsPerMinute: /rate_limit\.requests_per_minute$/,
  burstSize: /rate_limit\.burst_size$/,
}

/**
 * How each active key is read outside config: the first pattern that fits a key says which source text reads it. Keys that
 * become something else (a list of exporters, the sampler) are read as what they became.
 */
const READERS: readonly (readonly [RegExp, ...RegExp[]])[] = [
  [/^(name|.*service_name|.*service_version)$/, /\bconfig\.service\b/],
  [/^mode$/, /\bconfig\.mode\b/],
  [/^dev$/, /\bconfig\.dev\b/],
  [/^strict$/, /\bconfig\.strict\b/],
  [/^on_invalid$/, /\bonInvalid\(/],
  [/opentelemetry\.enabled$/, /\bconfig\.disabled\b/],
  [/\.propagators$/, /\bconfig\.propagators\b/],
  [/\.exit_timeout$/, /\bopentelemetry\.exit_timeout\b/],
  [/tracing\.enabled$/, /\btraces\.enabled\b|config\[signal\]\.enabled/],
  [/tracing\.sample(r|_rate)$/, /\btraces\.sampler\b/],
  [/tracing\.max_/, /\btraces\.limits\b/],
  [/tracing\.queue_size$/, /\btraces\.queue\b/, /\bqueue\.size\b/, /\btraces\.limit\b/],
  [/logging\.queue_size$/, /\blogs\.queue\b/, /\bqueue\.size\b/, /\blogs\.limit\b/],
  [/tracing\.export_batch_size$/, /\btraces\.queue\b/, /\bqueue\.batch\b/, /\btraces\.batch\b/],
  [/logging\.export_batch_size$/, /\blogs\.queue\b/, /\bqueue\.batch\b/, /\blogs\.batch\b/],
  [/tracing\.export_delay$/, /\btraces\.queue\b/, /\bqueue\.delayMs\b/],
  [/logging\.export_delay$/, /\blogs\.queue\b/, /\bqueue\.delayMs\b/],
  [/tracing\.export_timeout$/, /\btraces\.queue\.timeoutMs\b|\bqueue\.timeoutMs\b/],
  [/logging\.export_timeout$/, /\blogs\.queue\.timeoutMs\b|\bqueue\.timeoutMs\b/],
  [/metrics\.export_timeout$/, /\bmetrics\.timeoutMs\b/],
  [/\(otlp\)\.protocol$/, /\bexporter\.protocol\b/],
  [/\(otlp\)\.(endpoint|insecure)$/, /\bexporter\.url\b|\burls\[/],
  [/\(otlp\)\.headers$/, /\bexporter\.headers\b/],
  [/\(otlp\)\.timeout$/, /\bexporter\.timeoutMs\b/],
  [/\(otlp\)\.compression$/, /\bexporter\.compression\b/],
  [/\(otlp\)\.(certificate|client_key|client_certificate)$/, /\bexporter\.tls\b/],
  [/\((zipkin|jaeger)\)\.(endpoint|headers|timeout)$/, /\{ type, url, headers, [^}]*timeoutMs, [^}]*\} = exporter\b/],
  [/(exporters|sinks)\[\]\(.*\)\.(type|enabled_in_dev)$/, /\bexporter\.type\b/, /config\[signal\]\.exporters/],
  [/\(prometheus\)\.endpoint$|prometheus\.endpoint$/, /\bscrape\.path\b/],
  [/authentication\.(enabled|method|token_env)$/, /\bscrape\.guard\b/],
  ...Object.entries(GUARD_KEYS).map(
    ([name, key]) => [key, new RegExp(`\\b${name}\\b[^}]*\\} = scrape\\.authentication\\b`)] as const,
  ),
  [/rate_limit\.(shared|url_env)$/, /\bshared \} = scrape\.authentication\b/],
  [/access\.max_clients$/, /\baccess\.max_clients\b/],
  [/access\.trusted_proxies$/, /\bClientAddresses\(proxies\)/],
  [/opentelemetry\.metrics\.enabled$/, /\bconfig\.metrics\.enabled\b/],
  [/metrics\.export_interval$/, /\bmetrics\.intervalMs\b/],
  [/metrics\.temporality$/, /\bmetrics\.temporality\b/],
  [/metrics\.http_metrics$/, /\bfamilies\.http\b/],
  [/metrics\.database_metrics$/, /\bfamilies\.database\b/],
  [/metrics\.system_metrics$/, /\bfamilies\.system\b/],
  [/metrics\.custom_metrics$/, /\bfamilies\.custom\b/],
  [/resource\.attributes$/, /\bconfig\.resource\b/],
  [/^observability\.metrics\.namespace$/, /\bmetrics\.namespace\b/],
  [/views\[\]\.name$/, /\bview\.name\b/],
  [/views\[\]\.rename$/, /\bview\.rename\b/],
  [/views\[\]\.alias$/, /\bview\.alias\b/],
  [/views\[\]\.drop_labels$/, /\bview\.drop_labels\b/],
  [/views\[\]\.buckets$/, /\bview\.buckets\b/],
  [/metrics\.limits\.series$/, /\blimits\.series\b/],
  [/metrics\.limits\.nodes$/, /\blimits\.nodes\b/],
  [/metrics\.limits\.value_length$/, /\blimits\.value_length\b/],
  [/prometheus\.enabled$/, /\bscrape\.enabled\b/],
  [/prometheus\.naming$/, /\bprometheus\.naming\b/],
  [/prometheus\.metrics\.(http|database|business)\.enabled$/, /\bscrape\.hidden\b/],
  [/track_user_agents$/, /\btrack_user_agents\b/],
  [/track_ip_addresses$/, /\btrack_ip_addresses\b/],
  [/database\.track_queries$/, /\bshapes: track_queries\b/],
  [/database\.connection_pool$/, /\bpools: connection_pool\b/],
  [/database\.query_duration$/, /\bdurations: query_duration\b/],
  [/observability\.tracing\.database$/, /\btracing\.database\b/],
  [/histogram_buckets$/, /\bhistogram_buckets\b/],
  [/business\.custom_/, /\bbusiness\[`custom_\$\{kind\}s`\]/, /\bcustomDefinitions\(business/],
  [/logging\.level$/, /\boptions\.level\b/],
  [/logging\.self_level$/, /\bselfLevel\b/],
  [/logging\.format$/, /\boptions\.format\b/],
  [/include_spans$/, /\boptions\.includeSpans\b/],
  [/include_targets$/, /\boptions\.includeTargets\b/],
  [/include_thread_ids$/, /\boptions\.includeThreadIds\b/],
  [/include_line_numbers$/, /\boptions\.includeLineNumbers\b/],
  [/logging\.sampling\./, /\boptions\.sampling\b/],
  [/logging\.bridges\.pino$/, /\bbridges\.pino\b/],
  [/logging\.bridges\.winston$/, /\bbridges\.winston\b/],
  [/logging\.bridges\.console$/, /\bbridges\.console\b/],
  [/logging\.max_attribute/, /\blogs\.limits\b/],
  [/health\.(enabled|endpoint)$/, /\{ enabled, endpoint \} = config\.observability\.health\b/],
  [/health\.checks\[\]/, /\bhealth\.checks\b/],
  [/^custom_metrics\./, /\bconfig\.custom_metrics\b/, /\bcustom\[`\$\{kind\}s`\]/],
  [/surfaces\.http\.enabled$/, /\bhttp\.enabled\b/],
  [/surfaces\.http\.client$/, /\bhttp\.client\b/],
  [/surfaces\.http\.extract_headers$/, /\bhttp\.extract_headers\b/],
  [/surfaces\.http\.inject_headers$/, /\bhttp\.inject_headers\b/],
  [/surfaces\.http\.correlation_header$/, /\bhttp\.correlation_header\b/],
  [/surfaces\.http\.express_shapes$/, /\bhttp\.express_shapes\b/],
  [/surfaces\.http\.ignore$/, /\bhttp\.ignore\b/],
  [/surfaces\.http\.baggage_hosts$/, /\bhttp\.baggage_hosts\b/],
  [/surfaces\.queue\.enabled$/, /\bqueue\.enabled\b/],
  [/surfaces\.queue\.message$/, /\bqueue\.message\b/],
  [/surfaces\.queue\.batch$/, /\bqueue\.batch\b/],
  [/surfaces\.process\.enabled$/, /\bprocesses\.enabled\b/],
  [/surfaces\.process\.trace_lifecycle$/, /\bprocesses\.trace_lifecycle\b/],
  [/surfaces\.cdc\.enabled$/, /\bcdc\.enabled\b/],
  [/surfaces\.workflow\.enabled$/, /\bworkflow\.enabled\b/],
  [/surfaces\.workflow\.temporal\.enabled$/, /\btemporal\.enabled\b/],
  [/surfaces\.workflow\.steps$/, /\bworkflow\.steps\b/],
  [/surfaces\.functions\.enabled$/, /\bobserved\.enabled\b/],
  [/surfaces\.functions\.order$/, /\bobserved\.order\b/],
  [/surfaces\.events\.max_subscribers$/, /\bevents\.max_subscribers\b/],
  [/^ops\.control\.cpu_profile$/, /\ballowed\.cpu_profile\b/],
  [/^ops\.control\.heap_snapshot$/, /\ballowed\.heap_snapshot\b/],
  [/^instrumentations$/, /\bconfig\.instrumentations\b/],
  [/server\.enabled$/, /\bserver\.enabled\b/],
  [/server\.host$/, /\bserver\.host\b/],
  [/server\.port$/, /\bserver\.port\b/],
  [/server\.header_timeout$/, /\bserver\.header_timeout\b/],
  [/tenants\.default$/, /\brules\.default\b/],
  [/tenants\.header$/, /\brules\.header\b/],
  [/tenants\.routing_mode$/, /\brules\.routing_mode\b/],
  [/tenants\.strict_validation$/, /\brules\.strict_validation\b/],
  [/jwt\.enabled$/, /\bjwt\.enabled\b/],
  [/access\.jwt\.secret_env$/, /\bsecret: jwtSecret\b/],
  [/access\.jwt\.jwks_refresh$/, /\bjwt\.jwks_refresh\b/],
  [/access\.jwt\.jwks_stale$/, /\bjwt\.jwks_stale\b/],
  [/access\.jwt\.jwks_url$/, /\bjwt\.jwks_url\b/],
  [/access\.jwt\.algorithms$/, /\bjwt\.algorithms\b/],
  [/access\.jwt\.issuer$/, /\bjwt\.issuer\b/],
  [/access\.jwt\.audience$/, /\bjwt\.audience\b/],
  [/access\.jwt\.clock_tolerance$/, /\bjwt\.clock_tolerance\b/],
  [/access\.jwt\.roles_claim$/, /\bjwt\.roles_claim\b/],
  [/access\.jwt\.admin_roles$/, /\bjwt\.admin_roles\b/],
  [/access\.jwt\.admin_by_scope$/, /\bjwt\.admin_by_scope\b/],
  [/tenants\.jwt_claim$/, /\btenants\.jwt_claim\b/],
  [/access\.exclude_paths$/, /\baccess\.exclude_paths\b/],
  [/console\.enabled$/, /\bconsole\.enabled\b/],
  [/console\.instance$/, /\{ instance \} = config\.console\b/],
  [/console\.reconcile_interval$/, /\breconcile_interval: keepMs \} = config\.console\b/],
  [/console\.resources\[\]\./, /\{ resources, [^}]*\} = config\.console\b/],
  [/tokens\.(store|path)$/, /\bopenTokens\(config\.tokens\)/, /\bnew FileStore\(settings\.path\)/],
  [/tokens\.(url_env|table)$/, /\{ url, urlEnv, table \} = settings\b/],
  [/tokens\.(refresh|stale)$/, /\{ refreshMs, staleMs \} = settings\b/],
  [/endpoint_policy$/, /\baccess\.endpoint_policy\b/],
  [/^audit\.enabled$/, /\btrail\.enabled\b/],
  [/^audit\.store$/, /\btrail\.store\b/],
  [/^audit\.(path|url_env|table)$/, /\bauditOf\(\{ \.\.\.trail\b/],
  [/^audit\.retention$/, /\btrail\.retentionMs\b/],
  [/^hub\.host$/, /\bhub\?\.host\b/],
  [/^hub\.port$/, /\bhub\?\.port\b/],
  [/^hub\.ui_port$/, /\bhub\?\.ui_port\b/],
  ...['spans', 'span_bytes', 'spans_per_trace', 'logs', 'log_bytes', 'series', 'points_per_series', 'point_bytes'].map(
    (key) => [new RegExp(`^hub\\.limits\\.${key}$`), new RegExp(`\\blimits\\?\\.${key}\\b`)] as const,
  ),
  [/^slos\[\]\.(labels|metric|description|name)$/, /\bdeclared\.labels\b/, /\bdeclared\.metric\b/, /\bdescription\b/],
  [/^slos\[\]\.(total|good|bad)\.(metric|labels)$/, /\bdeclared\.total\b/, /declared\.good \?\? declared\.bad\b/],
  [/^slos\[\]\.(kind|threshold|runbook)$/, /\bkind, threshold = 0, runbook \} = declared\b/],
  ...['percentile', 'comparison', 'objective', 'window', 'budget_window', 'expire_after'].map(
    (key) => [new RegExp(`^slos\\[\\]\\.${key}$`), new RegExp(`\\bdeclared\\.${key}\\b`)] as const,
  ),
  [/^watchlist\[\]\.(watch|warn|breach)$/, /\{ metric, watch, warn, breach \} = this\.#declared\b/],
  [/^watchlist\[\]\./, /\bconst declared = this\.#declared\b/, /\bnew Selector\(declared\.labels\)/],
  [/^ops\.prometheus_url$/, /\bops\.prometheus_url\b/],
  [/^ops\.prometheus_headers$/, /\bops\.prometheus_headers\b/],
  [
    /^ops\.queues\[\]\((nats|sql|metric)\)\.(source|name|url|stream|consumer|metric|table|status_column|pending|backlog)$/,
    /\bqueues: ops\.queues\b/,
  ],
  [/^ops\.outbox\./, /\bnew Outbox\(db, outbox\)/, /\bnew Messages\(\{ outbox\b/],
  [/^ops\.incidents\.(queue_backlog|clear_after)$/, /\{ queue_backlog, window, clear_after \} = ops\.incidents\b/],
  ...[
    'window',
    'http_5xx_rate',
    'http_5xx_critical',
    'http_requests',
    'dlq_backlog',
    'outbox_age',
    'publish_failures',
    'worker_failures',
  ].map((key) => [new RegExp(`^ops\\.incidents\\.${key}$`), new RegExp(`\\bbounds\\.${key}\\b`)] as const),
  [/^ops\.links\./, /\bops\.links\b/],
  [/^ops\.runbooks$/, /\{ runbooks \} = this\.#means\.ops\b/],
  [/^redact\.patterns\[\]\.(name|pattern)$/, /\bredact\.patterns\b/],
  ...['keys', 'allow', 'emails', 'max_depth'].map(
    (key) => [new RegExp(`^redact\\.${key}$`), new RegExp(`\\bredact\\.${key}\\b`)] as const,
  ),
]

const source = sources(join(import.meta.dirname, '../../src'))
  .filter((path) => !/[\\/]src[\\/](?:config|cli)[\\/](?!(?:hub|audit)\.ts$)/.test(path))
  .map((path) =>
    readFileSync(path, 'utf8')
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/^\s*\/\/.*$/gm, ''),
  )
  .join('\n')

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? sources(path) : path.endsWith('.ts') ? [path] : []
  })
}

const active = leaves().filter(isActive)

test('every active key has a reader outside config, and only active keys are in the table of readers [R-01]', () => {
  const unknown = active.filter((path) => !READERS.some(([key]) => key.test(path)))
  const unread = active.filter((path) => {
    const [, ...texts] = READERS.find(([key]) => key.test(path)) ?? [/./]
    return !texts.every((text) => text.test(source))
  })
  expect({ unknown, unread }).toEqual({ unknown: [], unread: [] })
  expect(READERS.filter(([key]) => !active.some((path) => key.test(path))).map(String)).toEqual([])
})
