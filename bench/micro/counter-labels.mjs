// A counter that gets its labels with each call, as most code writes it.
import { cpuTime, ours as load, routeOf } from './time.mjs'

const labels = ['method', 'route', 'status']

export async function ours() {
  const { Registry } = await load()
  const counter = new Registry().counter('bench_total', { labels })
  return {
    round: (n) =>
      cpuTime(n, () => {
        for (let i = 0; i < n; i++) counter.add(1, { method: 'GET', route: routeOf(i), status: 200 })
      }),
  }
}

export async function prom() {
  const { Counter } = (await import('prom-client')).default
  const counter = new Counter({ name: 'bench_total', help: 'x', labelNames: labels })
  return {
    round: (n) =>
      cpuTime(n, () => {
        for (let i = 0; i < n; i++) counter.inc({ method: 'GET', route: routeOf(i), status: 200 })
      }),
  }
}

export async function otel() {
  const { MeterProvider, MetricReader } = await import('@opentelemetry/sdk-metrics')
  class Reader extends MetricReader {
    async onForceFlush() {}
    async onShutdown() {}
  }
  const counter = new MeterProvider({ readers: [new Reader()] }).getMeter('bench').createCounter('bench')
  return {
    round: (n) =>
      cpuTime(n, () => {
        for (let i = 0; i < n; i++) counter.add(1, { method: 'GET', route: routeOf(i), status: 200 })
      }),
  }
}
