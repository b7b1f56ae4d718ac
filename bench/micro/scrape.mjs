// A scrape of 10 000 series (counters, and histograms with 11 buckets among them): milliseconds of CPU, and the longest time
// for which the event loop stood still.
const COUNTERS = 8000
const HISTOGRAMS = 2000 / 13

function fill(counter, histogram) {
  for (let i = 0; i < COUNTERS; i++) counter(i)
  for (let i = 0; i < HISTOGRAMS; i++) histogram(i)
}

/** CPU of one scrape, then the longest gap between two turns of the event loop during another. */
function measure(scrape) {
  return async (n) => {
    const before = process.cpuUsage()
    for (let i = 0; i < n; i++) await scrape()
    const { user, system } = process.cpuUsage(before)
    let longest = 0
    let last = performance.now()
    let running = true
    const watch = () => {
      const now = performance.now()
      longest = Math.max(longest, now - last)
      last = now
      if (running) setImmediate(watch)
    }
    setImmediate(watch)
    await new Promise((resolve) => setTimeout(resolve, 5))
    longest = 0
    await scrape()
    await new Promise((resolve) => setImmediate(resolve))
    running = false
    return { cpu: (user + system) / 1000 / n, stretch: longest }
  }
}

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const labels = ['shop', 'item']

export async function ours() {
  const { Registry, renderSliced } = await import('../.cache/internals.mjs')
  const registry = new Registry({ limits: { series: 20_000, nodes: 200_000 } })
  const counter = registry.counter('bench_total', { labels, help: 'A counter' })
  const histogram = registry.histogram('bench_seconds', { labels, help: 'A histogram', buckets: BUCKETS })
  fill(
    (i) => counter.add(i, { shop: `shop${i % 100}`, item: `item${i}` }),
    (i) => histogram.observe(i / 20, { shop: `shop${i % 100}`, item: `item${i}` }),
  )
  const scrape = () => renderSliced(registry.exposition(), { format: '0.0.4', constant: ['service', 'bench'] })
  return { round: measure(scrape), ready: { lines: (await scrape()).join('').split('\n').length } }
}

export async function prom() {
  const { Counter, Histogram, Registry } = (await import('prom-client')).default
  const registry = new Registry()
  registry.setDefaultLabels({ service: 'bench' })
  const registers = [registry]
  const counter = new Counter({ name: 'bench_total', help: 'A counter', labelNames: labels, registers })
  const histogram = new Histogram({
    name: 'bench_seconds',
    help: 'A histogram',
    labelNames: labels,
    buckets: BUCKETS,
    registers,
  })
  fill(
    (i) => counter.inc({ shop: `shop${i % 100}`, item: `item${i}` }, i),
    (i) => histogram.observe({ shop: `shop${i % 100}`, item: `item${i}` }, i / 20),
  )
  return { round: measure(() => registry.metrics()), ready: { lines: (await registry.metrics()).split('\n').length } }
}
