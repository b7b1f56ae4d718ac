// What registries and instruments are made with.
import type { Scope } from '../model/attribute.ts'
import type { Group } from '../model/names.ts'
import type { GaugeMode } from './gauge.ts'
import type { Limits, RedactValue } from './ground.ts'
import type { View } from './views.ts'

export interface RegistryOptions {
  /** Series per metric (2 000), trie entries per metric (8 per series), characters per label value (1 024), series in all (100 000). */
  readonly limits?: Partial<Limits>
  readonly views?: readonly View[]
  /** Refusals throw: for tests and development. */
  readonly strict?: boolean
  /** Groups that are not collected at all. */
  readonly off?: readonly Group[]
  /** What may stand in a label value; the built-in policy unless given. */
  readonly redact?: RedactValue
}

export interface InstrumentOptions {
  /** Label names; none when left out; null for any attributes at each call, as OpenTelemetry has it. */
  readonly labels?: readonly string[] | null | undefined
  readonly help?: string | undefined
  /** UCUM. */
  readonly unit?: string | undefined
  readonly scope?: Scope | undefined
  readonly group?: Group | undefined
  /** A short name of the configuration, or one of its full definitions; code ranks between them. */
  readonly rank?: number | undefined
}

export interface HistogramOptions extends InstrumentOptions {
  /** Upper bounds, ascending; the eleven latency bounds when left out. */
  readonly buckets?: readonly number[] | undefined
}

export interface GaugeOptions extends InstrumentOptions {
  /** Whether it is set or added to; its first use decides when left out. */
  readonly mode?: GaugeMode | undefined
}

export interface ObservableOptions extends InstrumentOptions {
  readonly type?: 'gauge' | 'counter' | 'updown' | undefined
}
