// The whole of telltale.yaml on one page. Everything generated (the run-time schema, the type, the JSON Schema, the
// reference page) comes from `root`.
import { access } from './access.ts'
import { console_ } from './console.ts'
import { health } from './health.ts'
import { hub } from './hub.ts'
import { flag, section } from './kind.ts'
import { logging } from './logging.ts'
import { custom_metrics, metrics } from './metrics.ts'
import { alerts, slos, watchlist } from './objectives.ts'
import { opentelemetry } from './opentelemetry.ts'
import { ops } from './ops.ts'
import { audit, redact } from './privacy.ts'
import { prometheus } from './prometheus.ts'
import { scaling } from './scaling.ts'
import { server } from './server.ts'
import { service } from './service.ts'
import { agents, instrumentations, surfaces } from './surfaces.ts'

export const root = section('Settings of a service.', {
  ...service,
  observability: section('The three signals, the scrape and health.', {
    opentelemetry,
    tracing: section('More about spans.', {
      database: flag('Makes a span of every SQL and key-value operation.', false),
    }),
    metrics,
    prometheus,
    logging,
    health,
  }),
  custom_metrics,
  surfaces,
  instrumentations,
  server,
  access,
  console: console_,
  redact,
  audit,
  alerts,
  slos,
  watchlist,
  scaling,
  ops,
  agents,
  hub,
})
