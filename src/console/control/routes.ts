// The insides of a process and its control under `/admin/ops`: for administrators alone (ruling 22).
import { type Declared, type DeclaredOptions, declaredRoutes } from '../declared.ts'
import type { AnyRoute } from '../route.ts'
import type { Control } from './control.ts'
import type { Insides } from './insides.ts'

const tier = 'admin'

export const INSIDES: readonly Declared<Insides>[] = [
  { method: 'GET', path: '/admin/ops/runtime', tier, answer: (it, { now }) => it.runtime(now) },
  { method: 'GET', path: '/admin/ops/cardinality', tier, answer: (it, { search, now }) => it.cardinality(search, now) },
  { method: 'GET', path: '/admin/ops/exporters', tier, answer: (it, { now }) => it.exporters(now) },
  { method: 'GET', path: '/admin/ops/instrumentation', tier, answer: (it, { now }) => it.instrumentation(now) },
]

export const CONTROL: readonly Declared<Control>[] = [
  { method: 'GET', path: '/admin/ops/control', tier, answer: (it) => it.answer() },
  { method: 'POST', path: '/admin/ops/control/log-level', tier, answer: (it, asked) => it.setLogLevel(asked) },
  { method: 'DELETE', path: '/admin/ops/control/log-level', tier, answer: (it, asked) => it.resetLogLevel(asked) },
  { method: 'POST', path: '/admin/ops/control/sampling', tier, answer: (it, asked) => it.setSampling(asked) },
  { method: 'DELETE', path: '/admin/ops/control/sampling', tier, answer: (it, asked) => it.resetSampling(asked) },
  { method: 'POST', path: '/admin/ops/control/cpu-profile', tier, answer: (it, asked) => it.takeCpuProfile(asked) },
  { method: 'POST', path: '/admin/ops/control/heap-snapshot', tier, answer: (it, asked) => it.takeHeapSnapshot(asked) },
]

export const insideRoutes = (options: DeclaredOptions<Insides>): AnyRoute[] => declaredRoutes(INSIDES, options)

export const controlRoutes = (options: DeclaredOptions<Control>): AnyRoute[] => declaredRoutes(CONTROL, options)
