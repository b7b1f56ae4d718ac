// The console's figures of this service, and the document that says what it answers: what they are made of is loaded with the
// first question.
import type { Tenants } from '../access/tenants.ts'
import { noticeOnce } from '../base/notice.ts'
import type { Config } from '../config/config.ts'
import { documentRoutes } from '../console/document.ts'
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
  const { resources, reconcile_interval: keepMs } = config.console
  const defaultTenant = config.access.tenants.default
  const figures = figureRoutes({
    async load() {
      const [{ Figures }, { providedInventory }, { completed }] = await Promise.all([
        import('../console/figures/figures.ts'),
        import('../inventory/provided.ts'),
        import('../inventory/inventory.ts'),
      ])
      const nothing = completed({})
      const inventory = () => {
        const provided = providedInventory(resources, defaultTenant)
        if (provided === null && resources.length > 0) noticeOnce('inventory.none', 'warn', 'inventory.none', NOT_GIVEN)
        return provided ?? nothing
      }
      const counted = { keepMs }
      const source = { service, version, uptime, traffic, tenants, instance, inventory, defaultTenant, counted }
      return new Figures(source)
    },
  })
  return [...documentRoutes(), ...figures]
}

const NOT_GIVEN =
  'console.resources declares records, and nothing was handed over to count them with: give provideInventory() of telltale/inventory the client of your database'
