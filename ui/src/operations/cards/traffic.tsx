// Requests as this instance saw them within a window: how many, how long they took, and how they ended.
import { useMemo } from 'preact/hooks'
import type { TenantsFigure } from '../../../../src/console/figures/tenants.ts'
import type { TrafficFigure } from '../../../../src/console/figures/traffic.ts'
import { Button, Dot } from '../../parts/button.tsx'
import { Chart, type ChartSeries } from '../../parts/chart.tsx'
import { countText, durationText, percentText, plural, rateText, timeText } from '../../parts/format.ts'
import { query, setQuery } from '../../shell/place.ts'
import { Card, Unset } from '../card.tsx'
import { useFigure } from '../figure.ts'
import { useHeld } from './held.ts'
import { Tile, Tiles } from './tiles.tsx'
import './traffic.css'
import { coverOf, statusParts, trafficLines } from './traffic-series.ts'
import { useWindow, WindowChoice } from './window.tsx'

const COLOURS = { '2xx': 'var(--ok)', '3xx': 'var(--c-2)', '4xx': 'var(--c-5)', '5xx': 'var(--error)' } as const
const HEIGHT = 132

export function Traffic() {
  const { seconds, words } = useWindow()
  const tenant = query('tenant')
  const asked = new URLSearchParams({ window: String(seconds), ...(tenant !== undefined && { tenant }) })
  const figure = useHeld(
    useFigure<TrafficFigure>(`/console/metrics/traffic?${asked}`, { everyMs: seconds > 3600 ? 15_000 : 5000 }),
  )
  return (
    <Card
      figure={figure}
      note={(data) => (
        <>
          <b class="num">{rateText(data.requests_per_second)}</b>
          <span class="num">{plural(data.sample_count, 'request')}</span>
        </>
      )}
    >
      {(data) => (
        <div class={`traffic${figure.stale ? ' op-stale' : ''}`}>
          <div class="op-tools">
            <WindowChoice />
            <TenantFilter tenant={tenant} />
          </div>
          {data.sample_count === 0 ? (
            <Quiet tenant={tenant} words={words} />
          ) : (
            <>
              <Numbers data={data} />
              <Lines data={data} />
              <Statuses data={data} />
              <Coverage data={data} words={words} />
            </>
          )}
        </div>
      )}
    </Card>
  )
}

function Quiet({ tenant, words }: { tenant: string | undefined; words: string }) {
  return (
    <Unset title={`No request in the last ${words}`} icon="clock">
      <p>
        {tenant === undefined
          ? 'Requests that this instance serves appear here as they end. Probes and the console itself are not counted.'
          : `Of ${tenant}, that is: other tenants may have asked.`}
      </p>
      {tenant !== undefined && (
        <p>
          <Button class="op-small" onClick={() => setQuery({ tenant: null })}>
            Show all tenants
          </Button>
        </p>
      )}
    </Unset>
  )
}

function Numbers({ data }: { data: TrafficFigure }) {
  const { latency_ms: latency, error_rate: rate } = data
  return (
    <Tiles label="In the window">
      <Tile name="p50" help="Half of the requests took no longer">
        {durationText(latency.p50)}
      </Tile>
      <Tile name="p95" help="95 of 100 requests took no longer">
        {durationText(latency.p95)}
      </Tile>
      <Tile name="p99" help="99 of 100 requests took no longer">
        {durationText(latency.p99)}
      </Tile>
      <Tile name="Server errors" help="Answers of class 5xx, of all" tone={rate > 0 ? 'bad' : ''}>
        {percentText(rate)}
      </Tile>
    </Tiles>
  )
}

function Lines({ data }: { data: TrafficFigure }) {
  const { times, perSecond, p95 } = useMemo(() => trafficLines(data), [data])
  const rate = useMemo(
    (): ChartSeries[] => [{ label: 'Requests', values: perSecond, colour: 'var(--c-1)', kind: 'bars' }],
    [perSecond],
  )
  // Bars: a line would go on over buckets without a request.
  const slow = useMemo((): ChartSeries[] => [{ label: 'p95', values: p95, colour: 'var(--c-3)', kind: 'bars' }], [p95])
  const width = (data.window_seconds * 1000) / Math.max(1, times.length)
  const shared = {
    times,
    from: times[0] ?? 0,
    to: (times.at(-1) ?? 1) + width,
    height: HEIGHT,
    sync: 'operations-traffic',
    zooms: false,
    sayTime: (time: number) => `${timeText(time)} to ${timeText(time + width)}`,
  }
  return (
    <div class="traffic-charts">
      <figure>
        <figcaption class="traffic-caption">Requests per second</figcaption>
        <Chart {...shared} label="Requests per second" unit="1/s" series={rate} />
      </figure>
      <figure>
        <figcaption class="traffic-caption">p95 duration</figcaption>
        <Chart {...shared} label="p95 duration" unit="ms" series={slow} />
      </figure>
    </div>
  )
}

function Statuses({ data }: { data: TrafficFigure }) {
  const parts = statusParts(data.status_classes)
  return (
    <div class="traffic-statuses">
      <div class="traffic-bar" aria-hidden="true">
        {parts.map(
          ({ name, count, share }) =>
            count > 0 && (
              <span key={name} style={{ '--part': `${share * 100}%`, '--colour': COLOURS[name] }} title={name} />
            ),
        )}
      </div>
      <ul class="traffic-legend" aria-label="Answers by status class">
        {parts.map(({ name, count, share }) => (
          <li key={name} class={count === 0 ? 'none' : ''}>
            <Dot colour={COLOURS[name]} />
            <b>{name}</b>
            <span class="num">{countText(count)}</span>
            {count > 0 && <span class="num dim">{percentText(share)}</span>}
          </li>
        ))}
      </ul>
    </div>
  )
}

function Coverage({ data, words }: { data: TrafficFigure; words: string }) {
  const cover = coverOf(data)
  if (cover === 1) return null
  const { covered_seconds: covered, sample_count: count } = data
  return (
    <p class="op-say">
      Nothing is known here of the time before: the oldest request that is held ended{' '}
      {durationText(Math.round(covered) * 1000)} ago. Over the whole {words} that is{' '}
      {rateText(data.requests_per_second)}
      {covered >= 1 && `, since then ${rateText(count / covered)}`}.
    </p>
  )
}

/** Tenants that are offered; any other may be typed. */
const MOST_OFFERED = 200

function TenantFilter({ tenant }: { tenant: string | undefined }) {
  const { seconds } = useWindow()
  const { data } = useFigure<TenantsFigure>(`/console/metrics/tenants?window=${seconds}`, { everyMs: null })
  const choose = (text: string): void => setQuery({ tenant: text.trim() === '' ? null : text.trim() })
  return (
    <div class="traffic-tenant">
      <label for="traffic-tenant">Tenant</label>
      <input
        id="traffic-tenant"
        class="op-field"
        type="text"
        list="traffic-tenants"
        placeholder="All tenants"
        autocomplete="off"
        spellcheck={false}
        value={tenant ?? ''}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      />
      <datalist id="traffic-tenants">
        {data?.tenants.slice(0, MOST_OFFERED).map(({ tenant: name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {tenant !== undefined && (
        <Button kind="quiet" icon="close" label="Show all tenants" class="op-small" onClick={() => choose('')} />
      )}
    </div>
  )
}
