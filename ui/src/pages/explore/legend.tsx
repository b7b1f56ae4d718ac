// The lines of a chart by name, with what they are and were; each can be taken out and put back.
import type { Attributes } from '../../../../src/store/answers.ts'
import type { ChartSeries } from '../../parts/chart.tsx'
import { valueText } from '../../parts/format.ts'
import { setQuery } from '../../shell/place.ts'

export const colourOf = (i: number): string => `var(--c-${(i % 8) + 1})`

export function labelText(labels: Attributes): string {
  return Object.values(labels)
    .map((value) => (value === null ? '(none)' : typeof value === 'object' ? JSON.stringify(value) : String(value)))
    .join(' ')
}

interface LegendProps {
  readonly lines: readonly ChartSeries[]
  readonly hidden: ReadonlySet<string>
  readonly unit: string
}

export function Legend({ lines, hidden, unit }: LegendProps) {
  const toggle = (label: string): void => {
    const next = new Set(hidden)
    if (!next.delete(label)) next.add(label)
    setQuery({ hide: [...next] }, { replace: true })
  }
  return (
    <div class="explore-legend-box">
      <table class="explore-legend">
        <thead>
          <tr>
            <th scope="col">Line</th>
            <th scope="col">Last</th>
            <th scope="col">Mean</th>
            <th scope="col">Highest</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ label, values, colour, dash }) => {
            const known = values.filter((value) => value !== null)
            const sum = known.reduce((all, value) => all + value, 0)
            return (
              <tr key={label} class={hidden.has(label) ? 'explore-hidden' : ''}>
                <th scope="row">
                  <button
                    type="button"
                    aria-pressed={!hidden.has(label)}
                    title="Show or hide"
                    onClick={() => toggle(label)}
                  >
                    <span class={`explore-swatch${dash ? ' explore-dash' : ''}`} style={{ '--own': colour }} />
                    <span class="explore-line">{label}</span>
                  </button>
                </th>
                <td class="num">{valueText(known[known.length - 1] ?? null, unit)}</td>
                <td class="num">{valueText(known.length === 0 ? null : sum / known.length, unit)}</td>
                <td class="num">{valueText(known.length === 0 ? null : Math.max(...known), unit)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {lines.length > 1 && hidden.size > 0 && (
        <button type="button" class="text-link" onClick={() => setQuery({ hide: null }, { replace: true })}>
          Show all lines
        </button>
      )}
    </div>
  )
}
