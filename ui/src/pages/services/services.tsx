// All services at one look: how much they are asked, how much of it fails, how long it takes, and what got worse.
import { useMemo } from 'preact/hooks'
import type { RedAnswer, RedRow, ServiceRow } from '../../../../src/store/answers.ts'
import { useAnswer } from '../../api/use-answer.ts'
import type { PageProps } from '../../pages.ts'
import { Badge, Dot } from '../../parts/button.tsx'
import { serviceColour } from '../../parts/colour.ts'
import { Busy, Failed, NoMatch, NoTelemetry } from '../../parts/empty.tsx'
import { agoText, countText, durationText, percentText, plural, rateText } from '../../parts/format.ts'
import { Spark } from '../../parts/spark.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { href, query, setQuery } from '../../shell/place.ts'
import { grid, lengthOf, range, refresh } from '../../shell/time.ts'
import { ratesOf } from './change.ts'
import { Changes } from './changes.tsx'
import { Change } from './compared.tsx'
import { Overview } from './overview.tsx'
import './services.css'
import { useCompared } from './use-compared.ts'

interface Row {
  readonly of: ServiceRow
  readonly red: RedRow | undefined
  readonly compared: RedRow | undefined
  readonly rates: (number | null)[]
  readonly now: number
}

export function Services(_: PageProps) {
  const { from, to, moments, step_ms: step } = grid(range.value, 60)
  const between = { from, to }
  const services = useAnswer('/services', between)
  const red = useAnswer('/red', { ...between, by: 'service', moments, limit: 200 })
  const before = useCompared('service')
  const operations = useCompared('operation')
  const held = useAnswer('/services', {})
  const sort = sortOf(query('sort'))
  const now = range.value.to
  const rows = useMemo(
    () => sorted(rowsOf(services.data?.items ?? [], red.data, before.rowOf, step, now), sort.by, sort.down),
    [services.data, red.data, before.answer, sort.by, sort.down],
  )
  const error = services.error ?? red.error
  if (error !== undefined && rows.length === 0) return <Failed problem={error} again={refresh} />
  if (services.loading || red.loading || before.loading || operations.loading)
    return <Busy label="Asking for services" />
  if (held.data?.items.length === 0) return <NoTelemetry />
  if (rows.length === 0) return <NoMatch what="services" filters={[]} />
  return (
    <div class="page">
      <Changes compared={operations} />
      {red.data && <Overview answer={red.data} step={step} />}
      <section class="card" aria-labelledby="services-title">
        <header class="card-head">
          <h2 id="services-title">{plural(rows.length, 'service')}</h2>
          <p class="card-note">
            Work that came in over {durationText(lengthOf(range.value))}; change is p95 of the last{' '}
            {durationText(before.length)} against the time before
          </p>
        </header>
        <Table
          label="Services"
          rows={rows}
          columns={COLUMNS}
          rowHeight={58}
          keyOf={({ of }) => of.service}
          href={({ of }) => href(`/services/${encodeURIComponent(of.service)}`)}
          sort={sort}
          onSort={({ by, down }) => setQuery({ sort: by === 'name' && !down ? null : `${down ? '-' : ''}${by}` })}
        />
      </section>
    </div>
  )
}

