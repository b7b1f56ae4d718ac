// A row of `model/names` as an instrument of its type.
import type { Name } from '../model/names.ts'
import type { Counter } from './counter.ts'
import type { Gauge } from './gauge.ts'
import type { Histogram } from './histogram.ts'
import type { Registry } from './registry.ts'

type ByType<T> = T extends 'counter' ? Counter : T extends 'histogram' ? Histogram : Gauge

export type Declared<N extends Name> = ByType<N['type']>

/** The instrument of a row; the same one for the same row of the same registry. */
export function declare<N extends Name>(registry: Registry, row: N): Declared<N> {
  return registry.declare(row) as Declared<N>
}
