// Door `telltale/fastify`: the plugin for instances made before telemetry started, or to be observed one by one.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type FastifyLike, hookFastify } from './surfaces/http/fastify.ts'
import { running } from './surfaces/http/running.ts'

export { setRoute, setTenant } from './surfaces/http/surface.ts'

interface Adopting {
  addHook(
    name: 'onRequest',
    hook: (request: { raw: IncomingMessage }, reply: { raw: ServerResponse }, done: () => void) => void,
  ): unknown
}

/** `await app.register(telltaleFastify)` before the other plugins; what is observed already is left alone. */
export function telltaleFastify(instance: object, _options: object, done: (error?: Error) => void): void {
  const adopting = instance as Adopting
  adopting.addHook('onRequest', (request, reply, next) => {
    running.surface?.adopt(request.raw, reply.raw)
    next()
  })
  hookFastify(instance as FastifyLike)
  done()
}

// The hooks belong to the instance that registers it, not to a child of its own (fastify-plugin's contract).
Object.assign(telltaleFastify, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'telltale',
})
