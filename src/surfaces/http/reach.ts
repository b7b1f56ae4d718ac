// How far telemetry reaches into each framework without a line of code, and what its door adds: one table, read by the
// documentation, by the conformance suite, which proves every row, and by whoever has to tell a user what is missing.

export interface Reach {
  readonly framework: string
  /** Versions that the conformance suite runs. */
  readonly versions: string
  /** By one of these installed packages, `name@major`, the row is known to be meant. */
  readonly packages: readonly string[]
  /** The door that adds what zero code leaves out; null where none is needed. */
  readonly door: string | null
  /** Requests, statuses, durations, traces, streams and aborts are there by zero code everywhere. These two are not. */
  readonly route: boolean
  /** What was thrown: `error.type` is its class, and the 5xx span has the `exception` event. */
  readonly error: boolean
  /** What to tell the user of this framework: what is missing, why, and the line that adds it. */
  readonly says: string
}

export const REACH: readonly Reach[] = [
  {
    framework: 'Express',
    versions: '4 and 5',
    packages: ['express@4', 'express@5'],
    door: 'telltale/express',
    route: true,
    error: false,
    says:
      'Express shows the route on the request, so it is known. It tells nobody what a handler threw: error.type is the ' +
      'status until app.use(telltaleExpressErrors()) of telltale/express stands after the routes.',
  },
  {
    framework: 'Fastify',
    versions: '5',
    packages: ['fastify@5'],
    door: 'telltale/fastify',
    route: true,
    error: true,
    says:
      'Fastify announces each instance on a diagnostics channel, so routes and errors are known. An instance that is made ' +
      'before telemetry starts needs app.register(telltaleFastify) of telltale/fastify.',
  },
  {
    framework: 'Nest',
    versions: '11 on Express and on Fastify',
    packages: ['@nestjs/core@11'],
    door: 'telltale/nest',
    route: true,
    error: false,
    says:
      'Nest registers its routes, prefixes and versions with Express or Fastify, so the route is known. It answers errors ' +
      'itself: error.type is the status until telltaleNest(app, { filter: BaseExceptionFilter }) of telltale/nest is called ' +
      'before listen.',
  },
  {
    framework: 'Koa',
    versions: '2 and 3, with @koa/router 15 or koa-router 14',
    packages: ['koa@2', 'koa@3'],
    door: 'telltale/koa',
    route: false,
    error: false,
    says:
      'Koa keeps its context in a closure and speaks on no channel, so nothing outside of it can know the route: requests ' +
      'are counted as <unmatched> until app.use(telltaleKoa()) of telltale/koa is the first middleware.',
  },
  {
    framework: 'Hono',
    versions: '4 on @hono/node-server 2',
    packages: ['hono@4'],
    door: 'telltale/hono',
    route: false,
    error: false,
    says:
      'Hono keeps its context in a closure and speaks on no channel, so nothing outside of it can know the route: requests ' +
      'are counted as <unmatched> until app.use(telltaleHono()) of telltale/hono is the first middleware.',
  },
  {
    framework: 'h3',
    versions: '2',
    packages: ['h3@2'],
    door: 'telltale/h3',
    route: false,
    error: false,
    says:
      'h3 speaks on a diagnostics channel only where the application asks for it: requests are counted as <unmatched> until ' +
      'app.register(telltaleH3) of telltale/h3 comes first, or app.register(tracingPlugin()) of h3/tracing.',
  },
  {
    framework: 'h3 with h3/tracing',
    versions: '2',
    packages: [],
    door: 'telltale/h3',
    route: true,
    error: true,
    says: 'h3 speaks on its diagnostics channel, so routes and errors are known.',
  },
  {
    framework: 'h3 1',
    versions: '1',
    packages: ['h3@1'],
    door: 'telltale/h3',
    route: false,
    error: false,
    says:
      'h3 1 keeps its event in a closure and speaks on no channel, so nothing outside of it can know the route: requests are ' +
      'counted as <unmatched> until telltaleH3(app) of telltale/h3 is called, in Nitro telltaleH3(nitroApp.h3App).',
  },
  {
    framework: 'node:http, node:https, node:http2',
    versions: 'Node 20 and later',
    packages: [],
    door: 'telltale/http',
    route: false,
    error: false,
    says:
      'A server without a router has no routes: requests are counted as <unmatched> until the handler names them with ' +
      'setRoute(request, template) of telltale/http, and what it caught with setError(request, error).',
  },
]
