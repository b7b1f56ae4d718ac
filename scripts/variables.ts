// The part of the configuration page about environment variables.
import { SIMPLE } from '../src/config/environment.ts'

export function variablesPage(): string {
  const rows = SIMPLE.map(
    ({ name, path, unit }) => `| \`${name}\` | \`${path}\` | ${unit === 'ms' ? 'milliseconds' : ''} |`,
  )
  return `## Environment variables

The environment wins over the file, key by key. An empty variable counts as unset.

| variable | sets | |
|---|---|---|
${rows.join('\n')}

**Export.** \`OTEL_EXPORTER_OTLP_ENDPOINT\` alone switches on the export of *spans*. Metrics and logs are exported only when they
are asked for by themselves: by an exporter in the file, by \`OTEL_METRICS_EXPORTER=otlp\` or \`OTEL_LOGS_EXPORTER=otlp\`, or by
\`OTEL_EXPORTER_OTLP_METRICS_ENDPOINT\` or \`OTEL_EXPORTER_OTLP_LOGS_ENDPOINT\`. (A scrape gives the same numbers; a backend that takes both would count twice.) Once a signal is exported, every generic variable applies to it.

- \`OTEL_EXPORTER_OTLP_{ENDPOINT,PROTOCOL,HEADERS,TIMEOUT,COMPRESSION,INSECURE,CERTIFICATE,CLIENT_KEY,CLIENT_CERTIFICATE}\`, each also as
  \`OTEL_EXPORTER_OTLP_{TRACES,METRICS,LOGS}_…\`, which wins for its signal. They change the signal's first \`otlp\` exporter, or make one; headers are merged key by key.
- The generic endpoint gets the path of the signal (\`/v1/traces\`); a signal's own endpoint is used as it is.
- The protocol is \`grpc\`, \`http/protobuf\` (or \`http\`) or \`http/json\`; anything else is a fault. Without one, port 4317 means gRPC.
- \`INSECURE\` decides about an address without a scheme only: an https address stays https.
- \`OTEL_{TRACES,METRICS,LOGS}_EXPORTER\` is a list of \`otlp\`, \`console\`, \`none\` (and \`jaeger\`, \`zipkin\` for traces, \`prometheus\` for metrics). It replaces the kinds
  of exporters in the file; exporters of a kind that stays keep their settings. \`prometheus\` switches the scrape on; \`none\` leaves the scrape alone.
- \`OTEL_EXPORTER_ZIPKIN_{ENDPOINT,TIMEOUT}\` and \`OTEL_EXPORTER_JAEGER_{ENDPOINT,TIMEOUT,USER,PASSWORD}\` change the first exporter of their type; they make none. User and password become an \`Authorization: Basic\` header.
- \`OTEL_TRACES_SAMPLER\`: the six standard names; \`OTEL_TRACES_SAMPLER_ARG\` is the ratio. \`OTEL_PROPAGATORS\`: \`tracecontext\`, \`baggage\`, \`b3\`, \`b3multi\`, \`jaeger\`, \`none\`.
  What is not known is ignored with a warning.
- \`OTEL_RESOURCE_ATTRIBUTES\`: \`key=value,…\`, percent-encoded; an attribute here wins over the same one in the file, and its \`service.name\` over the file's \`service_name\`.
- \`OTEL_SDK_DISABLED=true\` switches spans, pushed metrics and exported logs off; \`false\` changes nothing.
- \`NODE_ENV\` in development, dev or local makes a development run (shorter export delay, console exporters with \`enabled_in_dev\`); access rules look at \`dev: true\` alone.
- \`METRICS_TOKEN\` (or the variable of \`token_env\`) set: the metrics endpoint is guarded unless \`authentication.enabled: false\` says otherwise.
`
}
