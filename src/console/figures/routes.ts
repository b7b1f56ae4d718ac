// The console's figures under `/console/metrics`, each in its tier (H-30 to H-36).
import { type Declared, type DeclaredOptions, declaredRoutes } from '../declared.ts'
import type { AnyRoute } from '../route.ts'
import type { Figures } from './figures.ts'

const at = (name: string) => `/console/metrics/${name}`

export const FIGURES: readonly Declared<Figures>[] = [
  { method: 'GET', path: at('uptime'), tier: 'public', answer: (it, { now }) => it.uptime(now) },
  {
    method: 'GET',
    path: at('resource-counts'),
    tier: 'tenant',
    answer: (it, { search, tenant, now }) => it.resourceCounts(search, tenant, now),
  },
  {
    method: 'GET',
    path: at('activity'),
    tier: 'tenant',
    answer: (it, { search, tenant, now }) => it.activity(search, tenant, now),
  },
  {
    method: 'GET',
    path: at('resource-distribution'),
    tier: 'tenant',
    answer: (it, { search, tenant, now }) => it.resourceDistribution(search, tenant, now),
  },
  { method: 'GET', path: at('traffic'), tier: 'system', answer: (it, { search, now }) => it.traffic(search, now) },
  { method: 'GET', path: at('tenants'), tier: 'system', answer: (it, { search, now }) => it.tenants(search, now) },
]

export const figureRoutes = (options: DeclaredOptions<Figures>): AnyRoute[] => declaredRoutes(FIGURES, options)
