// An application that hides nothing: what it throws, answers and calls is full of secrets.
import { createServer, type Server } from 'node:http'
import express_ from 'express'
import { type AccessGuard, accessOf, type ErrorHandlers } from '../../src/access.ts'
import { log } from '../../src/index.ts'

export function express(guard: AccessGuard, errors: ErrorHandlers, secret: (place: string) => string): Server {
  const app = express_()
  app.use(guard.express() as never)
  app.get('/orders/:id', (request, response) => {
    const decided = accessOf(request)
    const { 'x-tenant-id': _, ...headers } = request.headers
    const rawHeaders = request.rawHeaders.map((one, i, all) => (/tenant/i.test(all[i - 1] ?? '') ? '' : one))
    log.info({ headers, rawHeaders, url: request.url }, 'order shown')
    response.json({ tenant: decided?.ok ? decided.tenant : null })
  })
  app.get('/reset/:token', (_request, response) => void response.json({}))
  app.get('/fails', () => {
    throw new Error(
      `select * from users where password = '${secret('sql')}' at postgres://app:${secret('url')}@10.0.0.7/shop`,
    )
  })
  app.get('/calls', async (request, response) => {
    const { port } = request.socket.address() as { port: number }
    const there = `http://bob:${secret('user info')}@127.0.0.1:1/x?token=${secret('called query')}`
    await fetch(`http://127.0.0.1:${port}/nowhere?api_key=${secret('api key')}`, {
      headers: { authorization: `Bearer ${secret('called header')}` },
    }).catch(() => {})
    await fetch(there).catch(() => {})
    response.json({})
  })
  app.use(errors.express as never)
  return createServer(app)
}
