// The console's figures under `/console/metrics`, each in its tier (H-30 to H-36).
import { type Declared, type DeclaredOptions, declaredRoutes } from '../declared.ts'
import type { AnyRoute } from '../route.ts'
import type { Figures } from './figures.ts'

export const FIGURES: readonly Declared<Figures>[] = [
  { method: 'GET', path: '/console/metrics/uptime', tier: 'public', answer: (it, { now }) => it.uptime(now) },
  {
    method: 'GET',
    path: '/console/metrics/traffic',
    tier: 'system',
    answer: (it, { search, now }) => it.traffic(search, now),
  },
]

export const figureRoutes = (options: DeclaredOptions<Figures>): AnyRoute[] => declaredRoutes(FIGURES, options)
