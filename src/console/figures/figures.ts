// What the console knows of this instance and of the application's records, figure by figure.
import type { Uptime } from '../../health/uptime.ts'
import type { Activity } from '../../inventory/activity.ts'
import type { ResourceCounts } from '../../inventory/counts.ts'
import type { ResourceDistribution } from '../../inventory/distribution.ts'
import { whole } from './inquiry.ts'
import { RecordFigures, type RecordSource } from './records.ts'
import { type TenantsFigure, tenantsFigure } from './tenants.ts'
import { type TrafficFigure, TrafficFigures, type TrafficSource, WINDOW } from './traffic.ts'
import { type UptimeFigure, uptimeFigure } from './uptime.ts'

export interface FiguresSource extends TrafficSource, RecordSource {
  readonly service: string
  readonly version: string
  readonly uptime: Uptime
}

/** Times are milliseconds since the epoch; `tenant` is the resolved one. */
export class Figures {
  readonly #source: FiguresSource
  readonly #traffic: TrafficFigures
  readonly #records: RecordFigures

  constructor(source: FiguresSource) {
    this.#source = source
    this.#traffic = new TrafficFigures(source)
    this.#records = new RecordFigures(source)
  }

  uptime(now: number): UptimeFigure {
    return uptimeFigure(this.#source, now)
  }

  traffic(asked: URLSearchParams, now: number): TrafficFigure {
    return this.#traffic.figure(asked, now)
  }

  resourceCounts(asked: URLSearchParams, tenant: string, now: number): Promise<ResourceCounts> {
    return this.#records.counts(asked, tenant, now)
  }

  activity(asked: URLSearchParams, tenant: string, now: number): Promise<Activity> {
    return this.#records.activity(asked, tenant, now)
  }

  resourceDistribution(asked: URLSearchParams, tenant: string, now: number): Promise<ResourceDistribution> {
    return this.#records.distribution(asked, tenant, now)
  }

  async tenants(asked: URLSearchParams, now: number): Promise<TenantsFigure> {
    const stored = await this.#records.tenants()
    const seconds = whole(asked.get('window'), WINDOW)
    return tenantsFigure(this.#source.instance, stored, this.#traffic.byTenant(seconds, now), seconds, now)
  }
}
