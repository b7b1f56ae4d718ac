// An event of a bus with four listeners. Nobody else observes buses.
const { EventEmitter } = require('node:events')

exports.ours = async (door) => (await door('events')).observeEvents

exports.open = async ({ observe }) => {
  const bus = new EventEmitter()
  observe?.(bus)
  let heard = 0
  for (let i = 0; i < 4; i++) bus.on('order', () => heard++)
  const one = (i) => bus.emit('order', { id: i })
  return {
    async operate(n) {
      for (let i = 0; i < n; i++) one(i)
    },
  }
}
