// One service: what it is asked, what fails, how long it takes, and each operation beside the same before.
import { useMemo } from 'preact/hooks'
import type { RedAnswer, RedRow } from '../../../../src/store/answers.ts'
import { useAnswer } from '../../api/use-answer.ts'
import type { PageProps } from '../../pages.ts'
import { Badge } from '../../parts/button.tsx'
import { Chart } from '../../parts/chart.tsx'
import { Busy, Failed, NoMatch } from '../../parts/empty.tsx'
import { durationText, percentText, plural, rateText } from '../../parts/format.ts'
import { Icon } from '../../parts/icon.tsx'
import { Spark } from '../../parts/spark.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { href, query, setQuery } from '../../shell/place.ts'
import { grid, range, refresh } from '../../shell/time.ts'
import { ratesOf, slowdown } from './change.ts'
import { Changes } from './changes.tsx'
import { Change } from './compared.tsx'
import { sortOf } from './services.tsx'
import './services.css'
import { useCompared } from './use-compared.ts'

export function Service({ params: { service = '' } }: PageProps) {
  const { from, to, moments, step_ms: step } = grid(range.value, 90)
  const asked = { service, from, to, moments, compare: true }
  const whole = useAnswer('/red', { ...asked, by: 'service' })
  const each = useAnswer('/red', { ...asked, by: 'operation', limit: 200 })
  const compared = useCompared('operation', service)
  const sort = sortOf(query('sort'), '-rate')
  const rows = useMemo(() => {
    const all = (each.data?.items ?? []).map((row) => ({ ...row, compared: compared.rowOf(row) }))
    return sorted(all, sort.by, sort.down)
  }, [each.data, compared.answer, sort.by, sort.down])
  const error = whole.error ?? each.error
  if (error !== undefined && whole.data === undefined) return <Failed problem={error} again={refresh} />
  if (whole.loading || each.loading || compared.loading) return <Busy label={`Asking for ${service}`} />
  const red = whole.data?.items[0]
  return (
    <div class="page">
      <nav class="service-links" aria-label={`More of ${service}`}>
        <a class="button" href={href('/traces', { service })}>
          <Icon name="traces" />
          Traces
        </a>
        <a class="button" href={href('/traces', { service, status: 'error', order: 'slowest' })}>
          <Icon name="alert" />
          Failed
        </a>
        <a class="button" href={href('/logs', { service })}>
          <Icon name="logs" />
          Logs
        </a>
        <a class="button" href={href('/explore', { service })}>
          <Icon name="metrics" />
          Metrics
        </a>
      </nav>
      {red === undefined ? (
        <NoMatch what={`requests of ${service}`} filters={[]} />
      ) : (
        <>
          <Changes compared={compared} within={service} />
          <Charts answer={whole.data!} row={red} step={step} />
          <section class="card" aria-labelledby="operations-title">
            <header class="card-head">
              <h2 id="operations-title">{plural(rows.length, 'operation')}</h2>
              <p class="card-note">Change is p95 of the last {durationText(compared.length)} against the time before</p>
            </header>
            <Table
              label={`Operations of ${service}`}
              rows={rows}
              columns={COLUMNS}
              rowHeight={44}
              keyOf={({ kind, name }) => `${kind} ${name}`}
              href={tracesOf}
              sort={sort}
              onSort={({ by, down }) => setQuery({ sort: by === 'rate' && down ? null : `${down ? '-' : ''}${by}` })}
            />
          </section>
        </>
      )}
    </div>
  )
}

const tracesOf = ({ service, name, route }: RedRow): string =>
  href('/traces', { service, ...(route === null ? { name } : { route }), order: 'slowest' })

const KEYS = [
  ['p50', 'p50_ms', 'var(--c-1)'],
  ['p95', 'p95_ms', 'var(--c-2)'],
  ['p99', 'p99_ms', 'var(--c-4)'],
] as const

