// An application that has never heard of telltale: node --import telltale/register examples/plain-http.mjs
import http from 'node:http'

const server = http.createServer((_req, res) => res.end('hello\n'))
server.listen(0, '127.0.0.1', async () => {
  const response = await fetch(`http://127.0.0.1:${server.address().port}/greeting?name=ada`)
  console.log(response.status, await response.text())
  server.close()
})
