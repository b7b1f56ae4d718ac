// BullMQ 5 and 6: queues, flow producers and workers. The context rides where BullMQ keeps it, in the option `telemetry`
// of a job, as the JSON that `bullmq-otel` reads and writes too, so either side may be observed by that instead.

import { plain, replace } from '../../base/client.ts'
import type { Carrier } from '../../context/carrier.ts'
import { changed, mark, unknownClient } from './client.ts'
import { consume, type Settlement } from './consume.ts'
import { publish } from './publish.ts'

/** A `Queue`, a `Worker` or a `FlowProducer`, by shape. */
export interface BullMQClient {
  close(...args: never[]): unknown
}

interface Job {
  readonly id?: string | number
  readonly timestamp?: number
  readonly delay?: number
  readonly attemptsMade?: number
  readonly opts?: Options
}

interface Options {
  readonly telemetry?: { readonly metadata?: string; readonly omitContext?: boolean }
}

interface Flow {
  readonly queueName: string
  readonly opts?: Options
  readonly children?: readonly Flow[]
}

const SYSTEM = 'bullmq'
const MAX_METADATA = 16_384

/** Thrown by a processor that puts its job off: not processed, and no failure. */
const POSTPONED = ['DelayedError', 'RateLimitError', 'WaitingChildrenError', 'WaitingError']

/**
 * Observes one client: what a `Queue` or `FlowProducer` adds, what a `Worker` processes. Returns the same object. A worker
 * that takes its jobs by `getNextJob` has no processor: put `consume` around the work.
 */
export function observeBullMQ<T extends BullMQClient>(client: T): T {
  if (plain(client) === null) {
    unknownClient('observeBullMQ', 'Queue, Worker or FlowProducer')
    return client
  }
  if (!mark(client)) return client
  const { name, processFn, add } = client as { name?: unknown; processFn?: unknown; add?: unknown }
  if (typeof processFn === 'function') worker(client, String(name))
  else if (typeof add === 'function' && typeof name === 'string') queue(client, name)
  else if (typeof add === 'function') flows(client)
  else unknownClient('observeBullMQ', 'Queue, Worker or FlowProducer')
  return client
}

function queue(client: object, name: string): void {
  replace(client, 'add', (original) => {
    return function add(this: unknown, job, data, options, ...rest) {
      const id = (plain(options) as { jobId?: string } | null)?.jobId
      return publish({ queue: name, system: SYSTEM, id }, (headers) =>
        original.call(this, job, data, carrying(plain(options), headers), ...rest),
      )
    }
  })
  replace(client, 'addBulk', (original) => {
    return function addBulk(this: unknown, jobs, ...rest) {
      if (!areRecords(jobs)) return original.call(this, jobs, ...rest)
      const batch = jobs.map(() => ({}))
      return publish({ queue: name, system: SYSTEM, batch }, (_, each) => {
        const carried = jobs.map((job, i) => changed(job, { opts: carrying(job.opts, each[i]!) }))
        return original.call(this, carried, ...rest)
      })
    }
  })
}

function flows(client: object): void {
  replace(client, 'add', (original) => {
    return function add(this: unknown, flow, ...rest) {
      if (plain(flow) === null) return original.call(this, flow, ...rest)
      const root = flow as Flow
      return publish({ queue: root.queueName, system: SYSTEM }, (headers) =>
        original.call(this, treeWith(root, headers), ...rest),
      )
    }
  })
  replace(client, 'addBulk', (original) => {
    return function addBulk(this: unknown, given, ...rest) {
      if (!areRecords(given) || given.length === 0) return original.call(this, given, ...rest)
      const roots = given as readonly Flow[]
      // Flows of one call may go to several queues: the first names the span, as one call of BullMQ is one span.
      const batch = roots.map(() => ({}))
      return publish({ queue: roots[0]!.queueName, system: SYSTEM, batch }, (_, each) =>
        original.call(
          this,
          roots.map((root, i) => treeWith(root, each[i]!)),
          ...rest,
        ),
      )
    }
  })
}

function areRecords(given: unknown): given is readonly { readonly opts?: Options }[] {
  return Array.isArray(given) && given.every((one) => plain(one) !== null)
}

/** The flow with the context in every job; as it is when it has no end, or children that are none: BullMQ says so. */
function treeWith(flow: Flow, headers: Carrier): Flow {
  try {
    return tree(flow, headers)
  } catch {
    return flow
  }
}

function tree(flow: Flow, headers: Carrier): Flow {
  const opts = carrying(flow.opts, headers)
  const { children } = flow
  const below = Array.isArray(children) ? { children: children.map((child: Flow) => tree(child, headers)) } : {}
  return changed(flow, { ...(opts && { opts }), ...below })
}

function worker(client: object, name: string): void {
  replace(client, 'processFn', (original) => {
    return function process(this: unknown, ...args) {
      const job = (plain(args[0]) ?? {}) as Job
      return consume(
        { queue: name, system: SYSTEM, id: job.id, headers: contextOf(job), at: dueOf(job) },
        (settlement) => watched(settlement, () => original.apply(this, args)),
      )
    }
  })
}

/** A job that is put off says so by throwing. */
function watched(settlement: Settlement, work: () => unknown): unknown {
  const judge = (error: unknown): never => {
    const { name } = (plain(error) ?? {}) as { name?: unknown }
    if (POSTPONED.includes(String(name))) settlement.nack(null)
    throw error
  }
  try {
    const result = work()
    return result instanceof Promise ? result.catch(judge) : result
  } catch (error) {
    return judge(error)
  }
}

/** The options of a job with the context in them; those that ask for none, and those that have one, stay as they are. */
function carrying(options: Options | null | undefined, headers: Carrier): Options | undefined {
  const telemetry = options?.telemetry
  if (telemetry?.omitContext === true || telemetry?.metadata !== undefined || Object.keys(headers).length === 0) {
    return options ?? undefined
  }
  const carried = { telemetry: { ...telemetry, metadata: JSON.stringify(headers) } }
  return options === null || options === undefined ? carried : changed(options, carried)
}

function contextOf(job: Job): Carrier | null {
  const metadata = job.opts?.telemetry?.metadata
  if (typeof metadata !== 'string' || metadata.length > MAX_METADATA) return null
  try {
    return plain(JSON.parse(metadata))
  } catch {
    return null
  }
}

/** A job that is tried again is older than it waited. */
function dueOf({ timestamp, delay, attemptsMade }: Job): number | undefined {
  return typeof timestamp === 'number' && !attemptsMade ? timestamp + (Number(delay) || 0) : undefined
}
