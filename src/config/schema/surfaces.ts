// Where the application touches us, which contrib instrumentations are loaded, and AI agents.
import { choice, count, either, flag, list, section, text } from './kind.ts'

export const surfaces = section('What is observed without a call in the application.', {
  http: section('HTTP servers and clients.', {
    enabled: flag('Observes HTTP servers.', true),
    client: flag('Observes outbound HTTP requests.', true),
    extract_headers: flag('Continues the trace that a request brings.', true),
    inject_headers: flag('Sends `traceparent` back on the response.', true),
    correlation_header: flag(
      'Sends `X-Correlation-ID` on every response: that of the request where it is safe to repeat, else one made of the trace id.',
      true,
    ),
    express_shapes: flag(
      'On Node 20 and 22, makes the requests of an Express server with the prototypes of Express from the start; Express then costs a third.',
      true,
    ),
    ignore: list(
      'Requests that make no telemetry: `/healthz`, `/internal/*`, `/assets/**`, `GET /orders/:id`.',
      text('A path pattern.', { as: 'word', required: true }),
    ),
    baggage_hosts: list(
      'Hosts that outbound baggage is sent to, exact or as `.suffix`; none by default.',
      text('A host.', { as: 'word', required: true }),
    ),
  }),
  functions: section('Function calls.', {
    enabled: flag('Observes registered functions.', true),
    order: count('Place of the interceptor.', { default: 100 }),
  }),
  queue: section('Message queues.', {
    enabled: flag('Observes publish and consume.', true),
    message: choice(
      'How the span of a consumer stands to its sender: `parent`, below it in the same trace, or `link`, a trace of its own with a link.',
      ['parent', 'link'],
      { default: 'parent' },
    ),
    batch: choice(
      'The same for several messages that are processed as one; with `parent` the first of them is the parent, the others are linked.',
      ['parent', 'link'],
      { default: 'link' },
    ),
  }),
  process: section('Child processes, worker threads and scheduled jobs.', {
    enabled: flag('Observes processes.', true),
    trace_lifecycle: flag('Makes spans of start and end.', true),
  }),
  cdc: section("Change data capture from PostgreSQL's logical replication.", {
    enabled: flag('Observes consumers and slots that are handed over.', true),
  }),
  workflow: section('Workflow engines.', {
    enabled: flag('Observes workflows and their steps where they are handed over.', true),
    steps: flag('Makes spans of steps.', true),
    temporal: section("Temporal's workers and clients.", {
      enabled: flag('Lets `temporal()` give them interceptors and metrics.', false),
    }),
  }),
  events: section('The event bus.', { max_subscribers: count('Subscribers per topic.', { min: 1, default: 4096 }) }),
})

export const instrumentations = either(
  'Installed `@opentelemetry/instrumentation-*` packages to load: `auto` (all that are found), `none`, or a list of names.',
  ['auto', 'none'],
  text('A package name, or its last part, such as `pg`.', { as: 'word', required: true }),
  'none',
)

export const agents = section('Metrics of AI agents.', {
  enabled: flag('Records agents, tasks and costs.', false),
  monthly_budget: count('Budget of a month, in units of money.', {}),
})
