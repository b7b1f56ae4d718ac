// The metrics explorer: which metrics there are, and one of them over time by its labels, with the traces behind the numbers.
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { MetricRow } from '../../../../src/store/answers.ts'
import { useAnswer } from '../../api/use-answer.ts'
import type { PageProps } from '../../pages.ts'
import { Badge } from '../../parts/button.tsx'
import { Busy, Command, Empty, Failed, NoTelemetry } from '../../parts/empty.tsx'
import { agoText, countText, plural } from '../../parts/format.ts'
import { Icon } from '../../parts/icon.tsx'
import { type Column, type Sort, Table } from '../../parts/table.tsx'
import { href, query, setQuery } from '../../shell/place.ts'
import './explore.css'
import { unitText } from './views.ts'

export const metricPlace = (name: string): string => href(`/explore/${encodeURIComponent(name)}`)

export function Explore(_: PageProps) {
  const { data, error, loading, again } = useAnswer('/metrics', {})
  const text = query('text') ?? ''
  const [sort, setSort] = useState<Sort>({ by: 'name', down: false })
  const rows = useMemo(() => sorted(matching(data?.items ?? [], text), sort), [data, text, sort])
  if (data === undefined) {
    if (loading) return <Busy label="Asking which metrics there are" />
    if (error) return <Failed problem={error} again={again} />
    return null
  }
  if (data.items.length === 0) return <NoMetrics />
  return (
    <div class="explore">
      <Search text={text} count={rows.length} all={data.items.length} />
      {rows.length === 0 ? (
        <Empty title={`No metric is named or described like “${text}”`} icon="metrics">
          <p>{plural(data.items.length, 'metric')} are held.</p>
        </Empty>
      ) : (
        <div class="explore-list">
          <Table
            label="Metrics"
            rows={rows}
            columns={COLUMNS}
            keyOf={({ name }) => name}
            href={({ name }) => metricPlace(name)}
            rowHeight={48}
            sort={sort}
            onSort={setSort}
          />
        </div>
      )}
    </div>
  )
}

const COLUMNS: readonly Column<MetricRow>[] = [
  {
    name: 'name',
    title: 'Metric',
    width: 'minmax(180px, 4fr)',
    sorts: true,
    cell: ({ name, type, description }) => (
      <span class="explore-name">
        <span class="clip mono">{name}</span>
        <span class="clip explore-about">
          <span class="explore-kind">{type} · </span>
          {description}
        </span>
      </span>
    ),
  },
  {
    name: 'type',
    title: 'Type',
    width: '96px',
    from: 'medium',
    sorts: true,
    cell: ({ type }) => <Badge>{type}</Badge>,
  },
  { name: 'unit', title: 'Unit', width: '84px', from: 'wide', cell: ({ unit }) => unitText(unit) || '–' },
  {
    name: 'services',
    title: 'Services',
    width: 'minmax(100px, 1fr)',
    from: 'medium',
    cell: ({ services }) => <span class="clip">{services.join(', ')}</span>,
  },
  {
    name: 'exemplars',
    title: 'Exemplars',
    width: '92px',
    align: 'end',
    from: 'wide',
    sorts: true,
    help: 'Single measurements that lead to their trace',
    cell: ({ exemplars }) => <span class="num">{exemplars === 0 ? '–' : countText(exemplars)}</span>,
  },
  {
    name: 'series',
    title: 'Series',
    width: '72px',
    align: 'end',
    from: 'medium',
    sorts: true,
    cell: ({ series }) => <span class="num">{countText(series)}</span>,
  },
  {
    name: 'last_ms',
    title: 'Last',
    width: '96px',
    align: 'end',
    from: 'wide',
    sorts: true,
    cell: ({ last_ms }) => <span class="num">{agoText(last_ms)}</span>,
  },
]

function matching(rows: readonly MetricRow[], text: string): MetricRow[] {
  const words = text.toLowerCase().split(/\s+/)
  return rows.filter(({ name, description, services, labels }) => {
    const all =
      `${name} ${name.replaceAll(/[._]/g, ' ')} ${description} ${services.join(' ')} ${labels.join(' ')}`.toLowerCase()
    return words.every((word) => all.includes(word))
  })
}

function sorted(rows: MetricRow[], { by, down }: Sort): MetricRow[] {
  const key = by as 'name' | 'type' | 'series' | 'last_ms' | 'exemplars'
  const sign = down ? -1 : 1
  return rows.sort((a, b) => {
    const [x, y] = [a[key], b[key]]
    return x === y ? (a.name < b.name ? -1 : 1) : sign * (x < y ? -1 : 1)
  })
}

function Search({ text, count, all }: { text: string; count: number; all: number }) {
  const field = useRef<HTMLInputElement>(null)
  // Before the next key: a text that is put in later takes back what was typed meanwhile.
  useLayoutEffect(() => {
    if (field.current && field.current.value !== text) field.current.value = text
  }, [text])
  return (
    <search class="explore-search">
      <Icon name="search" />
      <input
        ref={field}
        data-search
        type="search"
        aria-label="Search metrics"
        placeholder="Search metrics by name, description, service or label"
        spellcheck={false}
        autocomplete="off"
        onInput={({ currentTarget }) => setQuery({ text: currentTarget.value }, { replace: true })}
      />
      <span class="explore-count num" role="status">
        {count === all ? plural(all, 'metric') : `${countText(count)} of ${countText(all)}`}
      </span>
    </search>
  )
}

/** Nothing came at all, or everything but metrics. */
export function NoMetrics() {
  const { data } = useAnswer('/status', {})
  if (data === undefined) return <Busy label="Asking what is held" />
  const { spans, logs } = data.signals
  if (spans.held + logs.held === 0) return <NoTelemetry />
  const endpoint = data.otlp_endpoint ?? 'http://127.0.0.1:4318'
  return (
    <Empty title="Traces arrive, metrics do not" icon="metrics">
      <p>Services send here, but none of them sends metrics. With Telltale, name an exporter for them:</p>
      <Command
        text={`observability:\n  opentelemetry:\n    metrics:\n      exporters: [{ type: otlp, endpoint: ${endpoint} }]`}
      />
      <p>With an OpenTelemetry SDK:</p>
      <Command text={`export OTEL_METRICS_EXPORTER=otlp\nexport OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}`} />
    </Empty>
  )
}
