// How many messages wait for a durable consumer of JetStream, as the monitoring address of a NATS server says (`/jsz`). Queues
// of one server share one question.

import type { Preset } from '../../egress/address.ts'
import { Caller } from '../../egress/caller.ts'
import { allow } from '../../egress/target.ts'
import { Absent, type Clock, type Known, Source } from './source.ts'
import { withScheme } from './target.ts'

export interface Waiting {
  readonly depth: number
  /** Delivered and not acknowledged. */
  readonly inFlight: number
}

interface Consumer {
  readonly stream: string
  readonly name: string
  readonly waiting: Waiting
}

const MOST_BYTES = 8 * 1024 * 1024
const PATH = '/jsz?accounts=true&streams=true&consumers=true&limit=1024'

export class NatsServers {
  readonly #preset: Preset
  readonly #clock: Clock
  readonly #servers = new Map<string, { source: Source<readonly Consumer[]>; caller: Caller }>()

  constructor(preset: Preset, clock: Clock) {
    this.#preset = preset
    this.#clock = clock
  }

  async waiting(url: string, stream: string, consumer: string): Promise<Known<Waiting>> {
    const { value, reason, at } = await this.#server(url).read()
    if (value === null) return { value: null, reason, at }
    const found = value.filter((one) => one.stream === stream && one.name === consumer)
    if (found.length === 1) return { value: found[0]!.waiting, reason: null, at }
    const text =
      found.length === 0 ? 'the server has no such stream and consumer' : 'several accounts have such a consumer'
    return { value: null, reason: text, at }
  }

  close(): void {
    for (const { caller } of this.#servers.values()) caller.close()
    this.#servers.clear()
  }

  #server(url: string): Source<readonly Consumer[]> {
    let server = this.#servers.get(url)
    if (server === undefined) {
      const caller = new Caller(allow(withScheme(url), this.#preset))
      const ask = () => consumersOf(caller)
      server = { caller, source: new Source({ name: 'a NATS server', ask, clock: this.#clock }) }
      this.#servers.set(url, server)
    }
    return server.source
  }
}

async function consumersOf(caller: Caller): Promise<readonly Consumer[]> {
  const base = caller.target.url.pathname.replace(/\/$/, '')
  const { status, body } = await caller.send({
    path: `${base}${PATH}`,
    timeoutMs: 2000,
    maxBytes: MOST_BYTES,
    background: true,
  })
  if (status !== 200) throw new Absent(`the server answers with status ${status}`)
  if (body.length >= MOST_BYTES) throw new Absent('the server has more consumers than can be looked at')
  return readConsumers(parsed(body))
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new Absent('what answers is no NATS server')
  }
}

/** Of the document of `/jsz`, whatever it is. */
export function readConsumers(document: unknown): readonly Consumer[] {
  const root = document as { disabled?: unknown; account_details?: unknown } | null
  if (typeof root !== 'object' || root === null) throw new Absent('what answers is no NATS server')
  if (root.disabled === true) throw new Absent('JetStream is off')
  return list(root.account_details).flatMap((account) =>
    list(account['stream_detail']).flatMap((stream) =>
      list(stream['consumer_detail']).flatMap((consumer): Consumer[] => {
        const { stream_name = stream['name'], name, num_pending, num_ack_pending } = consumer
        if (typeof stream_name !== 'string' || typeof name !== 'string' || typeof num_pending !== 'number') return []
        const inFlight = typeof num_ack_pending === 'number' ? num_ack_pending : 0
        return [{ stream: stream_name, name, waiting: { depth: num_pending, inFlight } }]
      }),
    ),
  )
}

function list(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : []
}
