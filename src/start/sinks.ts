// From the configuration's exporters to sinks. Exporters of the three signals that speak to one place in one way become
// one sink, so that a collector gets one connection and one set of retries from us. Nothing is connected here.
import type { Config, Exporter } from '../config/config.ts'
import { checkMetadata } from '../egress/headers.ts'
import { allow } from '../egress/target.ts'
import { readTls } from '../egress/tls.ts'
import { ConsoleSink } from '../export/console.ts'
import type { OtlpOptions } from '../export/otlp.ts'
import { otlpHttp } from '../export/otlp-http.ts'
import { JAEGER_POST, jaegerUrl, post, ZIPKIN_POST } from '../export/post.ts'
import type { SpanSinkOptions } from '../export/spans.ts'
import { declare } from '../metrics/declare.ts'
import { defaultRegistry } from '../metrics/default.ts'
import type { Sink } from '../model/batch.ts'
import { NAMES } from '../model/names.ts'
import { SIGNALS, type Signal } from '../pipeline/sink.ts'
import { LaterSink } from './later.ts'

interface Outlet {
  readonly exporter: Exporter
  /** One export with its retries, milliseconds. */
  readonly totalMs: number
  readonly urls: Partial<Record<Signal, string>>
}

/** The sinks that `config` names. Throws a Fault for an address or a header that must not be used. */
export function configuredSinks(config: Config): Sink[] {
  if (config.disabled || config.mode === 'off') return []
  const [traces, logs] = [config.traces.queue, config.logs.queue]
  return outlets(config).map((outlet, i) => {
    const { exporter, totalMs, urls } = outlet
    const signals = SIGNALS.filter((signal) => urls[signal] !== undefined)
    if (exporter.type === 'console') return new ConsoleSink({ stream: process.stdout, signals })
    if (exporter.type !== 'otlp') return spansLater(outlet, i, config)
    const name = i === 0 ? 'otlp' : `otlp_${i + 1}`
    const options: OtlpOptions = {
      name,
      endpoints: urls,
      signals,
      protocol: exporter.protocol,
      headers: exporter.headers,
      compression: exporter.compression,
      timeoutMs: exporter.timeoutMs,
      batches: { traces: traces.batch, logs: logs.batch },
      maxPendingRecords: { ...within('traces', traces.limit), ...within('logs', logs.limit) },
      retry: { totalMs },
      preset: config.access.endpoint_policy,
      plainSaid: true,
      observe: duration(name, COMPONENTS[exporter.protocol]),
      ...(exporter.tls && { tls: readTls(exporter.tls) }),
    }
    return exporter.protocol === 'grpc' ? grpcLater(name, signals, options) : otlpHttp(options)
  })
}

const COMPONENTS: Readonly<Record<Exporter['protocol'], string>> = {
  'http/protobuf': 'otlp_http_exporter',
  'http/json': 'otlp_http_json_exporter',
  grpc: 'otlp_grpc_exporter',
}

/** How long each request took, as the semantic conventions name it; the family appears with the first. */
function duration(name: string, component: string): NonNullable<OtlpOptions['observe']> {
  const labels = { otel_component_type: component, otel_component_name: name, status: '' }
  return (_signal, seconds, error) => {
    const family = declare(defaultRegistry(), NAMES.otel_sdk_exporter_operation_duration_seconds)
    family.observe(seconds, { ...labels, error_type: error === 'again' ? 'unavailable' : (error ?? '') })
  }
}

function within(signal: Signal, records: number | undefined): Partial<Record<Signal, number>> {
  return records === undefined ? {} : { [signal]: records }
}

/** Zipkin and Jaeger: the address is judged now, the codec imported. */
function spansLater({ exporter, totalMs }: Outlet, i: number, config: Config): Sink {
  const { type, url, headers, compression, timeoutMs, tls } = exporter
  const name = i === 0 ? type : `${type}_${i + 1}`
  const common = {
    headers,
    preset: config.access.endpoint_policy,
    plainSaid: true,
    ...(tls && { tls: readTls(tls) }),
  }
  const { queue } = config.traces
  const options = (component: string): SpanSinkOptions => ({
    name,
    timeoutMs,
    batch: queue.batch,
    ...(queue.limit !== undefined && { maxPendingRecords: queue.limit }),
    retry: { totalMs },
    observe: duration(name, component),
  })
  if (type === 'zipkin') {
    const transport = post({ url, compression, ...ZIPKIN_POST, ...common })
    const made = import('../export/zipkin.ts').then(({ zipkinSink }) =>
      zipkinSink(transport, options(transport.component)),
    )
    return new LaterSink(name, ['traces'], made)
  }
  // A Jaeger collector reads the body as it is.
  const transport = post({ url: jaegerUrl(url), compression: 'none', ...JAEGER_POST, ...common })
  const made = import('../export/jaeger.ts').then(({ jaegerSink }) =>
    jaegerSink(transport, options(transport.component)),
  )
  return new LaterSink(name, ['traces'], made)
}

/** The room is imported when it is named; its peer package was looked for before. */
function grpcLater(name: string, signals: readonly Signal[], options: OtlpOptions): Sink {
  // What must not be called is refused now, like over HTTP.
  for (const signal of signals) allow(options.endpoints![signal]!, options.preset ?? 'operator', signal)
  checkMetadata(options.headers ?? {})
  return new LaterSink(
    name,
    signals,
    import('../export/otlp-grpc.ts').then(({ otlpGrpc }) => otlpGrpc(options)),
  )
}

function outlets(config: Config): Outlet[] {
  const found = new Map<string, Outlet>()
  for (const signal of SIGNALS) {
    if (!config[signal].enabled) continue
    const totalMs = signal === 'metrics' ? config.metrics.timeoutMs : config[signal].queue.timeoutMs
    for (const exporter of config[signal].exporters) {
      const { type, protocol, headers, timeoutMs, compression, tls, url } = exporter
      const place = type === 'console' ? '' : new URL(url).origin
      let key = JSON.stringify([type, protocol, headers, timeoutMs, compression, tls, place, totalMs])
      // The same exporter named twice for one signal is meant twice.
      while (found.get(key)?.urls[signal] !== undefined) key += '+'
      const outlet = found.get(key)
      if (outlet === undefined) found.set(key, { exporter, totalMs, urls: { [signal]: url } })
      else outlet.urls[signal] = url
    }
  }
  return [...found.values()]
}
