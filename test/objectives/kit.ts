// Objectives over a registry and a request log of their own, on a clock that stands until it is moved.
import { loadConfig } from '../../src/config/load.ts'
import { declare } from '../../src/metrics/declare.ts'
import { Registry } from '../../src/metrics/registry.ts'
import { NAMES } from '../../src/model/names.ts'
import type { ObjectiveAnswer } from '../../src/objectives/answer.ts'
import { objectiveViews } from '../../src/objectives/bounds.ts'
import { Objectives } from '../../src/objectives/objectives.ts'
import type { ReadSignal } from '../../src/objectives/watchlist.ts'
import { TrafficRing } from '../../src/traffic/ring.ts'

export const START = Date.parse('2026-11-21T12:00:00Z')

export class Kit {
  time = START
  readonly registry: Registry
  readonly traffic: TrafficRing
  readonly functions = new Map<string, ReadSignal>()
  readonly objectives: Objectives

  /** `yaml`: `slos` and `watchlist` as a file has them. */
  constructor(yaml: string, { capacity = 20_000, before = (_: Registry): void => {} } = {}) {
    const { config } = loadConfig({ text: `name: shop\n${yaml}`, env: {} })
    this.registry = new Registry({ now: () => this.time, views: objectiveViews(config.slos) })
    this.traffic = new TrafficRing(capacity)
    before(this.registry)
    this.objectives = new Objectives({
      ...config,
      registry: this.registry,
      namespace: config.observability.metrics.namespace,
      traffic: this.traffic,
      instance: 'a1',
      functions: this.functions,
      clock: { now: () => this.time, monotonic: () => this.time - START },
    })
  }

  /** A request as the HTTP surface counts it. */
  request(ms: number, status: number | string = 200, route = '/orders'): void {
    declare(this.registry, NAMES.http_request_duration_seconds).observe(ms / 1000, { method: 'GET', route, status })
    this.traffic.push(this.time, ms, Number(status) || 499, 0)
  }

  /** Lets seconds go by, with the ticks of the timer. */
  pass(seconds: number): void {
    const end = this.time + seconds * 1000
    while (this.time + 10_000 <= end) {
      this.time += 10_000
      this.objectives.tick()
    }
    this.time = end
  }

  /** What is answered about the first objective, or the one of a name. */
  of(name?: string): ObjectiveAnswer {
    // What was answered a moment ago holds for a second.
    this.objectives.tick()
    const { objectives } = this.objectives.objectives()
    return name === undefined ? objectives[0]! : objectives.find((one) => one.name === name)!
  }
}

/** `status value method reason covered`, for tables. */
export function told({ status, value, method, reason, covered_seconds }: ObjectiveAnswer): string {
  return [status, value, method, reason, covered_seconds].map(String).join(' · ')
}
