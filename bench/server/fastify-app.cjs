exports.listen = async (middleware) => {
  const app = require('fastify')()
  if (middleware) {
    app.addHook('onRequest', (request, reply, done) => {
      middleware(request.raw, reply.raw, () => request.routeOptions.url)
      done()
    })
  }
  app.get('/users/:id', async (request) => ({
    id: request.params.id,
    name: 'Ada',
    roles: ['admin', 'author'],
    active: true,
  }))
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server.address().port
}
