// A running instance, as the application holds it.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Config } from '../config/config.ts'
import { shownConfig } from '../config/shown.ts'
import type { Console } from '../console/console.ts'
import { type Listener, listen } from '../console/listener.ts'
import type { Health } from '../health/checks.ts'
import { type Lifecycle, STOP } from '../lifecycle/lifecycle.ts'
import type { Registry } from '../metrics/registry.ts'
import type { Resource } from '../model/attribute.ts'
import type { Pipeline } from '../pipeline/pipeline.ts'
import type { TrafficRing } from '../traffic/ring.ts'

export interface Parts {
  readonly config: Config
  readonly file: string | undefined
  readonly resource: Resource
  readonly registry: Registry
  readonly pipeline: Pipeline
  readonly console: Console
  readonly lifecycle: Lifecycle
  readonly health: Health
  readonly traffic: TrafficRing
  /** Whether it may open a listener of its own. */
  readonly listens: boolean
  /** Hears that the application's own server answers for the console too. */
  readonly mounted: () => void
}

export class Telltale {
  readonly #config: Config
  #shown: Config | undefined
  /** The file that was read; undefined when none was found and defaults hold. */
  readonly file: string | undefined
  readonly resource: Resource
  readonly registry: Registry
  readonly health: Health
  /** The request log: the last 20 000 finished requests. */
  readonly traffic: TrafficRing
  readonly #console: Console
  readonly #pipeline: Pipeline
  readonly #lifecycle: Lifecycle
  readonly #listens: boolean
  readonly #onMount: () => void
  #admin: Listener | undefined
  #mounted = false

  constructor(parts: Parts) {
    this.#config = parts.config
    this.file = parts.file
    this.resource = parts.resource
    this.registry = parts.registry
    this.health = parts.health
    this.traffic = parts.traffic
    this.#console = parts.console
    this.#pipeline = parts.pipeline
    this.#lifecycle = parts.lifecycle
    this.#listens = parts.listens
    this.#onMount = parts.mounted
  }

  /** What the configuration came to; secrets in it are `[REDACTED]`, so it may be printed. */
  get config(): Config {
    this.#shown ??= shownConfig(this.#config)
    return this.#shown
  }

  /** Where our endpoints have a listener of their own, such as `http://127.0.0.1:9464`; undefined when they have none. */
  get address(): string | undefined {
    return this.#admin?.address
  }

  /** False from the moment a stop begins. */
  get ready(): boolean {
    return this.#lifecycle.ready
  }

  /**
   * Answers our endpoints on the application's own server; its other requests are not touched. Mounted before
   * `start()` has resolved, there is no listener of our own. Returns the undoing.
   */
  mount(server: Server): () => void {
    this.#join()
    return this.#console.mount(server)
  }

  /** For a router of the application: true when the request is for one of our endpoints, which then answers it. */
  readonly listener = (request: IncomingMessage, response: ServerResponse): boolean => {
    this.#join()
    return this.#console.listener(request, response)
  }

  /** Delivers what was recorded so far: metrics, then traces, then logs. Never rejects. */
  flush(deadlineMs = 5000): Promise<void> {
    return this.#pipeline.flush(deadlineMs)
  }

  /** Drains and lets go of everything, in order, each part with its own deadline. A second call waits for the first. */
  async stop(): Promise<void> {
    await this.#lifecycle.stop()
  }

  /**
   * Opens the admin listener; a port that is taken is said and never stops the application.
   * @internal
   */
  async open(): Promise<this> {
    const { server } = this.#config
    if (this.#listens && !this.#mounted) {
      this.#admin = await listen(this.#console, {
        host: server.host,
        port: server.port,
        headerTimeoutMs: server.header_timeout,
      })
    }
    return this
  }

  #join(): void {
    if (this.#mounted) return
    this.#mounted = true
    this.#onMount()
  }

  /** @internal */
  readonly owns = (url: string): boolean => this.#mounted && this.#console.owns(url)

  /** @internal */
  async shut(deadlineMs: number): Promise<void> {
    const admin = this.#admin
    this.#admin = undefined
    await admin?.close(deadlineMs)
  }

  /** Calls `then` when a stop begins, with what resolves at its end. @internal */
  onStop(then: (ended: Promise<void>) => void): void {
    const ended = new Promise<void>((resolve) => this.#lifecycle.onStop('ended', STOP.close + 1, () => resolve()))
    this.#lifecycle.onStop('instance', 0, () => then(ended))
  }
}