const COLUMNS: readonly Column<Row>[] = [
  {
    name: 'name',
    title: 'Service',
    width: 'minmax(88px, 1.1fr)',
    sorts: true,
    cell: ({ of, now }) => (
      <>
        <Dot colour={serviceColour(of.service)} />
        <span class="service-name">
          <span class="clip">{of.service}</span>
          <span class="service-seen clip">{seenText(of, now)}</span>
        </span>
      </>
    ),
  },
  {
    name: 'rate',
    title: 'Requests',
    width: 'minmax(52px, 1fr)',
    align: 'end',
    sorts: true,
    cell: ({ of, red, rates }) =>
      !red ? (
        <span class="none">–</span>
      ) : (
        <>
          <span class="beside">
            <Spark values={rates} colour={serviceColour(of.service)} />
          </span>
          <b class="figure">{rateText(red.now.per_second)}</b>
        </>
      ),
  },
  {
    name: 'errors',
    title: 'Errors',
    width: 'minmax(46px, 1fr)',
    align: 'end',
    sorts: true,
    cell: ({ red }) =>
      !red ? (
        <span class="none">–</span>
      ) : (
        <>
          <span class="beside">
            <Spark values={red.timeline.errors} colour="var(--error)" kind="bars" />
          </span>
          <b class={`figure ${red.now.errors > 0 ? 'bad' : 'none'}`}>{percentText(red.now.error_rate)}</b>
        </>
      ),
  },
  {
    name: 'p95',
    title: 'p95',
    width: 'minmax(60px, 1.15fr)',
    align: 'end',
    sorts: true,
    help: 'Nineteen of twenty were faster',
    cell: ({ red }) =>
      !red ? (
        <span class="none">–</span>
      ) : (
        <>
          <span class="beside">
            <Spark values={red.timeline.p95_ms} colour="var(--c-2)" />
          </span>
          <b class="figure">{durationText(red.now.p95_ms)}</b>
        </>
      ),
  },
  {
    name: 'change',
    title: 'Change',
    width: '74px',
    align: 'end',
    from: 'medium',
    cell: ({ compared }) => <Change row={compared} />,
  },
  {
    name: 'p50',
    title: 'p50',
    width: '72px',
    align: 'end',
    from: 'wide',
    sorts: true,
    cell: ({ red }) => durationText(red?.now.p50_ms),
  },
  {
    name: 'p99',
    title: 'p99',
    width: '72px',
    align: 'end',
    from: 'wide',
    sorts: true,
    cell: ({ red }) => durationText(red?.now.p99_ms),
  },
  {
    name: 'logs',
    title: 'Logs',
    width: '118px',
    align: 'end',
    from: 'wide',
    cell: ({ of }) => (
      <>
        {of.log_errors > 0 && <Badge tone="error">{plural(of.log_errors, 'error')}</Badge>}
        <span class="dim">{countText(of.logs)}</span>
      </>
    ),
  },
]

function seenText({ instances, last_seen_ms: seen }: ServiceRow, now: number): string {
  const away = now - seen > 60_000 ? `silent for ${agoText(seen, now).replace(' ago', '')}` : ''
  return away || plural(instances, 'instance')
}

function rowsOf(
  services: readonly ServiceRow[],
  red: RedAnswer | undefined,
  rowOf: (row: RedRow) => RedRow | undefined,
  step: number,
  now: number,
): Row[] {
  const reds = new Map(red?.items.map((row) => [row.service, row]))
  return services.map((of) => {
    const row = reds.get(of.service)
    const rates = row === undefined ? [] : ratesOf(row.timeline.requests, red!.times_ms, step, now)
    return { of, red: row, compared: row && rowOf(row), rates, now }
  })
}

const FIGURES: Readonly<Record<string, (row: Row) => number>> = {
  rate: ({ red }) => red?.now.per_second ?? -1,
  errors: ({ red }) => red?.now.error_rate ?? -1,
  p95: ({ red }) => red?.now.p95_ms ?? -1,
  p50: ({ red }) => red?.now.p50_ms ?? -1,
  p99: ({ red }) => red?.now.p99_ms ?? -1,
}

function sorted(rows: Row[], by: string, down: boolean): Row[] {
  const figure = FIGURES[by]
  const sign = down ? -1 : 1
  return rows.sort((a, b) =>
    figure === undefined ? sign * (a.of.service < b.of.service ? -1 : 1) : sign * (figure(a) - figure(b)),
  )
}

export function sortOf(text: string | undefined, first = 'name'): { by: string; down: boolean } {
  if (text === undefined) return { by: first.replace(/^-/, ''), down: first.startsWith('-') }
  return { by: text.replace(/^-/, ''), down: text.startsWith('-') }
}
