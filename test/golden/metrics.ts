// What the processes of a run show at `/metrics`, without what differs from run to run: counters and histograms as `+` or
// `0`, gauges of work that is under way as their number, other gauges as `any`. Which metrics there are is read from the
// table of names.
import { NAMES, type Name } from '../../src/model/names.ts'
import { parseExposition } from '../prometheus/exposition.ts'

const ROWS: readonly Name[] = Object.values(NAMES)

/** Of the machine and of Node: every process has them, whatever it does. */
const OF_THE_PROCESS: readonly string[] = ['process', 'runtime', 'uptime', 'custom']
/** Addresses of the day. */
const DROPPED = new Set(['service', 'server_address', 'server_port', 'otel_component_name'])

/** The rows that a surface, the log or the exporters count in. */
export const COUNTED = ROWS.filter(({ only, group }) => only !== 'semconv' && !OF_THE_PROCESS.includes(group))

/** Whether it goes up when work begins and down when it ends: nothing is under way where it reads 0. */
export function isUnderWay({ type, short, unit }: Name): boolean {
  // Tokens that are accepted are no work.
  if (unit === '{token}') return false
  return (type === 'updown' || type === 'gauge') && /_(in_?flight|active|pending|live)$/.test(short)
}

export interface Reading {
  readonly row: Name
  readonly labels: string
  readonly value: number
}

export function readings(text: string): Reading[] {
  const families = parseExposition(text, '0.0.4')
  return COUNTED.flatMap((row) => {
    const family = families.find(({ name }) => name === row.short)
    const name = row.type === 'histogram' ? `${row.short}_count` : row.short
    const samples = family?.samples.filter((sample) => sample.name === name) ?? []
    return samples.map(({ labels, value }) => {
      const kept = Object.entries(labels).filter(([key, text]) => !DROPPED.has(key) && text !== '')
      return { row, labels: kept.map(([key, text]) => `${key}="${text}"`).join(','), value }
    })
  })
}

/** One line a series, sorted and each once. */
export function shownReadings(found: readonly Reading[]): string[] {
  // How the exporters fare depends on the moment: their rows are counted, and not shown.
  const lines = found
    .filter(({ row }) => row.group !== 'otel.sdk')
    .map(({ row, labels, value }) => {
      const grows = row.type === 'counter' || row.type === 'histogram'
      const shown = grows ? (value > 0 ? '+' : '0') : isUnderWay(row) ? value : 'any'
      return `${row.short}{${labels}} ${shown}`
    })
  return [...new Set(lines)].sort()
}
