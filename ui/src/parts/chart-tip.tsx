import type { ReadonlySignal } from '@preact/signals'
import type { MutableRef } from 'preact/hooks'
import { Dot } from './button.tsx'
import type { ChartProps, Pointed } from './chart.tsx'
import { exactTimeText, timeText, valueText } from './format.ts'

const WIDTH = 220

/** What is under the cursor, beside it; said, too, when the keyboard moves it. */
export function ChartTip({ pointed, chart }: { pointed: ReadonlySignal<Pointed>; chart: MutableRef<ChartProps> }) {
  const { index, dot, left, top } = pointed.value
  const { series, times, unit = '', dots, sayTime = timeText } = chart.current
  const nothing = dot === null && (index === null || times.length === 0 || series.length === 0)
  // A page of dots only says what is meant.
  if (nothing || (dot === null && dots !== undefined && times.length === 0))
    return <div class="said" aria-live="polite" />
  const side = left > WIDTH + 40 ? { left: `${left - WIDTH - 14}px` } : { left: `${left + 16}px` }
  return (
    <div class="chart-tip" aria-live="polite" style={{ ...side, top: `${Math.max(0, top - 20)}px` }}>
      {dot !== null ? (
        <>
          <p class="chart-tip-time num">{exactTimeText(dot.time)}</p>
          <p class="chart-tip-row">
            <Dot colour={dot.colour} />
            <span class="clip">{dot.title}</span>
            <b class="num">{valueText(dot.value, unit)}</b>
          </p>
          {dot.note && <p class="chart-tip-note">{dot.note}</p>}
        </>
      ) : (
        <>
          <p class="chart-tip-time num">{sayTime(times[index!]!)}</p>
          {series.map(({ label, colour, values, unit: own }) => (
            <p key={label} class="chart-tip-row">
              <Dot colour={colour} />
              <span class="clip">{label}</span>
              <b class="num">{valueText(values[index!], own ?? unit)}</b>
            </p>
          ))}
        </>
      )}
    </div>
  )
}
