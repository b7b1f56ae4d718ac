// BullMQ 5 and 6: queues, flow producers and workers. The context rides where BullMQ keeps it, in the option `telemetry`
// of a job, as the JSON that `bullmq-otel` reads and writes too, so either side may be observed by that instead.

import { plain, replace } from '../../base/client.ts'
import { whenEnded } from '../../base/outcome.ts'
import { seen } from '../../base/seen.ts'
import type { Carrier } from '../../context/carrier.ts'
import { changed, mark, readable, unknownClient } from './client.ts'
import { type Work, workOn } from './consume.ts'
import { Lanes, laneOf, PROCESS, PUBLISH } from './lane.ts'
import { observing, publish, Sending, within } from './publish.ts'
import { running } from './surface.ts'

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
  seen('bullmq')
  if (typeof processFn === 'function') worker(client, String(name))
  else if (typeof add === 'function' && typeof name === 'string') queue(client, name)
  else if (typeof add === 'function') flows(client)
  else unknownClient('observeBullMQ', 'Queue, Worker or FlowProducer')
  return client
}

function queue(client: object, name: string): void {
  const lanes = new Lanes((surface) =>
    laneOf(surface, PUBLISH, SYSTEM, name, { 'messaging.destination.name': name === '' ? undefined : name }),
  )
  replace(client, 'add', (original) => {
    return function add(this: unknown, job, data, options, ...rest) {
      const surface = observing()
      if (surface === null) return original.call(this, job, data, options, ...rest)
      const given = plain(options) as (Options & { jobId?: unknown }) | null
      const id = readable('sent', () => (given?.jobId === undefined ? '' : String(given.jobId)))
      if (id === null) return original.call(this, job, data, options, ...rest)
      const one = new Sending(lanes.at(surface, '', '', ''), 1)
      if (id !== '') one.span?.set('messaging.message.id', id)
      return within(one, () => original.call(this, job, data, carrying(given, one.carried(null)), ...rest))
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
  const lanes = new Lanes((surface) =>
    laneOf(surface, PROCESS, SYSTEM, name, { 'messaging.destination.name': name === '' ? undefined : name }),
  )
  replace(client, 'processFn', (original) => {
    return function process(this: unknown, ...args) {
      const work = readable('processed', () => workOf(lanes, (plain(args[0]) ?? {}) as Job))
      if (work === null) return original.apply(this, args)
      return whenEnded(
        () => work.run(() => original.apply(this, args)),
        (failed, error) => {
          if (failed && isPutOff(error)) work.nack(null)
          work.end(failed, error)
        },
      )
    }
  })
}

/** A job that is put off says so by throwing. */
function isPutOff(error: unknown): boolean {
  try {
    return POSTPONED.includes(String(plain(error)?.['name']))
  } catch {
    return false
  }
}

/** Null when nothing has started. */
function workOf(lanes: Lanes, job: Job): Work | null {
  const { surface } = running
  if (surface === null) return null
  const id = job.id === undefined ? '' : String(job.id)
  const work = workOn(lanes.at(surface, '', '', ''), contextOf(job), dueOf(job))
  if (id !== '') work.span?.set('messaging.message.id', id)
  return work
}

/** The options of a job with the context in them; those that ask for none, and those that have one, stay as they are. */
function carrying(options: Options | null | undefined, headers: Carrier): Options | undefined {
  const telemetry = options?.telemetry
  if (telemetry?.omitContext === true || telemetry?.metadata !== undefined || isEmpty(headers)) {
    return options ?? undefined
  }
  const carried = { telemetry: { ...telemetry, metadata: JSON.stringify(headers) } }
  return options === null || options === undefined ? carried : changed(options, carried)
}

function isEmpty(headers: Carrier): boolean {
  for (const _ in headers) return false
  return true
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
