// A console with figures alone, over a clock that stands.
import { guardOf } from '../../../src/access/guard.ts'
import { Tenants } from '../../../src/access/tenants.ts'
import { createConsole } from '../../../src/console/console.ts'
import { Figures } from '../../../src/console/figures/figures.ts'
import { figureRoutes } from '../../../src/console/figures/routes.ts'
import { Uptime } from '../../../src/health/uptime.ts'
import { completed, type Inventory } from '../../../src/inventory/inventory.ts'
import { TrafficRing } from '../../../src/traffic/ring.ts'

export const NOW: number = Date.UTC(2027, 0, 15, 8, 0, 0)

export interface Given {
  readonly seconds?: number
  readonly inventory?: Partial<Inventory> | (() => Inventory)
  /** Of counts: how long they are good for, how long is waited for them. */
  readonly keepMs?: number
  readonly deadlineMs?: number
}

export function figuresOf({ seconds = 10, inventory = {}, keepMs = 30_000, deadlineMs }: Given = {}) {
  let at = 0
  const uptime = new Uptime({ monotonic: () => at, wall: () => NOW - seconds * 1000 })
  uptime.begin()
  at = seconds * 1000
  const traffic = new TrafficRing(100)
  const tenants = new Tenants({ mode: 'header_only', strict: false, defaultTenant: 'main' })
  const clock = { now: NOW }
  const given = typeof inventory === 'function' ? inventory : completed(inventory)
  const load = async () =>
    new Figures({
      service: 'shop',
      version: '1.2.3',
      uptime,
      traffic,
      tenants,
      instance: 'shop-1',
      inventory: typeof given === 'function' ? given : () => given,
      defaultTenant: 'main',
      counted: { keepMs, clock: () => clock.now, ...(deadlineMs !== undefined && { deadlineMs }) },
    })
  const { fetch } = createConsole({
    routes: figureRoutes({ load, now: () => clock.now }),
    guard: guardOf({ tenants }),
  })
  return { fetch, traffic, tenants, clock }
}

export async function asked(fetch: (request: Request) => Promise<Response>, path: string): Promise<unknown> {
  const response = await fetch(new Request(`http://h/console/metrics/${path}`))
  if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return response.json()
}
