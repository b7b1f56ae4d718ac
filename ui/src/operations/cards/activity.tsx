// When in the week records are written: 168 cells of a weekday and an hour, UTC. The picture is a table, so that it is read as
// one; arrows go from cell to cell.
import { useMemo, useRef, useState } from 'preact/hooks'
import type { Activity as Answer } from '../../../../src/inventory/activity.ts'
import { countText, percentText, plural } from '../../parts/format.ts'
import { query } from '../../shell/place.ts'
import { Card, Unset } from '../card.tsx'
import { now } from '../clock.tsx'
import { useFigure } from '../figure.ts'
import './activity.css'
import { Choice } from './choice.tsx'
import { DaysChoice, EVERY_MS, NoRecords, useDays, useNoRecords } from './counts-choice.tsx'
import { useHeld } from './held.ts'
import {
  HOURS,
  hourText,
  leastOf,
  type Place,
  placeOf,
  placeText,
  ROWS,
  SHADES,
  shadeOf,
  step,
  WEEKDAYS,
  type Week,
  weekOf,
} from './week.ts'

const SHOWS = [
  { value: 'map', title: 'Map' },
  { value: 'table', title: 'Table' },
]

export function Activity() {
  const figure = useHeld(useFigure<Answer>(`/console/metrics/activity?days=${useDays()}`, { everyMs: EVERY_MS }))
  const none = useNoRecords()
  const numbers = query('activity') === 'table'
  return (
    <Card
      figure={figure}
      note={(data) => <b class="num">{plural(data.total, 'write')}</b>}
      empty={(data) => (data.total === 0 && none ? <NoRecords /> : null)}
    >
      {(data) => (
        <div class={`activity${figure.stale ? ' op-stale' : ''}`}>
          <div class="op-tools">
            <DaysChoice />
            <Choice label="Shown" name="activity" value={numbers ? 'table' : 'map'} preset="map" options={SHOWS} />
            <p class="op-say activity-days">
              {data.window.since} to {data.window.until}, hours of UTC
            </p>
          </div>
          {data.total === 0 ? <Idle data={data} /> : <WeekMap data={data} numbers={numbers} />}
          {data.basis === 'last_updated' && (
            <p class="op-say">Of records without a history the last write alone is known.</p>
          )}
        </div>
      )}
    </Card>
  )
}

const Idle = ({ data }: { data: Answer }) => (
  <Unset title={`Nothing was written in the last ${data.window.days} days`} icon="clock">
    <p>Creations, updates and deletions of records count; reading does not.</p>
  </Unset>
)

function WeekMap({ data, numbers }: { data: Answer; numbers: boolean }) {
  const week = useMemo(() => weekOf(data), [data])
  const [at, setAt] = useState<Place | null>(null)
  const table = useRef<HTMLTableElement>(null)
  const current = placeOf(now.value)
  // One cell is where Tab leads.
  const stop = at ?? week.busiest ?? { row: 0, hour: 0 }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const next = step(stop, event.key)
    if (next === null) return
    event.preventDefault()
    event.stopPropagation()
    setAt(next)
    table.current?.querySelector<HTMLElement>(`[data-cell="${next.row} ${next.hour}"]`)?.focus()
  }
  return (
    <>
      <div class="activity-scroll">
        <table
          ref={table}
          class={`activity-week${numbers ? ' activity-numbers' : ''}`}
          aria-label={`Writes by weekday and hour, UTC: ${countText(week.total)} in all`}
          onKeyDown={onKeyDown}
          onPointerLeave={() => setAt(null)}
        >
          <thead>
            <tr>
              <td />
              {Array.from({ length: HOURS }, (_, hour) => (
                <th key={hour} scope="col" class="activity-hour num">
                  <span class="said">{hourText(hour)}:00</span>
                  <span class="activity-mark" aria-hidden="true" data-every={everyOf(hour)}>
                    {hourText(hour)}
                  </span>
                </th>
              ))}
              {numbers && (
                <th scope="col" class="activity-all">
                  All
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {ROWS.map((weekday, row) => (
              <tr key={weekday}>
                <th scope="row" aria-label={WEEKDAYS[weekday]}>
                  {WEEKDAYS[weekday].slice(0, 3)}
                </th>
                {week.counts[row]!.map((count, hour) => (
                  <td
                    key={hour}
                    data-cell={`${row} ${hour}`}
                    tabIndex={stop.row === row && stop.hour === hour ? 0 : -1}
                    class={`activity-cell num${row === current.row && hour === current.hour ? ' activity-now' : ''}`}
                    data-shade={shadeOf(count, week.most)}
                    onPointerEnter={() => setAt({ row, hour })}
                    onFocus={() => setAt({ row, hour })}
                    onClick={() => setAt({ row, hour })}
                  >
                    <span class={numbers ? '' : 'said'}>{numbers && count === 0 ? '' : countText(count)}</span>
                  </td>
                ))}
                {numbers && <td class="activity-sum num">{countText(week.byRow[row])}</td>}
              </tr>
            ))}
          </tbody>
          {numbers && (
            <tfoot>
              <tr>
                <th scope="row">All</th>
                {week.byHour.map((count, hour) => (
                  <td key={hour} class="activity-sum num">
                    {countText(count)}
                  </td>
                ))}
                <td class="activity-sum num">{countText(week.total)}</td>
              </tr>
            </tfoot>
          )}
        </table>
      </div>
      <div class="activity-foot">
        <Said week={week} at={at} />
        <Legend most={week.most} />
      </div>
    </>
  )
}

/** Narrow, only some hours are named. */
const everyOf = (hour: number): number => (hour % 6 === 0 ? 6 : hour % 3 === 0 ? 3 : 1)

/** The cell that is pointed at, or the busiest one. */
function Said({ week, at }: { week: Week; at: Place | null }) {
  const place = at ?? week.busiest
  if (place === null) return null
  const count = week.counts[place.row]![place.hour]!
  return (
    <p class="activity-said">
      <span class="dim">{at === null ? 'Busiest: ' : ''}</span>
      {placeText(place)} UTC: <b class="num">{plural(count, 'write')}</b>
      {count > 0 && <span class="num dim"> {percentText(count / week.total)}</span>}
    </p>
  )
}

function Legend({ most }: { most: number }) {
  return (
    <p class="activity-legend num" aria-hidden="true">
      0
      {Array.from({ length: SHADES + 1 }, (_, shade) => (
        <span
          key={shade}
          class="activity-shade"
          data-shade={shade}
          title={shade === 0 ? 'none' : `${countText(leastOf(shade, most))} or more`}
        />
      ))}
      {countText(most)}
    </p>
  )
}
