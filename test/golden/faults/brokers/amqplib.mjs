import { connect } from 'amqplib'
import { doors } from '../told.mjs'

const { observeAmqplib } = doors.queue

export const refused = (url) => connect(url)

export async function open(url, { handle, ended, failed }) {
  const connection = observeAmqplib(await connect(url))
  connection.on('error', (error) => failed('connection', error))
  const gone = new Promise((resolve) => connection.once('close', resolve))
  const channel = await connection.createConfirmChannel()
  await channel.assertQueue('work')
  await channel.consume('work', async (message) => {
    const text = message.content.toString()
    try {
      await handle(text)
      channel.ack(message)
      ended(
        `acked ${text}`,
        Object.keys(message.properties.headers).filter((key) => key !== 'traceparent'),
      )
    } catch (error) {
      ended(`failed ${text}`, error)
      if (text !== 'slow') channel.nack(message, false, false)
    }
  })
  return {
    async send(text) {
      channel.sendToQueue('work', Buffer.from(text))
      await channel.waitForConfirms()
    },
    lost: () => gone,
    close: () => connection.close(),
  }
}
