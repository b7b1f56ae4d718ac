// The whole service, as a Prometheus has it: the same histogram that each instance shows, summed over all of them. Names and
// labels are those that the scrape of this instance has, by its namespace, naming and views.
import type { Family } from '../../model/metric.ts'
import { exposed, type Naming } from '../../wire/prometheus/naming.ts'
import type { FleetPoint, FleetSeries, FleetState } from './answers.ts'
import type { Prometheus } from './prometheus.ts'
import { type Clock, type Known, Source } from './source.ts'

export interface FleetMeans {
  readonly prometheus: Prometheus
  readonly service: string
  readonly naming: Naming
  readonly namespace: string
  /** Of the requests that are served, and of a gauge that every instance has. */
  readonly requests: () => Family
  readonly presence: () => Family
  readonly clock: Clock
}

const WINDOW_SECONDS = 300
const DEADLINE_MS = 2000
const RANGE_DEADLINE_MS = 8000
const PERCENTILES = [50, 95, 99] as const

export type FleetNumbers = Pick<
  FleetState,
  'rps' | 'error_rate' | 'p50_ms' | 'p95_ms' | 'p99_ms' | 'instances' | 'instances_up'
>
type Figure = keyof FleetNumbers
const SERIES = ['rps', 'error_rate', 'p50_ms', 'p95_ms', 'p99_ms', 'instances_up'] as const

export class Fleet {
  readonly #means: FleetMeans
  readonly #source: Source<FleetNumbers>

  constructor(means: FleetMeans) {
    this.#means = means
    this.#source = new Source({
      name: 'Prometheus',
      ask: () => this.#ask(),
      clock: means.clock,
      deadlineMs: DEADLINE_MS + 200,
    })
  }

  async read(): Promise<{ readonly state: FleetState; readonly at: number }> {
    const { value, reason, at }: Known<FleetNumbers> = await this.#source.read()
    const { clock } = this.#means
    const nothing = value !== null && Object.values(value).every((one) => one === null)
    const state: FleetState = {
      scope: 'cluster',
      source: 'prometheus',
      window_seconds: WINDOW_SECONDS,
      ...(value ?? NOTHING),
      measured_at: value === null ? null : new Date(clock.now() - (clock.monotonic() - at)).toISOString(),
      reason: reason ?? (nothing ? 'Prometheus has nothing of this service' : null),
    }
    return { state, at }
  }

  /** `points` values over the last `seconds`. Rejects where Prometheus does not answer. */
  async series(seconds: number, points: number): Promise<Pick<FleetSeries, 'step_seconds' | 'points'>> {
    const { prometheus, clock } = this.#means
    const step = Math.max(1, Math.round(seconds / points))
    const end = Math.floor(clock.now() / 1000)
    const start = end - step * (points - 1)
    const queries = this.#queries(Math.max(WINDOW_SECONDS, step))
    const found = new Map(
      await Promise.all(
        SERIES.map(async (figure) => {
          const values = await prometheus.range(queries[figure], { start, end, step }, RANGE_DEADLINE_MS)
          return [figure, values] as const
        }),
      ),
    )
    const at = (figure: (typeof SERIES)[number], ms: number) => found.get(figure)!.get(ms) ?? null
    const list = Array.from({ length: points }, (_, i): FleetPoint => {
      const ms = (start + i * step) * 1000
      return {
        time: new Date(ms).toISOString(),
        rps: at('rps', ms),
        error_rate: at('error_rate', ms),
        p50_ms: at('p50_ms', ms),
        p95_ms: at('p95_ms', ms),
        p99_ms: at('p99_ms', ms),
        instances_up: at('instances_up', ms),
      }
    })
    return { step_seconds: step, points: list }
  }

  close(): void {
    this.#means.prometheus.close()
  }

  async #ask(): Promise<FleetNumbers> {
    const { prometheus } = this.#means
    const queries = this.#queries(WINDOW_SECONDS)
    const found = await Promise.all(
      (Object.keys(queries) as Figure[]).map(
        async (figure) => [figure, await prometheus.value(queries[figure], DEADLINE_MS)] as const,
      ),
    )
    return Object.fromEntries(found) as unknown as FleetNumbers
  }

  #queries(window: number): Record<Figure, string> {
    const { service, naming, namespace, requests, presence } = this.#means
    const family = requests()
    const { base } = exposed(family, naming, namespace)
    const status = family.labels?.find(({ short }) => short === 'status')
    const label = naming === 'semconv' ? (status?.semconv ?? 'status').replaceAll('.', '_') : 'status'
    const own = `service=${JSON.stringify(service)}`
    const rate = (part: string, more = '') => `sum(rate(${base}_${part}{${own}${more}}[${window}s]))`
    const all = rate('count')
    const bad = rate('count', `,${label}=~"5.."`)
    // An instance is what was scraped of the service within the hour; a target that is down has lost all but `up`.
    const here = `up and on (job, instance) last_over_time(${exposed(presence(), naming, namespace).base}{${own}}[1h])`
    const quantile = (percent: number) =>
      `1000 * histogram_quantile(${percent / 100}, sum by (le) (rate(${base}_bucket{${own}}[${window}s])))`
    const [p50_ms, p95_ms, p99_ms] = PERCENTILES.map(quantile) as [string, string, string]
    return {
      rps: all,
      // No series of an error is no error.
      error_rate: `(${bad} or 0 * ${all}) / (${all} > 0)`,
      p50_ms,
      p95_ms,
      p99_ms,
      instances: `count(${here})`,
      instances_up: `sum(${here})`,
    }
  }
}

const NOTHING: FleetNumbers = {
  rps: null,
  error_rate: null,
  p50_ms: null,
  p95_ms: null,
  p99_ms: null,
  instances: null,
  instances_up: null,
}
