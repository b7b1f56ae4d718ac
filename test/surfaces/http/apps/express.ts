// The application on Express 4 and 5.
import http from 'node:http'
import type express5 from 'express'
import { telltaleExpress, telltaleExpressErrors } from '../../../../src/express.ts'
import { type App, Denied, never, traceId, turn, Unavailable, up } from './app.ts'

export function expressApp(make: typeof express5, door: boolean): Promise<App> {
  const app = make()
  if (door) app.use(telltaleExpress())
  app.use((request, response, next) => {
    if (request.headers['x-refuse']) response.status(401).end('no')
    else next()
  })
  app.use('/assets', (_request, response) => void response.end('asset'))
  app.get('/orders/:id', (request, response) => {
    if (request.headers['if-none-match'] === 'e') response.status(304).end()
    else response.end('order')
  })
  app.post('/orders', (_request, response) => void response.status(201).end('made'))
  app.get('/boom', () => {
    throw new TypeError('boom')
  })
  app.get('/late', async (_request, _response, next) => {
    await turn()
    next(new TypeError('late'))
  })
  app.get('/denied', () => {
    throw new Denied('no')
  })
  app.get('/down', () => {
    throw new Unavailable('down')
  })
  const things = make.Router({ mergeParams: true })
  things.get('/:thing', (_request, response) => void response.end('thing'))
  const api = make.Router({ mergeParams: true })
  api.use('/things', things)
  app.use('/api/:tenant', api)
  const reports = make.Router()
  reports.get('/reports/:name', (_request, response) => void response.end('report'))
  app.use('/v1', reports)
  app.get('/who', async (_request, response) => void response.end(await traceId()))
  app.get('/stream', async (_request, response) => {
    for (const part of ['a', 'b', 'c']) {
      response.write(part)
      await turn()
    }
    response.end()
  })
  app.get('/events', (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
  })
  app.get('/hang', () => void never())
  if (door) app.use(telltaleExpressErrors())
  app.use((error: Error, _request: express5.Request, response: express5.Response, _next: express5.NextFunction) => {
    response.status((error as { status?: number }).status ?? 500).end('failed')
  })
  return up(http.createServer(app))
}
