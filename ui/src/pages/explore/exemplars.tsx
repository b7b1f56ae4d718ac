// The single measurements that are known with their trace, the highest first: what the dots on the chart are, for keyboard,
// voice and thumb.
import type { ChartExemplar, MetricChart } from '../../../../src/store/answers.ts'
import { timeText, valueText } from '../../parts/format.ts'
import { Icon } from '../../parts/icon.tsx'
import { href } from '../../shell/place.ts'
import { labelText } from './legend.tsx'

const SHOWN = 6

export function Exemplars({ exemplars, chart }: { exemplars: readonly ChartExemplar[]; chart: MetricChart }) {
  if (exemplars.length === 0) return null
  // What was added to a counter is mostly one.
  const newest = chart.type === 'counter'
  const first = [...exemplars].sort((a, b) => (newest ? 0 : b.value - a.value) || b.time_ms - a.time_ms).slice(0, SHOWN)
  return (
    <section class="explore-exemplars" aria-label="Exemplars">
      <h2>{newest ? 'Newest additions' : 'Highest measurements'} with a trace</h2>
      <ul>
        {first.map(({ trace_id: trace, span_id: span, time_ms: time, value, line }) => (
          <li key={`${trace}${span}${time}`}>
            <a href={href(`/traces/${trace}`, { span })}>
              <span class="explore-diamond" aria-hidden="true">
                ◆
              </span>
              <b class="num">{valueText(value, chart.unit)}</b>
              <span class="num explore-dim">{timeText(time)}</span>
              <span class="clip explore-dim">{labelText(chart.lines[line]?.labels ?? {})}</span>
              <span class="mono explore-dim explore-id">{trace.slice(0, 8)}</span>
              <Icon name="right" size={14} />
              <span class="said">open the trace</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}
