// How many records there are of each type, day by day: a chart of its own for each, since a type of ten thousand beside one of
// ten would leave that one flat. The same in numbers as a table.
import { useMemo } from 'preact/hooks'
import type { ResourceCounts as Counts } from '../../../../src/inventory/counts.ts'
import { Badge } from '../../parts/button.tsx'
import { Chart, type ChartSeries } from '../../parts/chart.tsx'
import { countText, plural } from '../../parts/format.ts'
import { query } from '../../shell/place.ts'
import { zone } from '../../shell/time.ts'
import { Card } from '../card.tsx'
import { Choice } from './choice.tsx'
import { DaysChoice, NoRecords, useCounts } from './counts-choice.tsx'
import {
  type CountLines,
  countLines,
  dateOf,
  midnightsIn,
  type Shows,
  signedText,
  type TypeLine,
} from './counts-series.ts'
import { useHeld } from './held.ts'
import './resource-counts.css'
import { TypesChoice } from './types-choice.tsx'

const SHOWS = [
  { value: 'total', title: 'Total', help: 'How many there were at the end of each day' },
  { value: 'change', title: 'Per day', help: 'How many more or fewer each day brought' },
  { value: 'table', title: 'Table', help: 'The same in numbers' },
]
const DAY_MS = 86_400_000

const showsOf = (text: string | undefined): Shows | 'table' => (text === 'change' || text === 'table' ? text : 'total')

export function ResourceCounts() {
  const figure = useHeld(useCounts())
  const shows = showsOf(query('counts'))
  return (
    <Card
      figure={figure}
      note={(data) => <b class="num">{plural(data.total_resources, 'record')}</b>}
      empty={(data) => (data.series.length === 0 ? <NoRecords /> : null)}
    >
      {(data) => (
        <div class={`counts${figure.stale ? ' op-stale' : ''}`}>
          <div class="op-tools">
            <DaysChoice />
            <Choice label="Shown" name="counts" value={shows} preset="total" options={SHOWS} />
            <TypesChoice preset={data.series.map(({ resource_type: type }) => type)} />
            <p class="op-say counts-days">
              {data.window.since} to {data.window.until}, days of UTC
            </p>
          </div>
          <Pictures data={data} shows={shows} />
          <Basis data={data} />
        </div>
      )}
    </Card>
  )
}

function Pictures({ data, shows }: { data: Counts; shows: Shows | 'table' }) {
  const shaped = useMemo(() => countLines(data, shows === 'change' ? 'change' : 'total'), [data, shows])
  if (shows === 'table') return <Totals lines={shaped.lines} />
  return <Multiples {...shaped} shows={shows} />
}

function Multiples({ dates, lines, shows }: CountLines & { shows: Shows }) {
  const utc = zone.value === 'utc'
  const times = useMemo(() => midnightsIn(dates, utc ? 'utc' : 'local'), [dates, utc])
  return (
    <ul class="counts-multiples">
      {lines.map((line) => (
        <li key={line.type}>
          <h3 class="counts-type">
            <span class="clip" title={line.type}>
              {line.type}
            </span>
            <b class="num">{countText(line.total)}</b>
            <span class={`num ${line.change === 0 ? 'none' : 'dim'}`} title="Within the days that are shown">
              {line.totalAlone ? '' : signedText(line.change, countText)}
            </span>
          </h3>
          {line.totalAlone ? (
            <p class="counts-alone op-say">
              Its days are unknown: it has neither a history nor a time of the last change.
            </p>
          ) : (
            <Multiple line={line} times={times} dates={dates} shows={shows} />
          )}
        </li>
      ))}
    </ul>
  )
}

interface MultipleProps {
  readonly line: TypeLine
  readonly times: readonly number[]
  readonly dates: readonly string[]
  readonly shows: Shows
}

function Multiple({ line, times, dates, shows }: MultipleProps) {
  const series = useMemo(
    (): ChartSeries[] => [
      {
        label: shows === 'total' ? 'In all' : line.byLastChange ? 'Last changed' : 'Change',
        values: line.values,
        colour: 'var(--c-1)',
        kind: shows === 'total' ? 'area' : 'bars',
      },
    ],
    [line, shows],
  )
  const last = times.at(-1) ?? 1
  return (
    <Chart
      label={`${line.type}, ${shows === 'total' ? 'in all' : 'per day'}`}
      times={times}
      series={series}
      height={96}
      sync="operations-counts"
      from={times[0] ?? 0}
      to={shows === 'change' ? last + DAY_MS : last}
      least={1}
      zooms={false}
      sayTime={(time) => dateOf(times, dates, time)}
    />
  )
}

function Totals({ lines }: { lines: readonly TypeLine[] }) {
  return (
    <div class="counts-table" tabIndex={0} role="group" aria-label="Counts by type">
      <table>
        <thead>
          <tr>
            <th scope="col">Type</th>
            <th scope="col" class="num">
              In all
            </th>
            <th scope="col" class="num">
              Change
            </th>
            <th scope="col" class="num">
              Largest of a day
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ type, total, change, peak, byLastChange, totalAlone }) => (
            <tr key={type}>
              <th scope="row">
                {type} {byLastChange && <Badge title="Counted by the last change of each record">last change</Badge>}
              </th>
              <td class="num">{countText(total)}</td>
              <td class="num">{totalAlone ? '–' : signedText(change, countText)}</td>
              <td class="num">
                {peak === null ? (
                  '–'
                ) : (
                  <>
                    {signedText(peak.count, countText)} <span class="dim">{peak.date}</span>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Basis({ data }: { data: Counts }) {
  const moved = data.series.filter(({ basis }) => basis === 'last_updated').map(({ resource_type: type }) => type)
  if (moved.length === 0) return null
  return (
    <p class="op-say">
      {moved.length === data.series.length
        ? 'No type has'
        : `${moved.join(', ')} ${moved.length === 1 ? 'has' : 'have'} no`}{' '}
      history: records count on the day of their last change. A <code>history_table</code> keeps what was.
    </p>
  )
}
