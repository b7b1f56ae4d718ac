// An OTLP collector for tests: it takes what a real one takes, over HTTP on a free port of 127.0.0.1, and keeps it.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { timers } from '../base/clock.ts'
import { OWN_TRAFFIC } from '../base/own.ts'
import { Receiver } from '../hub/receive.ts'
import { attributesObject, type Value } from '../model/attribute.ts'
import type { Batch } from '../model/batch.ts'
import type { Family } from '../model/metric.ts'
import { type RecordedLog, RecordedSpan, RecordedSpans, recordedLog } from './recorded.ts'

interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

export class TestReceiver {
  readonly #spans: RecordedSpan[] = []
  readonly #logs: RecordedLog[] = []
  readonly #families = new Map<string, Family>()
  readonly #resources: Readonly<Record<string, Value>>[] = []
  readonly #refusals: Refusal[] = []
  readonly #waiting = new Set<() => void>()
  readonly #server: Server
  readonly spans: RecordedSpans = new RecordedSpans(this.#spans)
  /** Requests so far, refused ones too. */
  requests = 0

  /** Made by `otlpReceiver()`. */
  constructor() {
    const { listener } = new Receiver((batch) => this.#take(batch))
    this.#server = createServer((request, response) => {
      this.requests++
      const refusal = this.#refusals.shift()
      if (refusal === undefined) return listener(request, response)
      request.resume()
      response.writeHead(refusal.status, refusal.headers).end()
      this.#tell()
    })
    // It stands for another process: what it serves is no request of the application.
    Object.assign(this.#server, { [OWN_TRAFFIC]: true })
  }

  /** Base URL for `endpoint` or OTEL_EXPORTER_OTLP_ENDPOINT. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get logs(): readonly RecordedLog[] {
    return this.#logs
  }

  /** The last state of each metric, under its OpenTelemetry name. */
  get metrics(): ReadonlyMap<string, Family> {
    return this.#families
  }

  /** Attributes of the resource of each batch. */
  get resources(): readonly Readonly<Record<string, Value>>[] {
    return this.#resources
  }

  /** Answers the next `times` requests with this status and keeps nothing of them. */
  refuse(status: number, times = 1, headers: Readonly<Record<string, string>> = {}): void {
    for (let i = 0; i < times; i++) this.#refusals.push({ status, headers })
  }

  /** Resolves once `done` is true, looked at after each request; rejects after `ms`, saying what has come. */
  until(done: (receiver: this) => boolean, ms = 5000): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!done(this)) return
        stop()
        resolve()
      }
      const timer = timers.setTimeout(() => {
        stop()
        const came = `${this.#spans.length} spans, ${this.#logs.length} logs, ${this.#families.size} metrics`
        reject(new Error(`it did not happen within ${ms} ms: ${this.requests} requests brought ${came}`))
      }, ms)
      const stop = () => {
        timers.clearTimeout(timer)
        this.#waiting.delete(look)
      }
      this.#waiting.add(look)
      look()
    })
  }

  /** Forgets what came. */
  reset(): void {
    this.#spans.length = 0
    this.#logs.length = 0
    this.#resources.length = 0
    this.#refusals.length = 0
    this.#families.clear()
    this.requests = 0
  }

  close(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  /** @internal */
  listen(): Promise<this> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(0, '127.0.0.1', () => resolve(this))
    })
  }

  #take(batch: Batch): number {
    this.#resources.push(attributesObject(batch.resource.attributes))
    for (const span of batch.spans) this.#spans.push(new RecordedSpan(span))
    for (const log of batch.logs) this.#logs.push(recordedLog(log))
    for (const family of batch.series) this.#families.set(family.name, family)
    this.#tell()
    return 0
  }

  #tell(): void {
    for (const look of [...this.#waiting]) look()
  }
}

/** Listens on a free port; `close()` it after the test. */
export function otlpReceiver(): Promise<TestReceiver> {
  return new TestReceiver().listen()
}
