// Door `telltale/fastify`: the plugin for instances made before telemetry started, or to be observed one by one.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type FastifyLike, hookFastify, nameRoute } from './surfaces/http/fastify.ts'
import { running } from './surfaces/http/running.ts'

export { setError, setRoute, setTenant } from './surfaces/http/naming.ts'

interface Raw {
  readonly raw: IncomingMessage
}

/** `await app.register(telltaleFastify)` before the other plugins; what is observed already is left alone. */
export function telltaleFastify(instance: object, _options: object, done: (error?: Error) => void): void {
  const app = instance as FastifyLike
  app.addHook('onRequest', (request, reply, next) => {
    running.surface?.adopt((request as Raw).raw, reply.raw as ServerResponse)
    nameRoute(request, reply)
    next()
  })
  hookFastify(app)
  done()
}

// The hooks belong to the instance that registers it, not to a child of its own (fastify-plugin's contract).
Object.assign(telltaleFastify, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'telltale',
})
