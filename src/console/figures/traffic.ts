// Requests as this instance saw them, of the last minutes: one window of the request log, whole (H-35) and by tenant (H-36).
// Who asks again within a second is given the same answer, so ten viewers cost what one does.
import type { Tenants } from '../../access/tenants.ts'
import type { TrafficRing } from '../../traffic/ring.ts'
import { type TrafficStats, trafficStats } from '../../traffic/stats.ts'
import { type TenantTraffic, tenantRollup } from '../../traffic/tenants.ts'
import { Brief } from '../brief.ts'
import { type Bounds, name, whole } from './inquiry.ts'

export interface TrafficSource {
  readonly traffic: TrafficRing
  readonly tenants: Tenants
  /** Opaque; `unknown` where the environment does not say. */
  readonly instance: string
}

export interface TrafficFigure extends TrafficStats {
  readonly instance: string
  readonly scope: 'single-instance'
  readonly generated_at: string
  readonly window_seconds: number
}

export const WINDOW: Bounds = { default: 3600, least: 60, most: 86_400 }

/** No sample is of it. */
const NOBODY = 65_536

export class TrafficFigures {
  readonly #source: TrafficSource
  readonly #whole = new Brief<TrafficFigure>()
  readonly #tenants = new Brief<readonly TenantTraffic[]>()

  constructor(source: TrafficSource) {
    this.#source = source
  }

  figure(asked: URLSearchParams, now: number): TrafficFigure {
    const seconds = whole(asked.get('window'), WINDOW)
    const tenant = name(asked.get('tenant'))
    return this.#whole.of(`${seconds} ${tenant ?? ''}`, now, () => {
      const { traffic, tenants, instance } = this.#source
      const number = tenant === null ? undefined : (tenants.known(tenant) ?? NOBODY)
      const { sample_count, covered_seconds, ...stats } = trafficStats(traffic, seconds, now, number)
      return {
        instance,
        scope: 'single-instance',
        generated_at: new Date(now).toISOString(),
        window_seconds: seconds,
        covered_seconds,
        sample_count,
        ...stats,
      }
    })
  }

  /** Busiest first. */
  byTenant(seconds: number, now: number): readonly TenantTraffic[] {
    const { traffic, tenants } = this.#source
    return this.#tenants.of(String(seconds), now, () => tenantRollup(traffic, seconds, now, tenants.name))
  }
}
