// The services over time, on each other: what is asked, what fails, how long it takes.
import { useMemo } from 'preact/hooks'
import type { RedAnswer, RedLine } from '../../../../src/store/answers.ts'
import { Dot } from '../../parts/button.tsx'
import { Chart, type ChartSeries } from '../../parts/chart.tsx'
import { serviceColour } from '../../parts/colour.ts'
import { range } from '../../shell/time.ts'
import { ratesOf } from './change.ts'

/** More lines than that nobody tells apart; those with the most requests. */
const MOST = 8

export function Overview({ answer, step }: { answer: RedAnswer; step: number }) {
  const { items, times_ms: times } = answer
  const shown = items.slice(0, MOST)
  const charts = useMemo(() => {
    const now = range.peek().to
    const draw = (values: (line: RedLine) => (number | null)[]): ChartSeries[] =>
      shown.map(({ service, timeline }) => ({
        label: service,
        values: values(timeline),
        colour: serviceColour(service),
      }))
    return [
      { title: 'Requests', unit: '1/s', series: draw((line) => ratesOf(line.requests, times, step, now)) },
      { title: 'Errors', unit: '1/s', series: draw((line) => ratesOf(line.errors, times, step, now)) },
      { title: 'Duration, p95', unit: 'ms', series: draw((line) => line.p95_ms) },
    ]
  }, [answer])
  return (
    <div class="service-charts">
      {charts.map(({ title, unit, series }, i) => (
        <section key={title} class="card" aria-label={title}>
          <header class="card-head">
            <h2>{title}</h2>
            {i === 0 && (
              <p class="figures">
                {shown.map(({ service }) => (
                  <span key={service} class="key">
                    <Dot colour={serviceColour(service)} />
                    {service}
                  </span>
                ))}
              </p>
            )}
          </header>
          <div class="chart-box">
            <Chart label={title} times={times} series={series} unit={unit} sync="services" height={140} />
          </div>
        </section>
      ))}
    </div>
  )
}
