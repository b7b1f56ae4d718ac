// The floor: an AsyncLocalStorage that each request enters and nobody reads.
const { AsyncLocalStorage } = require('node:async_hooks')
const { subscribe } = require('node:diagnostics_channel')

exports.begin = async () => {
  const storage = new AsyncLocalStorage()
  const store = { id: 1 }
  subscribe('http.server.request.start', () => storage.enterWith(store))
  return {}
}
