// A histogram whose labels were bound beforehand, with values over all of its buckets.
import { cpuTime, ours as load } from './time.mjs'

const LABELS = { method: 'GET', route: '/users/:id', status: '200' }
const labels = Object.keys(LABELS)
const VALUES = Array.from({ length: 1024 }, (_, i) => ((i * 37) % 1024) / 200)

const round = (bound) => (n) =>
  cpuTime(n, () => {
    for (let i = 0; i < n; i++) bound.observe(VALUES[i & 1023])
  })

export async function ours() {
  const { Registry } = await load()
  return { round: round(new Registry().histogram('bench_seconds', { labels }).with(LABELS)) }
}

export async function prom() {
  const { Histogram } = (await import('prom-client')).default
  return { round: round(new Histogram({ name: 'bench_seconds', help: 'x', labelNames: labels }).labels(LABELS)) }
}
