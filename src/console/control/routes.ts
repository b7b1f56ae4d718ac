// The insides of a process and its control under `/admin/ops`: for administrators alone (ruling 22).
import { type Declared, type DeclaredOptions, declaredRoutes } from '../declared.ts'
import type { AnyRoute } from '../route.ts'
import type { Insides } from './insides.ts'

const tier = 'admin'

export const INSIDES: readonly Declared<Insides>[] = [
  { method: 'GET', path: '/admin/ops/runtime', tier, answer: (it, { now }) => it.runtime(now) },
  { method: 'GET', path: '/admin/ops/cardinality', tier, answer: (it, { search, now }) => it.cardinality(search, now) },
  { method: 'GET', path: '/admin/ops/exporters', tier, answer: (it, { now }) => it.exporters(now) },
  { method: 'GET', path: '/admin/ops/instrumentation', tier, answer: (it, { now }) => it.instrumentation(now) },
]

export const insideRoutes = (options: DeclaredOptions<Insides>): AnyRoute[] => declaredRoutes(INSIDES, options)
