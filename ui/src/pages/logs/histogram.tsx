// How many lines of each level over time; dragging over it chooses the time.
import { useMemo } from 'preact/hooks'
import { useAnswer } from '../../api/use-answer.ts'
import { Chart } from '../../parts/chart.tsx'
import { countText } from '../../parts/format.ts'
import { range } from '../../shell/time.ts'
import { LEVELS } from './levels.ts'
import { inSteps, type LogFilters } from './question.ts'

const MOST_BARS = 90

export function LogHistogram({ filters }: { filters: LogFilters }) {
  const { from, to } = range.value
  const steps = inSteps(from, to, MOST_BARS)
  const { data } = useAnswer('/logs/histogram', { ...filters, ...steps })
  const series = useMemo(
    () =>
      LEVELS.filter(({ name }) => data?.levels[name].some((n) => n > 0)).map(({ name, colour }) => ({
        label: name,
        values: data!.levels[name],
        colour,
        kind: 'bars' as const,
      })),
    [data],
  )
  const counts = LEVELS.flatMap(({ name }) => {
    const sum = data?.levels[name].reduce((all, n) => all + n, 0) ?? 0
    return sum > 0 ? [`${countText(sum)} ${name}`] : []
  })
  return (
    <section class="logs-histogram" aria-label="Lines over time">
      <Chart
        label={`Log lines over time by level: ${counts.join(', ') || 'none'}`}
        times={data?.times_ms ?? []}
        series={series}
        height={92}
        stack
        from={from}
        to={to}
        least={4}
      />
    </section>
  )
}
