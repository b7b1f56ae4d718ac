// How far consumers of Kafka are behind: what batches say for nothing, and what only the cluster knows.

import { type Method, plain } from '../../base/client.ts'
import { shared } from '../../base/slot.ts'
import { isWatched } from './lag.ts'
import { steady } from './steady.ts'
import { running } from './surface.ts'

/** A connected admin client, by shape. */
export interface KafkaAdmin {
  fetchTopicOffsets(topic: string): PromiseLike<readonly { partition: number; high: string; low: string }[]>
  fetchOffsets(options: {
    groupId: string
    topics?: string[]
  }): PromiseLike<readonly { topic: string; partitions: readonly { partition: number; offset: string }[] }[]>
}

/**
 * Asks the cluster for what `group` has not committed yet in all partitions of `topic`, in offsets; for `watchLag`. A
 * partition without a commit counts whole.
 */
export function kafkaLag(admin: KafkaAdmin, group: string, topic: string): () => Promise<number> {
  return async () => {
    const [ends, groups] = await Promise.all([
      admin.fetchTopicOffsets(topic),
      admin.fetchOffsets({ groupId: group, topics: [topic] }),
    ])
    const committed = new Map<number, bigint>()
    for (const { topic: name, partitions } of groups) {
      if (name === topic) for (const { partition, offset } of partitions) committed.set(partition, BigInt(offset))
    }
    let lag = 0n
    for (const { partition, high, low } of ends) {
      const [first, end, at] = [BigInt(low), BigInt(high), committed.get(partition) ?? -1n]
      const from = at > first ? at : first
      if (end > from) lag += end - from
    }
    return Number(lag)
  }
}

type Partitions = Map<unknown, number>

/** Every consumer of this process, of each copy of us. */
const consumers = shared('queue.kafka.lag', () => new Set<Map<string, Partitions>>())

/**
 * Shows how far a consumer is behind in its partitions as `queue_lag`, as its last batch of each said, and tells `group`
 * the name of the consumer's group. Listens to what the client announces; without announcements there is nothing to show.
 */
export function followLag(consumer: object, group: (name: string) => void): void {
  const { on, events } = consumer as { on?: unknown; events?: unknown }
  const names = plain(events)
  if (typeof on !== 'function' || names === null) return
  const topics = new Map<string, Partitions>()
  const listen = (event: string, heard: (payload: Record<string, unknown>) => void): void => {
    const listener = (told: unknown): void => {
      // The client calls listeners from within its own loop: what they throw would end it.
      try {
        heard(plain(plain(told)?.['payload']) ?? {})
      } catch {}
    }
    ;(on as Method).call(consumer, names[event], listener)
  }
  const place =
    (field: string) =>
    (payload: Record<string, unknown>): void => {
      const [topic, lag] = [payload['topic'], Number(payload[field])]
      if (typeof topic !== 'string' || !(lag >= 0)) return
      const partitions = topics.get(topic) ?? new Map()
      topics.set(topic, partitions.set(payload['partition'], lag))
      consumers.add(topics)
      show(topic)
    }
  const forget = (): void => {
    consumers.delete(topics)
    const left = [...topics.keys()]
    topics.clear()
    left.forEach(show)
  }
  try {
    listen('START_BATCH_PROCESS', place('offsetLagLow'))
    listen('END_BATCH_PROCESS', place('offsetLag'))
    listen('GROUP_JOIN', ({ groupId, memberAssignment }) => {
      if (typeof groupId === 'string') group(groupId)
      keep(topics, plain(memberAssignment) ?? {})
    })
    for (const event of ['STOP', 'DISCONNECT', 'CRASH']) listen(event, forget)
  } catch {
    // A client that knows no such announcement: it has no lag here, and all else works.
  }
}

/** Partitions that went to another consumer are its to tell of. */
function keep(topics: Map<string, Partitions>, assigned: Record<string, unknown>): void {
  for (const [topic, partitions] of topics) {
    const own = assigned[topic]
    for (const partition of partitions.keys()) {
      if (!Array.isArray(own) || !own.includes(partition)) partitions.delete(partition)
    }
    show(topic)
  }
}

/** Topics that differ by an id alone are one series. */
function show(topic: string): void {
  const queue = steady(topic)
  if (isWatched(queue)) return
  let sum: number | null = null
  for (const topics of consumers) {
    for (const [name, partitions] of topics) {
      if (steady(name) === queue) for (const lag of partitions.values()) sum = (sum ?? 0) + lag
    }
  }
  running.surface?.series(queue)?.lag(sum)
}
