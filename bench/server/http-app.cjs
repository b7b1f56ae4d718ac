// The same answer on every framework: one user found by id, as JSON.
const http = require('node:http')

exports.listen = (middleware) =>
  new Promise((resolve) => {
    const server = http.createServer((req, res) => {
      if (middleware) middleware(req, res, () => '/users/:id')
      const at = req.url.indexOf('?')
      const id = req.url.slice('/users/'.length, at < 0 ? undefined : at)
      const body = JSON.stringify({ id, name: 'Ada', roles: ['admin', 'author'], active: true })
      res.setHeader('content-type', 'application/json; charset=utf-8')
      res.setHeader('content-length', Buffer.byteLength(body))
      res.end(body)
    })
    server.listen(0, '127.0.0.1', () => resolve(server.address().port))
  })
