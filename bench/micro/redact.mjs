// A finished span of twelve attributes, four of them free texts of about a hundred characters together, through redaction:
// nanoseconds per span. `ours` has texts that never came before, `again` the same ones in turn, `signs` has signs of a pair
// in one of the four, `long` has texts of a hundred and eighty characters.
import { cpuTime } from './time.mjs'

/** Made and redacted together, as many as the pipeline takes. */
const SPANS = 64

const PLAIN = (i) => `payment ${i} was declined`
const SIGNS = (i) => `select id, total from orders where id = ${i} and state: open`
const LONG = (i) =>
  `payment ${i} was declined after ${i % 7} tries by the bank of the customer, who was told to try another one`

/** Not a slice of another text, nor one that is put together when it is read. */
const flat = (text) => Buffer.from(text).toString('latin1')

function attributes(i, last) {
  return [
    ...['http.request.method', 'GET', 'http.response.status_code', 200, 'http.route', '/orders/:id'],
    ...['server.address', 'shop', 'server.port', 8080, 'cart.items', i, 'cart.paid', true, 'user.plan', 'pro'],
    ...['url.path', flat(`/orders/8f3a${i}/items/${i % 31}`), 'order.note', flat(`leave parcel ${i} at the back door`)],
    ...['user_agent.original', flat(`okhttp/4.12.0 (shop ${i})`)],
    ...['app.message', flat(last(i))],
  ]
}

async function rounds(different, last) {
  const { Redactor, Scope, SpanRecord } = await import('../.cache/internals.mjs')
  const { span: redact } = new Redactor()
  const scope = new Scope('bench')
  let seed = 0
  let spans = []
  const fill = () => {
    spans = []
    for (let i = 0; i < SPANS; i++) {
      const span = new SpanRecord(scope, 'GET /orders/:id', 2, 1)
      span.attributes = attributes(different ? seed++ : i % 16, last)
      spans.push(span)
    }
  }
  fill()
  const round = (n) => {
    let ns = 0
    let done = 0
    while (done < n) {
      if (different) fill()
      const size = Math.min(SPANS, n - done)
      // So short a time: reading the clock is a tenth of it.
      ns -= cpuTime(1, () => {})
      ns += cpuTime(1, () => {
        for (let i = 0; i < size; i++) redact(spans[i])
      })
      done += size
    }
    return ns / done
  }
  return { round, ready: {} }
}

export const ours = () => rounds(true, PLAIN)
export const again = () => rounds(false, PLAIN)
export const signs = () => rounds(true, SIGNS)
export const long = () => rounds(true, LONG)
