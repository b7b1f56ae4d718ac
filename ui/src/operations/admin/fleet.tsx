// The whole service, from the Prometheus that scrapes all of its instances; without one, what this instance alone has seen, and
// marked so.
import type { FleetSeries, Overview } from '../../../../src/console/ops/answers.ts'
import { Chart, type ChartSeries } from '../../parts/chart.tsx'
import { dateTimeText, durationText, percentText, rateText } from '../../parts/format.ts'
import { query } from '../../shell/place.ts'
import { Card, Unknown } from '../card.tsx'
import { Choice } from '../cards/choice.tsx'
import { useHeld } from '../cards/held.ts'
import { Tile, Tiles } from '../cards/tiles.tsx'
import { useFigure } from '../figure.ts'
import './fleet.css'
import { useOverview } from './overview.ts'

const RANGES = ['15m', '1h', '6h', '24h', '7d'] as const
const PRESET = '1h'

export function Fleet() {
  const range = RANGES.find((one) => one === query('fleet')) ?? PRESET
  const figure = useHeld(
    useFigure<FleetSeries>(`/api/v1/admin/telemetry/fleet?range=${range}&points=60`, { everyMs: 15_000 }),
  )
  const overview = useOverview().data
  return (
    <Card
      figure={figure}
      deeds={
        <Choice
          label="Range"
          name="fleet"
          value={range}
          preset={PRESET}
          options={RANGES.map((one) => ({ value: one, title: one }))}
        />
      }
    >
      {(data) => (
        <div class={`fleet${figure.stale ? ' op-stale' : ''}`}>
          {overview !== undefined && <Now overview={overview} />}
          <Lines data={data} />
          {data.reason !== null && <p class="op-say">{data.reason}</p>}
        </div>
      )}
    </Card>
  )
}

function Now({ overview: { fleet, throughput, latency, error_rates: errors } }: { overview: Overview }) {
  const now = fleet ?? {
    rps: throughput.rps,
    error_rate: errors.http_5xx_rate,
    p95_ms: latency.p95_ms,
    p99_ms: latency.p99_ms,
    reason: 'There was no request.',
  }
  const say = (value: number | null, words: (value: number) => string) =>
    value === null ? <Unknown reason={now.reason} /> : words(value)
  return (
    <Tiles label={fleet === null ? 'This instance, now' : 'The whole service, now'}>
      {fleet !== null && (
        <Tile
          name="Instances up"
          tone={fleet.instances_up !== fleet.instances ? 'bad' : ''}
          help="That answer Prometheus, of those that it scrapes"
        >
          {fleet.instances_up === null ? (
            <Unknown reason={fleet.reason} />
          ) : (
            `${fleet.instances_up} of ${fleet.instances ?? '–'}`
          )}
        </Tile>
      )}
      <Tile name="Requests">{say(now.rps, rateText)}</Tile>
      <Tile name="Server errors" tone={now.error_rate !== null && now.error_rate > 0 ? 'bad' : ''}>
        {say(now.error_rate, percentText)}
      </Tile>
      <Tile name="p95">{say(now.p95_ms, durationText)}</Tile>
      <Tile name="p99">{say(now.p99_ms, durationText)}</Tile>
    </Tiles>
  )
}

function Lines({ data: { points } }: { data: FleetSeries }) {
  const times = points.map(({ time }) => Date.parse(time))
  const rate: ChartSeries[] = [
    { label: 'Requests', values: points.map(({ rps }) => rps), colour: 'var(--c-1)', kind: 'area' },
  ]
  const slow: ChartSeries[] = [
    { label: 'p50', values: points.map(({ p50_ms }) => p50_ms), colour: 'var(--c-1)' },
    { label: 'p95', values: points.map(({ p95_ms }) => p95_ms), colour: 'var(--c-2)' },
    { label: 'p99', values: points.map(({ p99_ms }) => p99_ms), colour: 'var(--c-4)' },
  ]
  const wrong: ChartSeries[] = [
    {
      label: 'Server errors',
      values: points.map(({ error_rate }) => (error_rate === null ? null : error_rate * 100)),
      colour: 'var(--error)',
      kind: 'area',
    },
  ]
  const shared = {
    times,
    from: times[0] ?? 0,
    to: times.at(-1) ?? 1,
    height: 120,
    sync: 'operations-fleet',
    zooms: false,
    sayTime: dateTimeText,
  }
  return (
    <div class="fleet-charts">
      <figure>
        <figcaption>Requests per second</figcaption>
        <Chart {...shared} label="Requests per second" unit="1/s" series={rate} />
      </figure>
      <figure>
        <figcaption>Server errors</figcaption>
        <Chart {...shared} label="Server errors" unit="%" series={wrong} least={1} />
      </figure>
      <figure>
        <figcaption>p50, p95 and p99 duration</figcaption>
        <Chart {...shared} label="Duration" unit="ms" series={slow} />
      </figure>
    </div>
  )
}
