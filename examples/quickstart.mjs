import { counter, span, start } from 'telltale'

const telltale = await start() // finds telltale.yaml, or runs on good defaults

const paid = counter('orders_paid_total', { labels: ['plan'] })
const paidPro = paid.with({ plan: 'pro' }) // bound: one addition per call

const total = await span('checkout', async (s) => {
  s.set('cart.items', 3)
  paidPro.add(1)
  return 59.9
})

console.log(`paid ${total}`)
await telltale.stop() // delivers what is left; also on SIGTERM
