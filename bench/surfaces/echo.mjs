// What HTTP clients of the bench ask: one small answer, always the same.
import http from 'node:http'

const BODY = JSON.stringify({ id: 7, name: 'Ada' })
const HEADERS = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(BODY) }
const server = http.createServer((req, res) => {
  req.resume()
  res.writeHead(200, HEADERS)
  res.end(BODY)
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send({ ready: { port: server.address().port } }))
// The harness is gone: nobody else would end this process.
process.on('disconnect', () => process.exit(0))
process.on('message', ({ ask }) => {
  if (ask === 'quit') process.exit(0)
})
