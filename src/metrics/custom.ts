// Metrics that the configuration declares: short names (`prometheus.metrics.business`) and full definitions
// (`custom_metrics`). What meets under one exposed name and kind is one instrument, and the fuller definition refines the
// other (ruling 48); another kind, or a second full definition, is a fault of the configuration and nothing is declared.
import { Fault } from '../base/fault.ts'
import { validBounds } from '../model/histogram.ts'
import { NAMES, type Name } from '../model/names.ts'
import { escapeName, sampleNames } from '../wire/prometheus/naming.ts'
import { RANK, SHORT_NAME } from './declaration.ts'
import type { Registry } from './registry.ts'

export interface Definition {
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly name: string
  readonly description: string
  readonly labels: readonly string[]
  readonly buckets: readonly number[] | undefined
  /** False for a name alone. */
  readonly full: boolean
  /** Dotted path in the configuration. */
  readonly path: string
}

export interface BusinessSlice {
  readonly custom_counters?: readonly string[] | undefined
  readonly custom_gauges?: readonly string[] | undefined
  readonly custom_histograms?: readonly string[] | undefined
}

interface FullDefinition {
  readonly name: string
  readonly description?: string | undefined
  readonly labels?: readonly string[] | undefined
  readonly buckets?: readonly number[] | undefined
}

export interface CustomSlice {
  readonly counters?: readonly FullDefinition[] | undefined
  readonly gauges?: readonly FullDefinition[] | undefined
  readonly histograms?: readonly FullDefinition[] | undefined
}

const KINDS = ['counter', 'gauge', 'histogram'] as const

/** Everything that the two slices declare, short names first. */
export function customDefinitions(business: BusinessSlice = {}, custom: CustomSlice = {}): Definition[] {
  const definitions: Definition[] = []
  for (const kind of KINDS)
    for (const [i, name] of (business[`custom_${kind}s`] ?? []).entries())
      definitions.push({
        kind,
        name,
        description: '',
        labels: [],
        buckets: undefined,
        full: false,
        path: `observability.prometheus.metrics.business.custom_${kind}s[${i}]`,
      })
  for (const kind of KINDS)
    for (const [i, { name, description, labels, buckets }] of (custom[`${kind}s`] ?? []).entries())
      definitions.push({
        kind,
        name,
        description: description ?? '',
        labels: labels ?? [],
        buckets,
        full: true,
        path: `custom_metrics.${kind}s[${i}]`,
      })
  return definitions
}

/** What is wrong with them, in their order; subject is the path, so that a caller can add the place in the file. */
export function checkCustom(definitions: readonly Definition[]): Fault[] {
  const faults: Fault[] = []
  const fault = (code: 'CONFIG_CONFLICT' | 'CONFIG_VALUE', subject: string, found: string, hint?: string) =>
    faults.push(new Fault(code, hint === undefined ? { subject, found } : { subject, found, hint }))
  const taken = new Map<string, { kind: string; base: string; full: boolean; path: string }>()
  for (const row of Object.values(NAMES) as Name[]) {
    const base = baseOf(row.short, row.type)
    for (const name of [base, ...sampleNames(base, row.type)])
      taken.set(name, {
        kind: row.type === 'updown' ? 'gauge' : row.type,
        base,
        full: false,
        path: 'the built-in metric',
      })
  }
  for (const definition of definitions) {
    const { kind, name, labels, buckets, full, path } = definition
    if (!SHORT_NAME.test(name)) {
      fault(
        'CONFIG_VALUE',
        `${path}.name`,
        name,
        'Begin it with a letter or underscore and go on with letters, digits and underscores.',
      )
      continue
    }
    for (const [i, label] of labels.entries()) {
      const reserved = label.startsWith('__') || (kind === 'histogram' && label === 'le')
      if (reserved || !/^[A-Za-z_][A-Za-z0-9_.]*$/.test(label) || labels.indexOf(label) !== i)
        fault('CONFIG_VALUE', `${path}.labels[${i}]`, label)
    }
    if (buckets !== undefined && validBounds(buckets) === undefined)
      fault('CONFIG_VALUE', `${path}.buckets`, `[${buckets.join(', ')}]`, 'Write finite numbers that ascend.')
    const base = baseOf(name, kind)
    const names = [base, ...sampleNames(base, kind)]
    const held = names.map((each) => taken.get(each)).find((each) => each !== undefined)
    if (held !== undefined && (held.base !== base || held.kind !== kind))
      fault(
        'CONFIG_CONFLICT',
        path,
        `the ${kind} ${name}, while ${held.path} is the ${held.kind} ${held.base}`,
        'Give one of the two another name.',
      )
    else if (held?.full && full)
      fault('CONFIG_CONFLICT', path, `${name}, defined in ${held.path} already`, 'Keep one of the two definitions.')
    else if (full && derived(base))
      fault(
        'CONFIG_CONFLICT',
        path,
        `${name}, which is counted from a built-in histogram`,
        'Remove it: it is there already.',
      )
    else for (const each of names) taken.set(each, { kind, base, full: full || held?.full === true, path })
  }
  return faults
}

/** Declares them all, or nothing when something is wrong with one; the faults are the caller's to throw. */
export function declareCustom(registry: Registry, definitions: readonly Definition[]): Fault[] {
  const faults = checkCustom(definitions)
  if (faults.length > 0) return faults
  // Full definitions first: a short name that meets one then has nothing to add, and no series without labels appears.
  for (const definition of [...definitions].sort((a, b) => Number(b.full) - Number(a.full))) {
    const { kind, name, description, labels, buckets, full } = definition
    if (!full && derived(baseOf(name, kind))) continue
    const options = {
      labels: full ? labels : undefined,
      help: description || `The ${kind} ${name}, declared in the configuration.`,
      rank: full ? RANK.full : RANK.short,
    }
    if (kind === 'counter') registry.counter(name, options)
    else if (kind === 'gauge') registry.gauge(name, options)
    else registry.histogram(name, { ...options, buckets })
  }
  return faults
}

function baseOf(name: string, kind: Name['type']): string {
  const escaped = escapeName(name)
  return kind === 'counter' && escaped.endsWith('_total') ? escaped.slice(0, -6) : escaped
}

function derived(base: string): boolean {
  return (Object.values(NAMES) as Name[]).some(
    (row) => row.countOf !== undefined && baseOf(row.short, row.type) === base,
  )
}
