// Search among traces: filters, a picture of how long each took, and the list, which grows while it is live.
import { useMemo } from 'preact/hooks'
import type { ScatterAnswer, TraceRow } from '../../../../src/store/answers.ts'
import { useAnswer } from '../../api/use-answer.ts'
import type { PageProps } from '../../pages.ts'
import { Badge, Dot } from '../../parts/button.tsx'
import { Chart } from '../../parts/chart.tsx'
import { serviceColour } from '../../parts/colour.ts'
import { Busy, Failed, NoMatch, NoTelemetry } from '../../parts/empty.tsx'
import { chipsOf, Filters } from '../../parts/filters.tsx'
import { countText, dateTimeText, dayText, durationText, exactTimeText, plural } from '../../parts/format.ts'
import { Icon } from '../../parts/icon.tsx'
import { type Column, Table } from '../../parts/table.tsx'
import { href, hrefHere, visit } from '../../shell/place.ts'
import { range } from '../../shell/time.ts'
import { FIELDS, ORDERS, orderOf, questionOf } from './question.ts'
import './traces.css'
import { useTraces } from './use-traces.ts'

export function Traces(_: PageProps) {
  const question = questionOf()
  const order = orderOf()
  const { from, to } = range.value
  const between = { ...question, from, to }
  const scatter = useAnswer('/traces/scatter', { ...between, limit: 1500 })
  const facets = useAnswer('/traces/facets', between)
  const found = useTraces(question, order)
  const held = useAnswer('/status', {}).data
  const { rows, error } = found

  if (error !== undefined && rows.length === 0)
    return (
      <div class="page">
        <Search facets={facets.data?.facets} />
        <Failed problem={error} again={found.again} />
      </div>
    )
  const nothing = !found.loading && rows.length === 0
  const chips = chipsOf(FIELDS)
  if (nothing && chips.length === 0 && held?.signals.spans.held === 0) return <NoTelemetry />
  return (
    <div class="page">
      <div class="traces-top">
        <Search facets={facets.data?.facets} />
        <nav class="segments" aria-label="Order">
          {ORDERS.map(({ name, title }) => (
            <a
              key={name}
              href={hrefHere({ order: name === 'newest' ? null : name })}
              aria-current={name === order ? 'true' : undefined}
            >
              {title}
            </a>
          ))}
        </nav>
      </div>
      {found.loading ? (
        <Busy label="Searching traces" />
      ) : nothing ? (
        <NoMatch what="traces" filters={chips} />
      ) : (
        <>
          {scatter.data && <Scatter answer={scatter.data} />}
          <section class="card" aria-labelledby="traces-title">
            <header class="card-head">
              <h2 id="traces-title">{plural(scatter.data?.matched ?? rows.length, 'trace')}</h2>
              {found.waiting > 0 ? (
                <button type="button" class="traces-waiting" onClick={found.show}>
                  <Icon name="up" size={14} />
                  {plural(found.waiting, 'new one', 'new ones')}
                </button>
              ) : (
                <p class="card-note">
                  {found.state === 'lost' && 'The stream is interrupted; it is taken up again by itself.'}
                </p>
              )}
            </header>
            <Table
              label="Traces"
              rows={rows}
              columns={COLUMNS}
              keyOf={(row) => row.trace_id}
              href={(row) => href(`/traces/${row.trace_id}`)}
              classOf={(row) => (row.errors > 0 ? 'trace-failed' : '')}
              stale={found.stale}
              more={found.more}
              count={Math.max(rows.length, scatter.data?.matched ?? 0)}
            />
          </section>
        </>
      )}
    </div>
  )
}

function Search({ facets }: { facets: Parameters<typeof Filters>[0]['facets'] }) {
  return (
    <Filters
      label="Filter traces"
      signal="traces"
      fields={FIELDS}
      facets={facets}
      placeholder="Service, span name, route, status, > 200ms, attribute=value"
    />
  )
}

