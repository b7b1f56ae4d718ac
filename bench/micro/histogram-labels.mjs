// A histogram that gets its labels with each call, as most code writes it.
import { cpuTime, ours as load, routeOf } from './time.mjs'

const labels = ['method', 'route', 'status']

export async function ours() {
  const { Registry } = await load()
  const histogram = new Registry().histogram('bench_seconds', { labels })
  return {
    round: (n) =>
      cpuTime(n, () => {
        for (let i = 0; i < n; i++) histogram.observe(0.012, { method: 'GET', route: routeOf(i), status: 200 })
      }),
  }
}

export async function prom() {
  const { Histogram } = (await import('prom-client')).default
  const histogram = new Histogram({ name: 'bench_seconds', help: 'x', labelNames: labels })
  return {
    round: (n) =>
      cpuTime(n, () => {
        for (let i = 0; i < n; i++) histogram.observe({ method: 'GET', route: routeOf(i), status: 200 }, 0.012)
      }),
  }
}

export async function otel() {
  const { MeterProvider, MetricReader } = await import('@opentelemetry/sdk-metrics')
  class Reader extends MetricReader {
    async onForceFlush() {}
    async onShutdown() {}
  }
  const histogram = new MeterProvider({ readers: [new Reader()] }).getMeter('bench').createHistogram('bench')
  return {
    round: (n) =>
      cpuTime(n, () => {
        for (let i = 0; i < n; i++) histogram.record(0.012, { method: 'GET', route: routeOf(i), status: 200 })
      }),
  }
}