function Charts({ answer, row, step }: { answer: RedAnswer; row: RedRow; step: number }) {
  const { times_ms: times } = answer
  const { timeline, before_timeline: before, now } = row
  const at = range.value.to
  const rates = useMemo(() => {
    const good = timeline.requests.map((count, i) => count - timeline.errors[i]!)
    return { good: ratesOf(good, times, step, at), bad: ratesOf(timeline.errors, times, step, at) }
  }, [row])
  const durations = useMemo(
    () => [
      ...KEYS.map(([label, key, colour]) => ({ label, values: timeline[key], colour })),
      ...(before ? [{ label: 'p95 before', values: before.p95_ms, colour: 'var(--faint)', dash: true }] : []),
    ],
    [row],
  )
  const flow = useMemo(
    () => [
      { label: 'Failed', values: rates.bad, colour: 'var(--error)', kind: 'bars' as const },
      { label: 'Succeeded', values: rates.good, colour: 'var(--c-1)', kind: 'bars' as const },
    ],
    [rates],
  )
  const shares = useMemo(() => {
    const of = (line: RedRow['timeline']): (number | null)[] =>
      line.requests.map((count, i) => (count === 0 ? null : (100 * line.errors[i]!) / count))
    return [
      { label: 'Errors', values: of(timeline), colour: 'var(--error)', kind: 'area' as const },
      ...(before ? [{ label: 'Errors before', values: of(before), colour: 'var(--faint)', dash: true }] : []),
    ]
  }, [row])
  return (
    <div class="service-charts">
      <section class="card" aria-label="Requests">
        <header class="card-head">
          <h2>Requests</h2>
          <p class="figures">
            <b>{rateText(now.per_second)}</b>
          </p>
        </header>
        <div class="chart-box">
          <Chart label="Requests per second" times={times} series={flow} unit="1/s" stack sync="service" height={170} />
        </div>
      </section>
      <section class="card" aria-label="Errors">
        <header class="card-head">
          <h2>Errors</h2>
          <p class="figures">
            <b class={now.errors > 0 ? 'bad' : ''}>{percentText(now.error_rate)}</b>
            {plural(now.errors, 'error')}
          </p>
        </header>
        <div class="chart-box">
          <Chart label="Share of errors" times={times} series={shares} unit="%" sync="service" height={170} least={1} />
        </div>
      </section>
      <section class="card" aria-label="Duration">
        <header class="card-head">
          <h2>Duration</h2>
          <p class="figures">
            {KEYS.map(([label, key, colour]) => (
              <span key={key} class="key">
                <span class="dot" style={{ '--dot': colour }} />
                {label} <b>{durationText(now[key])}</b>
              </span>
            ))}
          </p>
        </header>
        <div class="chart-box">
          <Chart label="Duration" times={times} series={durations} unit="ms" sync="service" height={170} />
        </div>
      </section>
    </div>
  )
}

interface Operation extends RedRow {
  readonly compared: RedRow | undefined
}

const COLUMNS: readonly Column<Operation>[] = [
  {
    name: 'name',
    title: 'Operation',
    width: 'minmax(90px, 2fr)',
    sorts: true,
    cell: ({ name, kind }) => (
      <>
        <span class="clip">{name}</span>
        {kind !== 'server' && <Badge>{kind}</Badge>}
      </>
    ),
  },
  {
    name: 'rate',
    title: 'Requests',
    width: 'minmax(60px, 1fr)',
    align: 'end',
    sorts: true,
    from: 'medium',
    cell: ({ now, timeline }) => (
      <>
        <span class="beside">
          <Spark values={timeline.requests} colour="var(--c-1)" />
        </span>
        <span class="figure">{rateText(now.per_second)}</span>
      </>
    ),
  },
  {
    name: 'errors',
    title: 'Errors',
    width: 'minmax(46px, 0.5fr)',
    align: 'end',
    sorts: true,
    cell: ({ now }) => <span class={now.errors > 0 ? 'bad' : 'none'}>{percentText(now.error_rate)}</span>,
  },
  {
    name: 'p50',
    title: 'p50',
    width: '72px',
    align: 'end',
    sorts: true,
    from: 'wide',
    cell: ({ now }) => durationText(now.p50_ms),
  },
  {
    name: 'p95',
    title: 'p95',
    width: 'minmax(62px, 1fr)',
    align: 'end',
    sorts: true,
    help: 'Nineteen of twenty were faster',
    cell: ({ now, timeline }) => (
      <>
        <span class="beside">
          <Spark values={timeline.p95_ms} colour="var(--c-2)" />
        </span>
        <b class="figure">{durationText(now.p95_ms)}</b>
      </>
    ),
  },
  {
    name: 'change',
    title: 'Change',
    width: 'minmax(52px, 70px)',
    align: 'end',
    sorts: true,
    cell: (row) => <Change row={row.compared} />,
  },
  {
    name: 'p99',
    title: 'p99',
    width: '72px',
    align: 'end',
    sorts: true,
    from: 'wide',
    cell: ({ now }) => durationText(now.p99_ms),
  },
  {
    name: 'slowest',
    title: 'Slowest',
    width: '88px',
    align: 'end',
    from: 'wide',
    cell: ({ now, slowest_trace_id: id }) =>
      id !== null && (
        <a class="text-link" href={href(`/traces/${id}`)} tabIndex={-1}>
          {durationText(now.max_ms)}
        </a>
      ),
  },
]

const FIGURES: Readonly<Record<string, (row: Operation) => number>> = {
  rate: ({ now }) => now.requests,
  errors: ({ now }) => now.error_rate,
  p50: ({ now }) => now.p50_ms ?? -1,
  p95: ({ now }) => now.p95_ms ?? -1,
  p99: ({ now }) => now.p99_ms ?? -1,
  change: ({ compared }) => (compared === undefined ? -1 : (slowdown(compared) ?? -1)),
}

function sorted(rows: readonly Operation[], by: string, down: boolean): Operation[] {
  const figure = FIGURES[by]
  const sign = down ? -1 : 1
  return [...rows].sort((a, b) =>
    figure === undefined ? sign * ((a.name ?? '') < (b.name ?? '') ? -1 : 1) : sign * (figure(a) - figure(b)),
  )
}
