// The environment over the file. Variables that set one key are in one table; resource attributes and lists are decoded
// here; exporters have a file of their own. Everything is written into the tree of settings before it is validated, so
// that faults and `explain` name the variable.
import { durationText } from './duration.ts'
import { overlayExporters } from './exporter-variables.ts'
import { decodePairs } from './pairs.ts'
import { leaf, type Origin, put, reach, type Tree, treeOf } from './tree.ts'
import { type Warning, warning } from './warning.ts'

interface Simple {
  readonly name: string
  readonly path: string
  /** `ms`: a number of milliseconds, as OpenTelemetry's variables are. */
  readonly unit?: 'ms'
  /** Values that are taken; anything else is ignored with a warning. Without it a wrong value is a fault. */
  readonly known?: (value: string) => string | undefined
}

const ratio = (value: string) => (/^(?:0?\.\d+|[01](?:\.0*)?|0\.\d*)$/.test(value) ? String(Number(value)) : undefined)
const whole = (value: string) => (/^\d{1,15}$/.test(value) ? value : undefined)
const positive = (value: string) => (/^0*[1-9]\d{0,14}$/.test(value) ? value : undefined)
const milliseconds = (value: string) =>
  /^\d{1,7}$/.test(value) && Number(value) <= 3_600_000 ? durationText(Number(value)) : undefined
const atLeastOne = (value: string) => (value === '0' ? undefined : milliseconds(value))
const oneOf =
  (...words: string[]) =>
  (value: string) => {
    const word = value.toLowerCase()
    return words.includes(word) ? word : undefined
  }

const TRACING = 'observability.opentelemetry.tracing'
const METRICS = 'observability.opentelemetry.metrics'
const LOGGING = 'observability.logging'

