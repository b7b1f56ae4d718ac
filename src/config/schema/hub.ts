// `telltale hub`: telemetry from other processes, kept in bounded memory.
import { count, list, section, text } from './kind.ts'

export const hub = section('The hub, when `telltale hub` is given this file.', {
  host: text('Address to listen on.', { as: 'host', default: '127.0.0.1' }),
  port: count('Port for OTLP over HTTP; 0 takes a free one.', { max: 65535, default: 4318 }),
  grpc_port: count('Port for OTLP over gRPC.', { max: 65535, default: 4317 }),
  ui_port: count('Port for the page and the query API; 0 takes a free one.', { max: 65535, default: 4319 }),
  path: text('Folder in which telemetry outlives a restart.', { as: 'word' }),
  forward: list('Where everything received is sent on to.', text('An OTLP address.', { as: 'url', required: true })),
  limits: section('What is kept in memory; beyond it the oldest goes first.', {
    spans: count('Spans.', { min: 1 }),
    span_bytes: count('Estimated bytes of spans.', { min: 1 }),
    spans_per_trace: count('Spans of one trace.', { min: 1 }),
    logs: count('Log records.', { min: 1 }),
    log_bytes: count('Estimated bytes of log records.', { min: 1 }),
    series: count('Metric series.', { min: 1 }),
    points_per_series: count('Points of one series.', { min: 1 }),
    point_bytes: count('Estimated bytes of points.', { min: 1 }),
  }),
})
