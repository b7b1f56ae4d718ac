// How many messages wait in a queue of RabbitMQ, asked over a channel of its own: the broker closes the channel of whoever
// asks for a queue that is not there.
import { type Method, plain } from '../../base/client.ts'

/** A connection of amqplib, by shape. */
export interface AmqplibConnection {
  createChannel(...args: never[]): unknown
}

/** Asks for the messages of `queue` that no consumer has yet; for `watchLag`. Keeps one channel of `connection`. */
export function amqplibLag(connection: AmqplibConnection, queue: string): () => Promise<number> {
  let channel: Promise<object> | null = null
  const forget = (): void => {
    channel = null
  }
  return async () => {
    channel ??= opened(connection, forget)
    try {
      const answer = await either(await channel, 'checkQueue', [queue])
      return Number(plain(answer)?.['messageCount'])
    } catch (error) {
      forget()
      throw error
    }
  }
}

async function opened(connection: object, closed: () => void): Promise<object> {
  const channel = (await either(connection, 'createChannel', [undefined])) as {
    on(event: string, listener: () => void): unknown
  }
  channel.on('error', () => {})
  channel.on('close', closed)
  return channel
}

/** A method that either returns a promise or calls back. */
function either(client: object, name: string, args: readonly unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const called = (error: unknown, answer: unknown): void => (error ? reject(error) : resolve(answer))
    const answer = (client as Record<string, Method>)[name]!.call(client, ...args, called)
    if (answer instanceof Promise) answer.then(resolve, reject)
  })
}
