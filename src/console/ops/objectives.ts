// Objectives and the watchlist, for who runs the service.
import type { Objectives } from '../../objectives/objectives.ts'
import { type Declared, type DeclaredOptions, declaredRoutes } from '../declared.ts'
import type { AnyRoute } from '../route.ts'

export const OBJECTIVES: readonly Declared<Objectives>[] = [
  { method: 'GET', path: '/admin/ops/objectives', tier: 'admin', answer: (it) => it.objectives() },
  { method: 'GET', path: '/admin/ops/watchlist', tier: 'admin', answer: (it) => it.watchlist() },
]

export const objectiveRoutes = (options: DeclaredOptions<Objectives>): AnyRoute[] => declaredRoutes(OBJECTIVES, options)
