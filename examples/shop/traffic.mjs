// Shoppers: a bounded generator of requests of several tenants. Some ask for what is not there, some cards are refused, the
// payment provider is sometimes down, reports are slow. It remembers what it sent and what came back.
import { setTimeout as sleep } from 'node:timers/promises'

const TENANTS = ['acme', 'globex', 'initech']
const ABREAST = 6

const post = (product, card) => ({
  method: 'POST',
  path: '/orders',
  body: JSON.stringify({ product, card, number: '4111 1111 1111 1111' }),
})

/** Weight and request of each thing that a shopper does. */
const DEEDS = [
  [30, () => ({ path: '/products' })],
  [25, (n) => ({ path: `/products/${1 + (n % 6)}?from=list` })],
  [4, (n) => ({ path: `/products/${900 + n}` })],
  [20, (n) => post(1 + (n % 6), 'good')],
  [4, () => post(2, 'refused')],
  [3, () => post(3, 'down')],
  [2, () => ({ path: '/stock' })],
  [6, (n) => ({ path: `/orders/${1 + (n % 20)}` })],
  [3, () => ({ path: '/reports/today' })],
  [3, (n) => ({ path: `/no/such/page/${n}` })],
]
const TOTAL = DEEDS.reduce((sum, [weight]) => sum + weight, 0)

/** The deed of the n-th request: weighted, and the same on every run. */
function deed(n) {
  let place = (n * 37) % TOTAL
  for (const [weight, make] of DEEDS) {
    if (place < weight) return make(n)
    place -= weight
  }
}

export class Traffic {
  /** { status, traceId } of each answer. */
  answers = []
  sent = 0
  failed = 0
  #url
  #running = true

  constructor(url) {
    this.#url = url
  }

  async #send(n) {
    const { path, method = 'GET', body } = deed(n)
    const headers = { 'x-tenant-id': TENANTS[n % TENANTS.length], authorization: 'Bearer sk-live-very-secret' }
    if (body) headers['content-type'] = 'application/json'
    this.sent++
    try {
      const response = await fetch(this.#url + path, { method, body, headers, signal: AbortSignal.timeout(10_000) })
      await response.arrayBuffer()
      this.answers.push({ status: response.status, traceId: response.headers.get('traceparent')?.split('-')[1] })
    } catch {
      if (this.#running) this.failed++
    }
  }

  /** Sends `requests` requests, a few at a time, and waits for all answers. */
  async burst(requests) {
    let next = 0
    const shopper = async () => {
      while (next < requests) await this.#send(next++)
    }
    await Promise.all(Array.from({ length: ABREAST }, shopper))
  }

  /** About `perSecond` requests a second until `stop`; never more than a few open at once. */
  async flow(perSecond) {
    let n = 0
    const shopper = async () => {
      while (this.#running) {
        await this.#send(n++)
        await sleep((ABREAST * 1000 * (0.5 + Math.random())) / perSecond)
      }
    }
    await Promise.all(Array.from({ length: ABREAST }, shopper))
  }

  stop() {
    this.#running = false
  }
}
