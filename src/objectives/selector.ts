// Which series of a metric are meant: label values as the configuration writes them. `5*` stands for any rest, `a|b` for
// either, `!a` for anything else; a label that a series does not have is empty, as in PromQL. Linear in the value.
import type { Series } from '../model/metric.ts'
import { escapeLabel } from '../wire/prometheus/naming.ts'

export class Selector {
  readonly #wanted: readonly (readonly [label: string, fits: (value: string) => boolean])[]
  /** Labels of a series never change. */
  readonly #judged = new WeakMap<Series, boolean>()

  constructor(labels: Readonly<Record<string, string>>) {
    this.#wanted = Object.entries(labels).map(([label, pattern]) => [label, valuePattern(pattern)] as const)
  }

  takes(series: Series): boolean {
    if (this.#wanted.length === 0) return true
    let taken = this.#judged.get(series)
    if (taken === undefined) {
      taken = this.#wanted.every(([label, fits]) => fits(labelOf(series, label)))
      this.#judged.set(series, taken)
    }
    return taken
  }
}

function labelOf({ attributes }: Series, label: string): string {
  for (let i = 0; i < attributes.length; i += 2) {
    const key = String(attributes[i])
    if (key === label || escapeLabel(key) === label) return String(attributes[i + 1])
  }
  return ''
}

export function valuePattern(written: string): (value: string) => boolean {
  const not = written.startsWith('!')
  const pattern = not ? written.slice(1) : written
  const either = pattern.split('|')
  // A route may have a star or a bar of its own.
  return (value) => (value === pattern || either.some((one) => globFits(value, one))) !== not
}

function globFits(value: string, glob: string): boolean {
  const parts = glob.split('*')
  const first = parts[0]!
  if (parts.length === 1) return value === glob
  if (!value.startsWith(first)) return false
  let at = first.length
  for (let i = 1; i < parts.length - 1; i++) {
    const found = value.indexOf(parts[i]!, at)
    if (found < 0) return false
    at = found + parts[i]!.length
  }
  const last = parts.at(-1)!
  return value.length - last.length >= at && value.endsWith(last)
}
