// The console's figures of this service: what they are made of is loaded with the first question.
import type { Tenants } from '../access/tenants.ts'
import type { Config } from '../config/config.ts'
import { figureRoutes } from '../console/figures/routes.ts'
import type { AnyRoute } from '../console/route.ts'
import { uptime } from '../health/uptime.ts'
import type { TrafficRing } from '../traffic/ring.ts'

export interface FigureParts {
  readonly config: Config
  readonly tenants: Tenants
  readonly traffic: TrafficRing
}

export function serviceFigures({ config, tenants, traffic }: FigureParts): AnyRoute[] {
  const { name: service, version } = config.service
  const { instance } = config.console
  return figureRoutes({
    async load() {
      const { Figures } = await import('../console/figures/figures.ts')
      return new Figures({ service, version, uptime, traffic, tenants, instance })
    },
  })
}