/** When two variables set one key, the later row wins. */
export const SIMPLE: readonly Simple[] = [
  { name: 'TELLTALE_MODE', path: 'mode', known: mode },
  { name: 'TELLTALE_DEFAULT_TENANT', path: 'access.tenants.default' },
  { name: 'TELLTALE_TENANT_ROUTING_MODE', path: 'access.tenants.routing_mode' },
  { name: 'TELLTALE_TENANT_STRICT_VALIDATION', path: 'access.tenants.strict_validation' },
  { name: 'TELLTALE_JWT_TENANT_CLAIM', path: 'access.tenants.jwt_claim' },
  { name: 'TELLTALE_LOG_LEVEL', path: `${LOGGING}.level`, known: level },
  { name: 'TELLTALE_DASHBOARD_RECONCILE_SECS', path: 'console.reconcile_interval' },
  { name: 'HOSTNAME', path: 'console.instance' },
  { name: 'OTEL_SERVICE_NAME', path: 'observability.opentelemetry.service_name' },
  { name: 'OTEL_SERVICE_VERSION', path: 'observability.opentelemetry.service_version' },
  {
    name: 'OTEL_TRACES_SAMPLER',
    path: `${TRACING}.sampler`,
    known: oneOf(
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ),
  },
  { name: 'OTEL_TRACES_SAMPLER_ARG', path: `${TRACING}.sample_rate`, known: ratio },
  { name: 'OTEL_ATTRIBUTE_COUNT_LIMIT', path: `${TRACING}.max_attributes_per_span`, known: whole },
  { name: 'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', path: `${TRACING}.max_attributes_per_span`, known: whole },
  { name: 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', path: `${TRACING}.max_attribute_length`, known: positive },
  { name: 'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', path: `${TRACING}.max_attribute_length`, known: positive },
  { name: 'OTEL_SPAN_EVENT_COUNT_LIMIT', path: `${TRACING}.max_events_per_span`, known: whole },
  { name: 'OTEL_SPAN_LINK_COUNT_LIMIT', path: `${TRACING}.max_links_per_span`, known: whole },
  { name: 'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT', path: `${TRACING}.max_attributes_per_event`, known: whole },
  { name: 'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', path: `${TRACING}.max_attributes_per_link`, known: whole },
  { name: 'OTEL_BSP_MAX_QUEUE_SIZE', path: `${TRACING}.queue_size`, known: positive },
  { name: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE', path: `${TRACING}.export_batch_size`, known: positive },
  { name: 'OTEL_BSP_SCHEDULE_DELAY', path: `${TRACING}.export_delay`, unit: 'ms', known: milliseconds },
  { name: 'OTEL_BSP_EXPORT_TIMEOUT', path: `${TRACING}.export_timeout`, unit: 'ms', known: atLeastOne },
  { name: 'OTEL_METRIC_EXPORT_INTERVAL', path: `${METRICS}.export_interval`, unit: 'ms', known: atLeastOne },
  { name: 'OTEL_METRIC_EXPORT_TIMEOUT', path: `${METRICS}.export_timeout`, unit: 'ms', known: atLeastOne },
  {
    name: 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
    path: `${METRICS}.temporality`,
    known: oneOf('cumulative', 'delta'),
  },
  { name: 'OTEL_EXPORTER_PROMETHEUS_HOST', path: 'server.host' },
  { name: 'OTEL_EXPORTER_PROMETHEUS_PORT', path: 'server.port' },
  { name: 'OTEL_ATTRIBUTE_COUNT_LIMIT', path: `${LOGGING}.max_attributes`, known: whole },
  { name: 'OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT', path: `${LOGGING}.max_attributes`, known: whole },
  { name: 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT', path: `${LOGGING}.max_attribute_length`, known: positive },
  { name: 'OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT', path: `${LOGGING}.max_attribute_length`, known: positive },
  { name: 'OTEL_BLRP_MAX_QUEUE_SIZE', path: `${LOGGING}.queue_size`, known: positive },
  { name: 'OTEL_BLRP_MAX_EXPORT_BATCH_SIZE', path: `${LOGGING}.export_batch_size`, known: positive },
  { name: 'OTEL_BLRP_SCHEDULE_DELAY', path: `${LOGGING}.export_delay`, unit: 'ms', known: milliseconds },
  { name: 'OTEL_BLRP_EXPORT_TIMEOUT', path: `${LOGGING}.export_timeout`, unit: 'ms', known: atLeastOne },
  { name: 'OTEL_LOG_LEVEL', path: `${LOGGING}.self_level`, known: selfLevel },
]

/** Writes what the environment says into `tree`; returns what it ignored. */
export function overlayEnvironment(tree: Tree, env: NodeJS.ProcessEnv): Warning[] {
  const warnings: Warning[] = []
  for (const { name, path, known } of SIMPLE) {
    const value = env[name]?.trim()
    if (!value) continue
    const taken = known ? known(value) : value
    if (taken === undefined) warnings.push(ignored(name, value))
    else put(tree, path.split('.'), leaf(taken, { variable: name }, true))
  }
  overlayPropagators(tree, env, warnings)
  overlayResource(tree, env, warnings)
  overlayExporters(tree, env, warnings)
  return warnings
}

function ignored(name: string, value: string): Warning {
  return warning('ENV_IGNORED', `"${value.slice(0, 80)}" is not known and is ignored.`, name)
}

function overlayPropagators(tree: Tree, env: NodeJS.ProcessEnv, warnings: Warning[]): void {
  const name = 'OTEL_PROPAGATORS'
  const written = env[name]?.trim()
  if (!written) return
  const words: string[] = []
  for (const part of written.split(',')) {
    const word = part.trim().toLowerCase()
    if (word === '' || words.includes(word)) continue
    if (['tracecontext', 'baggage', 'b3', 'b3multi', 'jaeger', 'none'].includes(word)) words.push(word)
    else warnings.push(ignored(name, part.trim()))
  }
  if (words.length > 0) put(tree, ['observability', 'opentelemetry', 'propagators'], treeOf(words, { variable: name }))
}

/** `key=value,…` with percent-encoded values. One part that cannot be decoded discards the whole (OpenTelemetry, resource SDK). */
function overlayResource(tree: Tree, env: NodeJS.ProcessEnv, warnings: Warning[]): void {
  const name = 'OTEL_RESOURCE_ATTRIBUTES'
  const written = env[name]?.trim()
  if (!written) return
  const pairs = decodePairs(written)
  if (!pairs) {
    warnings.push(
      warning('ENV_IGNORED', 'It is not a list of key=value with percent-encoded values; all of it is ignored.', name),
    )
    return
  }
  const at: Origin = { variable: name }
  const attributes = reach(tree, ['observability', 'opentelemetry', 'resource', 'attributes'], at)
  for (const [key, value] of pairs) attributes?.entries.set(key, { at, value: leaf(value, at) })
  const said = new Map(pairs)
  for (const [attribute, key, stronger] of [
    ['service.name', 'service_name', 'OTEL_SERVICE_NAME'],
    ['service.version', 'service_version', 'OTEL_SERVICE_VERSION'],
  ] as const) {
    const value = said.get(attribute)
    if (value && !env[stronger]?.trim()) put(tree, ['observability', 'opentelemetry', key], leaf(value, at))
  }
}

/** H-25: trimmed, any case, `no_span` too. */
function mode(value: string): string | undefined {
  return oneOf('default', 'full', 'no-span', 'off')(value.replace('_', '-'))
}

function level(value: string): string | undefined {
  const word = value.toLowerCase()
  return word === 'warning' ? 'warn' : oneOf('trace', 'debug', 'info', 'warn', 'error')(word)
}

/** OpenTelemetry's names for what an SDK says about itself. */
function selfLevel(value: string): string | undefined {
  const word = value.toLowerCase()
  if (word === 'verbose' || word === 'all') return 'debug'
  return oneOf('none', 'error', 'warn', 'info', 'debug')(word)
}

/** Whether the variable `OTEL_SDK_DISABLED` is `true`; anything else leaves the configuration alone (ruling 16). */
export function sdkDisabled(env: NodeJS.ProcessEnv): boolean {
  return env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true'
}

/** What the detectors of the resource look at; nothing else of the environment leaves this room. */
export const RESOURCE_VARIABLES = [
  'CONTAINER_ID',
  'HOSTNAME',
  'K8S_CONTAINER_NAME',
  'K8S_DEPLOYMENT_NAME',
  'K8S_NAMESPACE',
  'K8S_NAMESPACE_NAME',
  'K8S_NODE_NAME',
  'K8S_POD_NAME',
  'K8S_POD_UID',
  'KUBERNETES_SERVICE_HOST',
  'NODE_NAME',
  'POD_NAME',
  'POD_NAMESPACE',
  'POD_UID',
] as const

/** Those of RESOURCE_VARIABLES that are set. */
export function resourceVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of RESOURCE_VARIABLES) if (env[name]) found[name] = env[name]
  return found
}

/** Headers of the trace in which this process was started (OpenTelemetry, environment variables as context carriers). */
export function inheritedHeaders(env: NodeJS.ProcessEnv): Record<string, string> {
  const { TRACEPARENT: traceparent, TRACESTATE: tracestate } = env
  return { ...(traceparent && { traceparent }), ...(traceparent && tracestate && { tracestate }) }
}
