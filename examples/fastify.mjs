// Fastify: a span of one's own inside a request, and a log line that knows its trace.
import { span, start } from 'telltale'

const telltale = await start()
const { default: fastify } = await import('fastify')

const app = fastify()
app.get('/users/:id', async (request) => {
  return span('load user', async (s) => {
    s.set('user.id', request.params.id)
    return { id: request.params.id }
  })
})

const url = await app.listen({ host: '127.0.0.1', port: 0 })
const response = await fetch(`${url}/users/7`)
console.log(response.status, await response.text())
await app.close()
await telltale.stop()
