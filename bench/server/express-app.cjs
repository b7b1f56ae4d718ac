exports.listen = (middleware) =>
  new Promise((resolve) => {
    const app = require('express')()
    app.disable('x-powered-by')
    app.set('etag', false)
    if (middleware) {
      app.use((req, res, next) => {
        middleware(req, res, () => req.route?.path)
        next()
      })
    }
    app.get('/users/:id', (req, res) => {
      res.json({ id: req.params.id, name: 'Ada', roles: ['admin', 'author'], active: true })
    })
    const server = app.listen(0, '127.0.0.1', () => resolve(server.address().port))
  })
