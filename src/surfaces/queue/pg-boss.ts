// pg-boss 10 to 12: jobs in PostgreSQL. A job has no headers, so the context rides in its data under one key, which is
// taken out again before the handler sees the data. A consumer that is not observed sees the key.

import { type Method, plain, replace } from '../../base/client.ts'
import { seen } from '../../base/seen.ts'
import type { Carrier } from '../../context/carrier.ts'
import { changed, mark, unknownClient } from './client.ts'
import { consume, type Message } from './consume.ts'
import { publish } from './publish.ts'

/** A `PgBoss`, by shape. */
export interface BossClient {
  send(...args: never[]): unknown
  work(...args: never[]): unknown
}

interface Job {
  readonly id?: string
  readonly data?: unknown
  readonly createdOn?: Date
  readonly startAfter?: Date
  readonly retryCount?: number
}

const SYSTEM = 'postgresql'
const KEY = '$telltale'
/** Beside the context: there was no data at all. */
const NOTHING = 'none'

/** Observes what this instance sends, inserts and works on. Returns the same object. Call it before `work`. */
export function observePgBoss<T extends BossClient>(boss: T): T {
  const { send, work } = (plain(boss) ?? {}) as { send?: unknown; work?: unknown }
  if (typeof send !== 'function' || typeof work !== 'function') {
    unknownClient('observePgBoss', 'PgBoss')
    return boss
  }
  if (!mark(boss)) return boss
  seen('pg-boss')
  for (const name of ['send', 'sendAfter', 'sendThrottled', 'sendDebounced', 'publish']) replace(boss, name, sending)
  replace(boss, 'insert', inserting)
  replace(boss, 'work', working)
  for (const name of ['fetch', 'getJobById', 'findJobs']) replace(boss, name, reading)
  return boss
}

function sending(original: Method): Method {
  return function send(this: unknown, first, ...rest) {
    const request = plain(first) as { name?: unknown; data?: unknown } | null
    const queue = request === null ? first : request.name
    if (typeof queue !== 'string') return original.call(this, first, ...rest)
    return publish({ queue, system: SYSTEM }, (headers) => {
      if (request !== null) {
        return original.call(this, changed(request, { data: carrying(request.data, headers) }), ...rest)
      }
      const [data, ...others] = rest
      return original.call(this, first, carrying(data, headers), ...others)
    })
  }
}

function inserting(original: Method): Method {
  return function insert(this: unknown, queue, jobs, ...rest) {
    if (typeof queue !== 'string' || !Array.isArray(jobs) || jobs.some((job) => plain(job) === null)) {
      return original.call(this, queue, jobs, ...rest)
    }
    const batch = jobs.map(() => ({}))
    return publish({ queue, system: SYSTEM, batch }, (_, each) =>
      original.call(
        this,
        queue,
        jobs.map((job: Job, i) => changed(job, { data: carrying(job.data, each[i]!) })),
        ...rest,
      ),
    )
  }
}

function working(original: Method): Method {
  return function work(this: unknown, queue, ...rest) {
    const handler = rest.at(-1)
    if (typeof queue !== 'string' || typeof handler !== 'function') return original.call(this, queue, ...rest)
    const handle = (jobs: unknown, ...more: unknown[]): unknown => {
      const taken = (Array.isArray(jobs) ? jobs : [jobs]).map(opened)
      const handed = taken.map(({ job }) => job)
      const messages = taken.map(({ message }) => message)
      const delivery =
        messages.length === 1 ? { ...messages[0]!, queue, system: SYSTEM } : { queue, system: SYSTEM, batch: messages }
      return consume(delivery, () => (handler as Method)(Array.isArray(jobs) ? handed : handed[0], ...more))
    }
    return original.call(this, queue, ...rest.slice(0, -1), handle)
  }
}

/** Jobs that no handler gets: what they carry is on each of them, out of sight, for `consume`. */
function reading(original: Method): Method {
  return function read(this: unknown, ...args) {
    const result = original.apply(this, args)
    if (!(result instanceof Promise)) return result
    return result.then((jobs: unknown) => (Array.isArray(jobs) ? jobs.map(shown) : shown(jobs)))
  }
}

function shown(given: unknown): unknown {
  const { job, message } = opened(given)
  if (message.headers !== undefined) Object.defineProperty(job, KEY, { value: message.headers })
  return job
}

/** Data that cannot hold a key (a list, a number, a Date) goes without the context. */
function carrying(data: unknown, headers: Carrier): unknown {
  if (Object.keys(headers).length === 0) return data
  if (data === undefined || data === null) return { [KEY]: { ...headers, [NOTHING]: '' } }
  const fields = plain(data)
  const kind: unknown = fields === null ? undefined : Object.getPrototypeOf(fields)
  // What is more than its fields would be another thing as a copy.
  if (fields === null || (kind !== Object.prototype && kind !== null)) return data
  return { ...fields, [KEY]: headers }
}

function opened(given: unknown): { job: unknown; message: Message } {
  const job = plain(given) as Job | null
  if (job === null) return { job: given, message: {} }
  const message = { id: job.id, at: dueOf(job) }
  const data = plain(job.data)
  if (data === null || plain(data[KEY]) === null) return { job, message }
  const { [KEY]: context, ...rest } = data
  const headers = context as Carrier
  const own = headers[NOTHING] === undefined ? rest : null
  return { job: changed(job, { data: own }), message: { id: message.id, at: message.at, headers } }
}

/** pg-boss tells times only with `includeMetadata`; a job that is tried again is older than it waited. */
function dueOf({ createdOn, startAfter, retryCount }: Job): Date | undefined {
  if (retryCount) return undefined
  return createdOn instanceof Date && startAfter instanceof Date && startAfter > createdOn ? startAfter : createdOn
}
