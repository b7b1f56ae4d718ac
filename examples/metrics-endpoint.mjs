// Our endpoints on the application's own server, beside its routes.
import http from 'node:http'
import { fileURLToPath } from 'node:url'
import { counter, start } from 'telltale'

const telltale = await start({ config: fileURLToPath(new URL('metrics-endpoint.yaml', import.meta.url)) })
const jobs = counter('jobs_total', { labels: ['queue'] })
jobs.add(3, { queue: 'mail' })

const server = http.createServer((_req, res) => res.end('the application\n'))
telltale.mount(server)

server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address()
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  console.log(text.split('\n').find((line) => line.startsWith('jobs_total')))
  console.log((await fetch(`http://127.0.0.1:${port}/health`)).status)
  console.log((await (await fetch(`http://127.0.0.1:${port}/`)).text()).trim())
  server.close()
  await telltale.stop()
})
