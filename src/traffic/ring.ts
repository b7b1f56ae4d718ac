// The request log: the last 20 000 requests as four numbers each, 320 KB for the life of the process. A push is four
// writes and no allocation; a reader copies what its window holds in one synchronous sweep and calculates on the copy.

export interface Samples {
  readonly length: number
  /** Completion times, float milliseconds since the epoch. */
  readonly time: Float64Array
  /** Latencies in milliseconds. */
  readonly ms: Float32Array
  readonly status: Uint16Array
  /** Interned tenants. */
  readonly tenant: Uint16Array
}

export class TrafficRing {
  readonly capacity: number
  /** Samples ever pushed. */
  total = 0
  readonly #time: Float64Array
  readonly #ms: Float32Array
  readonly #status: Uint16Array
  readonly #tenant: Uint16Array
  #next = 0

  constructor(capacity = 20_000) {
    this.capacity = capacity
    this.#time = new Float64Array(capacity)
    this.#ms = new Float32Array(capacity)
    this.#status = new Uint16Array(capacity)
    this.#tenant = new Uint16Array(capacity)
  }

  /** Samples held now. */
  get size(): number {
    return Math.min(this.total, this.capacity)
  }

  /** `time`: completion, milliseconds since the epoch; `ms`: latency; the oldest sample makes room. */
  push(time: number, ms: number, status: number, tenant: number): void {
    const at = this.#next
    this.#time[at] = time
    this.#ms[at] = ms
    this.#status[at] = status
    this.#tenant[at] = tenant
    this.#next = at + 1 === this.capacity ? 0 : at + 1
    this.total++
  }

  /** A copy of the samples completed in [now − seconds, now], of one tenant or of all; in order of arrival. */
  window(now: number, seconds: number, tenant = -1): Samples {
    const { size, capacity } = this
    const since = now - seconds * 1000
    const time = new Float64Array(size)
    const ms = new Float32Array(size)
    const status = new Uint16Array(size)
    const tenants = new Uint16Array(size)
    let length = 0
    let at = this.#next - size
    if (at < 0) at += capacity
    for (let i = 0; i < size; i++) {
      const when = this.#time[at]!
      if (when >= since && when <= now && (tenant < 0 || this.#tenant[at] === tenant)) {
        time[length] = when
        ms[length] = this.#ms[at]!
        status[length] = this.#status[at]!
        tenants[length] = this.#tenant[at]!
        length++
      }
      if (++at === capacity) at = 0
    }
    return { length, time, ms, status, tenant: tenants }
  }
}
