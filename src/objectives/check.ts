// What can be known of an objective before anything is recorded: whether its metric, where it is one of ours or declared
// in the file, can be judged that way and has the labels that it is asked for. A label that no series has would make a
// promise that is always kept.
import { Fault } from '../base/fault.ts'
import type { Definition } from '../metrics/custom.ts'
import { NAMES, type Name } from '../model/names.ts'
import type { Counted, DeclaredObjective } from './promise.ts'

interface Known {
  readonly type: string
  /** Null where any may come. */
  readonly labels: readonly string[] | null
}

/** Labels that switches add to the metrics of HTTP servers. */
const TRACKED: readonly string[] = ['user_agent', 'client_address']

/** Faults with their dotted paths; `definitions` are the metrics that the configuration declares. */
export function checkObjectives(slos: readonly DeclaredObjective[], definitions: readonly Definition[]): Fault[] {
  const known = knownMetrics(definitions)
  const faults: Fault[] = []
  const check = (path: string, { metric, labels }: Counted, wanted: readonly string[], allowed: string): void => {
    const found = known.get(metric)
    if (found === undefined) return
    if (!wanted.includes(found.type)) {
      faults.push(
        new Fault('CONFIG_CONFLICT', { subject: `${path}.metric`, found: `the ${found.type} ${metric}`, allowed }),
      )
      return
    }
    for (const label of Object.keys(labels)) {
      if (found.labels === null || found.labels.includes(label)) continue
      const text = found.labels.length === 0 ? `no label, ${metric} has none` : found.labels.join(', ')
      const subject = `${path}.labels`
      faults.push(new Fault('CONFIG_CONFLICT', { subject, found: `label ${label}`, allowed: text }))
    }
  }
  slos.forEach(({ kind, metric, labels, total, good, bad }, i) => {
    const path = `slos[${i}]`
    if (kind === 'latency' && metric !== undefined) check(path, { metric, labels }, ['histogram'], 'a histogram')
    for (const [key, counted] of Object.entries({ total, good, bad })) {
      if (kind !== 'ratio' || counted === undefined) continue
      check(`${path}.${key}`, counted, ['counter', 'histogram'], 'a counter, or a histogram')
    }
  })
  return faults
}

function knownMetrics(definitions: readonly Definition[]): Map<string, Known> {
  const known = new Map<string, Known>()
  for (const { kind, name, labels, full } of definitions) {
    // What a short name has for labels, the code says.
    const metric = { type: kind, labels: full ? labels : null }
    known.set(name, metric)
    if (kind === 'counter') known.set(name.endsWith('_total') ? name.slice(0, -6) : `${name}_total`, metric)
  }
  for (const row of Object.values(NAMES) as Name[]) {
    if (row.only === 'semconv') continue
    const own = row.labels.map(({ short }) => short)
    const labels = row.open ? null : row.short.startsWith('http_request') ? [...own, ...TRACKED] : own
    known.set(row.short, { type: row.type === 'updown' ? 'gauge' : row.type, labels })
  }
  return known
}
