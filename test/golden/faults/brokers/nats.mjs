import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { doors } from '../told.mjs'

const { observeNats } = doors.queue
const hostOf = (url) => ({ servers: new URL(url).host, reconnect: false })

export const refused = (url) => connect(hostOf(url))

export async function open(url, { handle, ended, failed }) {
  const connection = await connect(hostOf(url))
  const gone = connection.closed().then((error) => failed('connection', error))
  const manager = await jetstreamManager(connection)
  await manager.streams.add({ name: 'work', subjects: ['work.>'] })
  const about = { durable_name: 'worker', ack_policy: AckPolicy.Explicit, max_deliver: 1 }
  await manager.consumers.add('work', about)
  const client = observeNats(jetstream(connection))
  const consumer = await client.consumers.get('work', 'worker')
  await consumer.consume({
    async callback(message) {
      const text = message.string()
      try {
        await handle(text)
        message.ack()
        ended(`acked ${text}`, message.subject)
      } catch (error) {
        ended(`failed ${text}`, error)
        message.term()
      }
    },
  })
  return {
    send: (text) => client.publish(`work.${text}`, text),
    lost: () => gone,
    close: () => connection.close(),
  }
}
