// A finished span of twelve attributes, four of them free texts, through redaction: nanoseconds per span. `ours` has
// texts that never came before, `again` the same ones in turn, `signs` one of the four with signs of a pair in it.
import { cpuTime } from './time.mjs'

/** Made and redacted together; the pipeline takes 64, which take too short to be timed. */
const SPANS = 256

const PLAIN = (i) => `payment ${i} was declined after ${i % 7} tries by the bank of the customer`
const SIGNS = (i) => `select id, total from orders where id = ${i} and state: open`

/** Not a slice of another text, nor one that is put together when it is read. */
const flat = (text) => Buffer.from(text).toString('latin1')

function attributes(i, last) {
  return [
    ...['http.request.method', 'GET', 'http.response.status_code', 200, 'http.route', '/orders/:id'],
    ...['server.address', 'shop', 'server.port', 8080, 'cart.items', i, 'cart.paid', true, 'user.plan', 'pro'],
    ...['url.path', flat(`/orders/8f3a${i}/items/${i % 31}`), 'order.note', flat(`leave parcel ${i} at the back door`)],
    ...['user_agent.original', flat(`Mozilla/5.0 (X11; Linux x86_64) Gecko/${i} Firefox/128.0`)],
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
