// What tests of kafkajs share: a broker with an observed client that leaves with the test, and views of spans.
import {
  type Consumer,
  type ConsumerConfig,
  Kafka,
  logLevel,
  Partitioners,
  type Producer,
  type ProducerConfig,
} from 'kafkajs'
import { expect } from 'vitest'
import { observeKafka } from '../../../src/queue.ts'
import { KCAT, kafka } from './kafka.ts'
import { later, missing } from './kit.ts'

export const noKafka = missing('kcat', KCAT)
export const MS = 60_000

export interface Opened {
  readonly client: Kafka
  producer(options?: ProducerConfig): Promise<Producer>
  consumer(options?: Partial<ConsumerConfig>): Promise<Consumer>
  kill(): Promise<void>
}

export function clientOf(url: string): Kafka {
  const retry = { initialRetryTime: 50, maxRetryTime: 200, retries: 5 }
  return new Kafka({ clientId: 'test', brokers: [url], logLevel: logLevel.NOTHING, connectionTimeout: 5000, retry })
}

/** Errors of connections that the test cuts are no failures of the test. */
export const quietly = (close: () => Promise<unknown>) => () =>
  Promise.race([close().catch(() => {}), new Promise((done) => setTimeout(done, 5000))])

export async function open(observed = true): Promise<Opened> {
  const broker = await kafka()
  later(broker.stop)
  const client = clientOf(broker.url)
  if (observed) expect(observeKafka(observeKafka(client))).toBe(client)
  return {
    client,
    kill: broker.stop,
    async producer(options) {
      const made = client.producer({ createPartitioner: Partitioners.DefaultPartitioner, ...options })
      later(quietly(() => made.disconnect()))
      await made.connect()
      return made
    },
    async consumer(options) {
      const made = client.consumer({ groupId: 'mailers', maxWaitTimeInMs: 100, ...options })
      later(quietly(() => made.disconnect()))
      await made.connect()
      return made
    },
  }
}

export const about = (operation: string, type: string, more: object) => ({
  'messaging.system': 'kafka',
  'messaging.operation.name': operation,
  'messaging.operation.type': type,
  'messaging.destination.name': 'orders',
  ...more,
})

export interface Shown {
  readonly name: string
  readonly parent: string | null
  readonly links?: string[]
  readonly status?: string
  readonly message?: string
  readonly attributes: Record<string, unknown>
}

export const shownOf = (spans: object[], name: string): Shown[] =>
  (spans as Shown[]).filter((span) => span.name === name)
export const balanced = (counts: Record<string, number>, queue = 'orders'): boolean =>
  counts[`queue_in_flight{queue=${queue}}`] === 0
