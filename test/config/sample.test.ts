import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Node } from '../../src/config/node.ts'
import { SCHEMA } from '../../src/config/schema.gen.ts'
import { faults, load, warnings } from './load.ts'

const read = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8')
const sample = read('test/fixtures/sources-sample.yaml')
const env = { JAEGER_TOKEN: 'jt', METRICS_TOKEN: 'mt', ENVIRONMENT: 'production', K8S_NAMESPACE: 'web' }

test("the sources' complete sample loads, with warnings about what is wrong in it [R-01, R-05]", () => {
  const loaded = load(sample, env)
  expect(warnings(loaded)).toEqual([
    'telltale.yaml:16:21 EXPORTER_PATH observability.opentelemetry.tracing.exporters[0].endpoint: This is the address of a Jaeger collector, which does not speak OTLP there; write `type: jaeger`, or port 4318.',
    'telltale.yaml:16:21 EXPORTER_PLAINTEXT observability.opentelemetry.tracing.exporters[0].endpoint: Headers travel to jaeger:14268 unencrypted; use https.',
  ])
  const { config } = loaded
  expect(config.resource).toEqual({
    'service.name': 'my-web-service',
    'service.version': '1.0.0',
    'deployment.environment': 'production',
    'k8s.namespace.name': 'web',
  })
  expect(config.traces.exporters.map(({ type, url, headers }) => ({ type, url, headers }))).toEqual([
    { type: 'otlp', url: 'http://jaeger:14268/api/traces', headers: { authorization: 'Bearer jt' } },
  ])
  expect(config.metrics.exporters.map(({ protocol, url }) => [protocol, url])).toEqual([
    ['grpc', 'http://otel-collector:4317'],
  ])
  expect([config.scrape.guard, config.scrape.path, config.metrics.intervalMs]).toEqual(['required', '/metrics', 10_000])
  expect(config.observability.health.checks).toEqual([
    { type: 'database', name: 'database', timeout: 5000, critical: true },
    {
      type: 'external_service',
      name: 'payment_gateway',
      url: 'https://api.payment-gateway.com/health',
      timeout: 3000,
      critical: true,
    },
    { type: 'custom', name: 'business_logic_health', handler: 'check_business_logic', timeout: 5000, critical: true },
  ])
  expect(config.custom_metrics.histograms.map(({ name, labels, buckets }) => [name, labels, buckets])).toEqual([
    ['request_duration_seconds', ['method', 'endpoint', 'status'], [0.1, 0.5, 1, 2, 5]],
    ['database_query_duration_seconds', ['query_type', 'table'], [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1]],
  ])
  expect(config.alerts.map(({ name, duration, severity }) => [name, duration, severity])).toEqual([
    ['high_error_rate', 300_000, 'warning'],
    ['high_response_time', 600_000, 'critical'],
    ['database_connection_exhaustion', 120_000, 'critical'],
  ])
  expect(config.scaling).toMatchObject({
    enabled: true,
    strategy: 'horizontal',
    load_balancer: { algorithm: 'round_robin', health_check_interval: 30_000, max_failures: 3 },
    service_discovery: { method: 'kubernetes', service_name: 'my-web-service', port: 3000 },
    instances: { min_instances: 2, max_instances: 10, shutdown_timeout: 30_000, drain_timeout: 10_000 },
  })
})

test('in development the console exporter of the sample comes on as well [R-05]', () => {
  const types = load(sample, { ...env, ENVIRONMENT: 'dev' }).config.traces.exporters.map(({ type }) => type)
  expect(types).toEqual(['otlp', 'console'])
})

test('the sample without its secret is refused, with one fault [R-02]', () => {
  expect(faults(sample, { ...env, JAEGER_TOKEN: undefined })).toHaveLength(1)
})

const full = read('examples/telltale.full.yaml')

test('the full example uses every key of the schema, and loads [R-01]', () => {
  const loaded = load(full, { METRICS_TOKEN: 't', REDIS_URL: 'redis://127.0.0.1:6379' })
  expect(warnings(loaded)).toEqual([])
  const written = new Set<string>()
  for (const row of loaded.explain())
    if (row.origin !== 'default') written.add(row.path.replace(/\[\d+\]/g, '[]').replace(/\[[^\]]+\]$/, '[]'))
  const missing = leaves(SCHEMA, '').filter((path) => !written.has(path) && !written.has(`${path}[]`))
  // A null is how YAML leaves a key out: these stand in the file as an empty map or list.
  expect(missing).toEqual([])
})

/** The paths of R-01, as the requirement lists them; what stands in braces belongs to the path before it. */
const PATHS = `name
observability{opentelemetry{enabled,service_name,service_version,tracing{enabled,sample_rate,max_events_per_span,max_attributes_per_span,exporters[]{type,endpoint,headers,enabled_in_dev}},metrics{enabled,export_interval,http_metrics,database_metrics,system_metrics,custom_metrics,exporters[]{type,endpoint,authentication{enabled,method,token_header}}},resource{attributes}},prometheus{enabled,endpoint,authentication{enabled,method,token_env,required_scopes,rate_limit{requests_per_minute,burst_size}},metrics{http{enabled,track_user_agents,track_ip_addresses,histogram_buckets},database{enabled,track_queries,connection_pool,query_duration},business{enabled,custom_counters,custom_gauges,custom_histograms}}},logging{level,format,include_spans,include_targets,include_thread_ids,include_line_numbers,sampling{enabled,rate}},health{enabled,endpoint,checks[]{type,name,url,handler,timeout}}}
scaling{enabled,strategy,load_balancer{algorithm,health_check_interval,max_failures},service_discovery{method,service_name,port},instances{min_instances,max_instances,target_cpu_utilization,target_memory_utilization,shutdown_timeout,drain_timeout}}
custom_metrics{counters[]{name,description,labels},gauges[]{name,description,labels},histograms[]{name,description,labels,buckets}}
alerts[]{name,condition,duration,severity,description}`

function expand(text: string): string[] {
  const paths: string[] = []
  const prefixes: string[] = ['']
  for (const [, word, mark] of text.matchAll(/([\w[\]]*)([{},\n]|$)/g)) {
    const path = `${prefixes.at(-1)}${word}`
    if (mark === '{') prefixes.push(`${path}.`)
    else if (word) paths.push(path)
    if (mark === '}') prefixes.pop()
  }
  return paths
}

test('the sample that is checked in uses every key of R-01 [R-01]', () => {
  const rows = load(sample, { ...env, K8S_POD_NAME: 'p', ENVIRONMENT: 'dev' }).explain()
  const written = new Set(
    rows.filter((row) => row.origin !== 'default').map((row) => row.path.replace(/\[\d+\]/g, '[]')),
  )
  const uses = (path: string) => [...written].some((used) => used === path || used.startsWith(`${path}[`))
  const paths = expand(PATHS)
  expect(paths.length).toBeGreaterThan(80)
  expect(paths.filter((path) => !uses(path))).toEqual([])
})

function leaves(node: Node, path: string): string[] {
  switch (node.t) {
    case 'section':
      return Object.entries(node.of).flatMap(([key, inner]) => leaves(inner, path ? `${path}.${key}` : key))
    case 'list':
      return node.of.t === 'section' || node.of.t === 'variant' ? leaves(node.of, `${path}[]`) : [path]
    case 'variant':
      return [...new Set(Object.values(node.of).flatMap((section) => leaves(section, path)))]
    default:
      return [path]
  }
}