function Scatter({ answer }: { answer: ScatterAnswer }) {
  const { points, left_out: out, errors_left_out: errors } = answer
  const dots = useMemo(
    () =>
      points.map(({ trace_id: id, name, service, time_ms: time, duration_ms: value, error }) => ({
        key: id,
        time,
        value: Math.max(value, 0.001),
        colour: error ? 'var(--error)' : serviceColour(service),
        marked: error,
        title: name,
        note: `${service}${error ? ', failed' : ''}`,
        open: () => visit(href(`/traces/${id}`), false),
      })),
    [points],
  )
  const services = useMemo(() => [...new Set(points.map(({ service }) => service))].sort(), [points])
  const failed = useMemo(() => points.filter(({ error }) => error).length, [points])
  return (
    <section class="card" aria-label="Duration of each trace over time">
      <header class="card-head">
        <h2>Duration over time</h2>
        <p class="card-note">
          {out > 0 &&
            `${countText(points.length)} of ${countText(points.length + out)} shown, slow and failed ones first. `}
          <span class="traces-hint">Drag to zoom in, click a dot to open it.</span>
        </p>
        <p class="figures">
          {services.slice(0, 6).map((name) => (
            <span key={name} class="key">
              <Dot colour={serviceColour(name)} />
              {name}
            </span>
          ))}
          {failed > 0 && (
            <span class="key">
              <span class="diamond" />
              {plural(failed + errors, 'failed', 'failed')}
            </span>
          )}
        </p>
      </header>
      <div class="chart-box">
        <Chart label="Duration of each trace" times={[]} series={[]} dots={dots} unit="ms" scale="log" height={190} />
      </div>
    </section>
  )
}

const COLUMNS: readonly Column<TraceRow>[] = [
  {
    name: 'name',
    title: 'Trace',
    width: 'minmax(84px, 2fr)',
    cell: ({ name, service, rooted, errors }) => (
      <>
        <Dot colour={serviceColour(service)} />
        <span class="clip">{name}</span>
        {errors > 0 && (
          <span class="traces-failed">
            <Badge tone="error">{countText(errors)}</Badge>
          </span>
        )}
        {!rooted && (
          <Badge tone="warn" title="Its first span has not come">
            no root
          </Badge>
        )}
      </>
    ),
  },
  {
    name: 'services',
    title: 'Services',
    width: 'minmax(120px, 1.2fr)',
    from: 'medium',
    cell: ({ services }) => (
      <span class="clip dim" title={services.map(({ service }) => service).join(', ')}>
        {services.map(({ service }) => service).join(', ')}
      </span>
    ),
  },
  {
    name: 'errors',
    title: 'Errors',
    from: 'medium',
    width: '84px',
    align: 'end',
    cell: ({ errors }) => (errors > 0 ? <Badge tone="error">{countText(errors)}</Badge> : ''),
  },
  {
    name: 'spans',
    title: 'Spans',
    width: '64px',
    align: 'end',
    from: 'medium',
    cell: ({ spans }) => <span class="dim">{countText(spans)}</span>,
  },
  {
    name: 'logs',
    title: 'Logs',
    width: '56px',
    align: 'end',
    from: 'wide',
    cell: ({ logs }) => <span class={logs > 0 ? 'dim' : 'none'}>{logs > 0 ? countText(logs) : '–'}</span>,
  },
  {
    name: 'duration',
    title: 'Duration',
    width: 'minmax(72px, 110px)',
    align: 'end',
    cell: ({ duration_ms: duration, start_ms: start }) => (
      <span class="traces-took">
        <b>{durationText(duration)}</b>
        <span class="traces-when">{exactTimeText(start).slice(0, 8)}</span>
      </span>
    ),
  },
  {
    name: 'start',
    title: 'Start',
    from: 'medium',
    width: '120px',
    align: 'end',
    cell: ({ start_ms: start }) => (
      <span class="dim" title={dateTimeText(start)}>
        {dayText(start) === dayText(range.peek().to) ? '' : `${dayText(start).slice(5)} `}
        {exactTimeText(start).slice(0, 8)}
        <span class="traces-fraction">{exactTimeText(start).slice(8)}</span>
      </span>
    ),
  },
]
