// The same as CommonJS: node --import telltale/register examples/plain-http.cjs
const http = require('node:http')

const server = http.createServer((_req, res) => res.end('hello\n'))
server.listen(0, '127.0.0.1', async () => {
  const response = await fetch(`http://127.0.0.1:${server.address().port}/greeting?name=ada`)
  console.log(response.status, await response.text())
  server.close()
})
