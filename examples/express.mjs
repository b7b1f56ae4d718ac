// Express: nested routers and error handlers, with the route as a template on every span and metric.
import { start } from 'telltale'

const telltale = await start()
const { default: express } = await import('express')

const users = express.Router({ mergeParams: true })
users.get('/:id', (req, res) => res.json({ tenant: req.params.tenant, id: req.params.id }))
users.get('/:id/broken', async () => {
  throw new Error('no such disk')
})

const app = express()
app.use('/api/:tenant/users', users)
app.use((_error, _req, res, _next) => res.status(500).json({ error: 'sorry' }))

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = server.address()
  for (const path of ['/api/acme/users/7', '/api/acme/users/7/broken', '/nowhere']) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`)
    console.log(response.status, path)
    await response.arrayBuffer()
  }
  server.close()
  await telltale.stop()
})
