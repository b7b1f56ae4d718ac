// A counter whose labels were bound beforehand: the fastest that each library offers.
import { cpuTime, ours as load } from './time.mjs'

const LABELS = { method: 'GET', route: '/users/:id', status: '200' }
const labels = Object.keys(LABELS)

const rounds = (bound, add) => (n) => cpuTime(n, () => add(bound, n))

export async function ours() {
  const { Registry } = await load()
  const bound = new Registry().counter('bench_total', { labels }).with(LABELS)
  return {
    round: rounds(bound, (handle, n) => {
      for (let i = 0; i < n; i++) handle.add(1)
    }),
  }
}

export async function prom() {
  const { Counter } = (await import('prom-client')).default
  const bound = new Counter({ name: 'bench_total', help: 'x', labelNames: labels }).labels(LABELS)
  return {
    round: rounds(bound, (handle, n) => {
      for (let i = 0; i < n; i++) handle.inc()
    }),
  }
}
