// How headers get into a message that a channel of amqplib sends.
import { type Method, plain, replace } from '../../base/client.ts'

/**
 * amqplib makes the properties that it encodes anew for each message, and encodes them before `publish` returns: headers are put
 * there. Options copied with other headers would be of a hidden class of their own (Node 20), so that each of the 17 fields
 * that amqplib reads of them is looked up the long way; that and the headers as a prototype were half of what a message cost.
 */
export class Envelope {
  /** For the message that is being sent. */
  #headers: object | null = null
  /** Whether the channel is amqplib's own, and no wrapper of it. */
  readonly #open: boolean

  constructor(channel: object) {
    const self = this
    const sealing = (original: Method): Method =>
      function sendMessage(this: unknown, fields, properties, content) {
        const headers = self.#headers
        if (headers !== null) {
          self.#headers = null
          ;(properties as { headers: object }).headers = headers
        }
        return original.call(this, fields, properties, content)
      }
    this.#open = typeof plain(channel)?.['sendOrEnqueue'] === 'function' && replace(channel, 'sendMessage', sealing)
  }

  /** Calls `publish` of `channel` for a message that is to carry `headers`; `args` are its own to change. */
  send(publish: Method, channel: unknown, args: unknown[], headers: object): unknown {
    const options = plain(args[3])
    // These two amqplib puts into the headers itself.
    if (!this.#open || options?.['CC'] !== undefined || options?.['BCC'] !== undefined) {
      args[3] = { ...options, headers }
      return publish.apply(channel, args)
    }
    this.#headers = headers
    try {
      return publish.apply(channel, args)
    } finally {
      this.#headers = null
    }
  }
}
