// What a channel of amqplib delivers, from `consume` and `get` until `ack`, `nack` or `reject`.

import { type Method, plain, replace } from '../../base/client.ts'
import { CLOSED, type Fields, lanesIn, workOf } from './amqplib-message.ts'
import type { Work } from './consume.ts'
import { type Held, Open } from './held.ts'
import type { Lanes } from './lane.ts'
import { Refused } from './refused.ts'
import { unreadable } from './surface.ts'

const REQUEUED = new Refused('nack', 'it was put back into the queue')
const DROPPED = new Refused('nack', 'it was refused for good')
const CANCELLED = new Refused('consumer_cancelled', 'the broker cancelled the consumer')
const RECOVERED = new Refused('recover', 'the channel asked for it anew')

/** Delivery tags count up from 1 for each channel. */
type Tags = Open<number>

export function consuming(channel: object): void {
  const open: Tags = new Open('a channel of RabbitMQ')
  const { on } = channel as { on(event: string, listener: () => void): unknown }
  on.call(channel, 'close', () => open.close(CLOSED))
  const lanes = lanesIn(channel)
  replace(channel, 'consume', (original) => consume(open, lanes, original))
  replace(channel, 'get', (original) => get(open, lanes, original))
  const settling = (name: string, settle: (args: unknown[]) => void): void => {
    replace(channel, name, (original) => {
      return function settled(this: unknown, ...args) {
        // It throws on a channel that is closed: then nothing was settled.
        const result = original.apply(this, args)
        settle(args)
        return result
      }
    })
  }
  settling('ack', ([message, upTo]) => settle(open, message, upTo, null))
  settling('nack', ([message, upTo, requeue]) => settle(open, message, upTo, refused(requeue)))
  settling('reject', ([message, requeue]) => settle(open, message, false, refused(requeue)))
  settling('ackAll', () => open.settleWhere(() => true, null))
  settling('nackAll', ([requeue]) => open.settleWhere(() => true, refused(requeue)))
  settling('recover', () => open.settleWhere(() => true, RECOVERED))
}

/** As amqplib reads it: only a false value that is given is one. */
function refused(requeue: unknown): Refused {
  return requeue === undefined || requeue ? REQUEUED : DROPPED
}

function tagOf(message: unknown): number | undefined {
  return (plain(plain(message)?.['fields']) as Fields | null)?.deliveryTag
}

function settle(open: Tags, message: unknown, upTo: unknown, reason: Refused | null): void {
  const tag = tagOf(message)
  if (tag === undefined) return
  if (upTo) open.settleWhile((key) => key <= tag, reason)
  else open.settle(tag, reason)
}

function take(open: Tags, lanes: Lanes, queue: unknown, message: object, tag: number, free: boolean): Held | null {
  let work: Work | null
  try {
    work = workOf(lanes, queue, message)
  } catch (error) {
    unreadable('processed', error)
    return null
  }
  return work === null ? null : open.add(tag, message, work, free)
}

function consume(open: Tags, lanes: Lanes, original: Method): Method {
  return function observed(this: unknown, queue, callback, options, ...rest) {
    if (typeof callback !== 'function') return original.call(this, queue, callback, options, ...rest)
    const free = plain(options)?.['noAck'] === true
    const deliver = function (this: unknown, message: unknown, ...more: unknown[]): unknown {
      const tag = tagOf(message)
      if (tag === undefined) {
        // What is not settled by now goes to another consumer, or is gone with its queue.
        if (message === null) open.settleWhere((held) => held.owner === deliver, CANCELLED)
        return (callback as Method).call(this, message, ...more)
      }
      const held = take(open, lanes, queue, message as object, tag, free)
      if (held === null) return (callback as Method).call(this, message, ...more)
      held.owner = deliver
      return held.run(() => (callback as Method).call(this, message, ...more))
    }
    return original.call(this, queue, deliver, options, ...rest)
  }
}

function get(open: Tags, lanes: Lanes, original: Method): Method {
  return function observed(this: unknown, queue, options, ...rest) {
    const free = plain(options)?.['noAck'] === true
    const got = (message: unknown): void => {
      const tag = tagOf(message)
      if (tag !== undefined) take(open, lanes, queue, message as object, tag, free)?.passSoon()
    }
    const callback = rest[0]
    if (typeof callback === 'function') {
      const called = function (this: unknown, ...answer: unknown[]): unknown {
        got(answer[1])
        return (callback as Method).apply(this, answer)
      }
      return original.call(this, queue, options, called, ...rest.slice(1))
    }
    const answer = original.call(this, queue, options, ...rest)
    if (answer instanceof Promise) answer.then(got, () => {})
    return answer
  }
}
