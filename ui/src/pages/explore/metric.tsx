// One metric: what of it is seen, by which labels, under which filters; all of it in the address.
import { useMemo } from 'preact/hooks'
import type { ChartExemplar, Facet, MetricChart } from '../../../../src/store/answers.ts'
import { type Answer, useAnswer } from '../../api/use-answer.ts'
import type { PageProps } from '../../pages.ts'
import { Badge, Button } from '../../parts/button.tsx'
import { Chart, type ChartDot, type ChartSeries } from '../../parts/chart.tsx'
import { Busy, Empty, Failed, NoMatch } from '../../parts/empty.tsx'
import { chipsOf, type FilterField, Filters } from '../../parts/filters.tsx'
import { countText, plural, timeText, valueText } from '../../parts/format.ts'
import { go, href, query, queryAll, setQuery } from '../../shell/place.ts'
import { range } from '../../shell/time.ts'
import { inSteps } from '../logs/question.ts'
import { Exemplars } from './exemplars.tsx'
import './explore.css'
import { NoMetrics } from './explore.tsx'
import { Heatmap } from './heatmap.tsx'
import { colourOf, Legend, labelText } from './legend.tsx'
import { unitOf, unitText, type View, viewOf, viewsOf } from './views.ts'

const MOMENTS = 120
const FIELDS: readonly FilterField[] = [
  { name: 'service', title: 'Service' },
  { name: 'attribute', title: 'Label', many: true },
]

export function Metric({ params: { name = '' } }: PageProps) {
  const known = useAnswer('/metrics', {}).data?.items
  const row = known?.find((one) => one.name === name)
  if (known === undefined) return <Busy label="Asking for the metric" />
  if (known.length === 0) return <NoMetrics />
  if (row === undefined) {
    return (
      <Empty title={`No metric ${name} is held`} icon="metrics">
        <p>It was never sent, or everything of it is older than what the hub holds.</p>
        <div class="empty-actions">
          <a class="button button-plain" href={href('/explore')}>
            All {countText(known.length)} metrics
          </a>
        </div>
      </Empty>
    )
  }
  return (
    <div class="explore">
      <header class="explore-head">
        <p class="explore-words">{row.description || 'Its sender does not describe it.'}</p>
        <p class="explore-facts">
          <Badge>{row.type}</Badge>
          {unitText(row.unit) !== '' && <Badge>{unitText(row.unit)}</Badge>}
          <span>{row.services.join(', ')}</span>
          <span class="num">{plural(row.series, 'series', 'series')}</span>
        </p>
      </header>
      <Drawn name={name} type={row.type} unit={row.unit} />
    </div>
  )
}

function Drawn({ name, type, unit }: { name: string; type: MetricChart['type']; unit: string }) {
  const view = viewOf(type, query('as'))
  const by = view.name === 'heatmap' ? [] : queryAll('by')
  const { from, to } = range.value
  const question = {
    ...inSteps(from, to, MOMENTS),
    service: query('service'),
    attribute: queryAll('attribute'),
    by,
    aggregate: query('aggregate'),
  }
  const [first, second, third] = view.as
  const place = { name }
  const answers: readonly Answer<MetricChart>[] = [
    useAnswer('/metrics/:name/chart', { ...question, as: first! }, place),
    useAnswer('/metrics/:name/chart', second === undefined ? null : { ...question, as: second }, place),
    useAnswer('/metrics/:name/chart', third === undefined ? null : { ...question, as: third }, place),
  ]
  const asked = answers.slice(0, view.as.length)
  const failed = asked.find(({ error }) => error !== undefined)
  const charts = asked.flatMap(({ data }) => data ?? [])
  const labels = charts[0]?.labels ?? []
  return (
    <>
      <div class="explore-bar">
        <Filters
          label="Filter series"
          fields={FIELDS}
          facets={labels.map((facet) => (facet.key === 'service.name' ? { ...facet, key: 'service' } : facet))}
          signal="traces"
          placeholder="Filter by service or label"
        />
      </div>
      <div class="explore-choices">
        <Choice label="Show">
          {viewsOf(type).map((one) => (
            <Button
              key={one.name}
              pressed={one.name === view.name}
              onClick={() => setQuery({ as: one.name === viewsOf(type)[0]!.name ? null : one.name, hide: null })}
            >
              {one.title}
            </Button>
          ))}
        </Choice>
        {view.name !== 'heatmap' && <GroupBy labels={labels} by={by} />}
        {type === 'gauge' && by.length < labels.length && <Aggregate />}
      </div>
      {failed?.error !== undefined && <Failed problem={failed.error} again={failed.again} />}
      {charts.length === asked.length && failed === undefined ? (
        <Picture view={view} charts={charts} unit={unit} stale={asked.some(({ stale }) => stale)} />
      ) : (
        failed === undefined && <Busy label="Asking for its points" />
      )}
    </>
  )
}

function Choice({ label, children }: { label: string; children: preact.ComponentChildren }) {
  return (
    <div class="explore-choice" role="group" aria-label={label}>
      <span class="explore-choice-label">{label}</span>
      {children}
    </div>
  )
}

/** Labels with more than one value are worth a line each. */
function GroupBy({ labels, by }: { labels: readonly Facet[]; by: readonly string[] }) {
  const useful = labels.filter(({ key, values }) => values.length > 1 || by.includes(key))
  if (useful.length === 0) return null
  return (
    <Choice label="By">
      {useful.map(({ key, values, more }) => {
        const on = by.includes(key)
        return (
          <Button
            key={key}
            pressed={on}
            disabled={!on && by.length >= 5}
            onClick={() => setQuery({ by: on ? by.filter((one) => one !== key) : [...by, key], hide: null })}
          >
            {key}
            <span class="explore-values num">{more ? `${values.length}+` : values.length}</span>
          </Button>
        )
      })}
    </Choice>
  )
}

function Aggregate() {
  const now = query('aggregate') ?? 'mean'
  return (
    <Choice label="Together">
      {['mean', 'sum', 'min', 'max'].map((one) => (
        <Button key={one} pressed={one === now} onClick={() => setQuery({ aggregate: one === 'mean' ? null : one })}>
          {one}
        </Button>
      ))}
    </Choice>
  )
}

/** Readings in which a single measurement has no place of its own: there its dot goes on the line. */
const SUMMED = new Set(['rate', 'increase', 'value'])

interface PictureProps {
  readonly view: View
  readonly charts: readonly MetricChart[]
  readonly unit: string
  readonly stale: boolean
}

function Picture({ view, charts, stale }: PictureProps) {
  const chart = charts[0]!
  const unit = unitOf(chart, view.as[0]!)
  const lines = useMemo(() => linesOf(view, charts), [view, charts])
  const hidden = new Set(queryAll('hide'))
  const shown = lines.filter(({ label }) => !hidden.has(label))
  const unasked = view.name === 'heatmap' || !SUMMED.has(view.name)
  const withDots = query('exemplars') === undefined ? unasked : query('exemplars') === '1'
  // Several charts are of the same series: the exemplars of one are those of all.
  const exemplars = chart.exemplars.filter(({ held }) => held)
  const dots = withDots
    ? highest(exemplars, chart)
        .map((one) => dotOf(one, chart, view, shown, lines))
        .filter((dot) => dot !== null)
    : []
  const empty =
    chart.heatmap === null ? chart.lines.length === 0 : chart.heatmap.cells.every((cell) => cell.every((n) => n === 0))
  if (empty) return <NoMatch what="points" filters={chipsOf(FIELDS)} />
  return (
    <div class={`explore-picture${stale ? ' explore-stale' : ''}`}>
      <div class="explore-tools">
        {chart.left_out > 0 && (
          <span class="explore-note">
            {plural(chart.left_out, 'line')} of lower values left out; filter to see them
          </span>
        )}
        {exemplars.length > 0 && (
          <Button
            kind="quiet"
            pressed={withDots}
            onClick={() =>
              setQuery({ exemplars: withDots === unasked ? (withDots ? '0' : '1') : null }, { replace: true })
            }
          >
            ◆ {plural(exemplars.length, 'exemplar')}
          </Button>
        )}
        {chart.heatmap === null && (
          <Button
            kind="quiet"
            pressed={query('scale') === 'log'}
            onClick={() => setQuery({ scale: query('scale') === 'log' ? null : 'log' }, { replace: true })}
          >
            Log scale
          </Button>
        )}
      </div>
      {chart.heatmap !== null ? (
        <Heatmap chart={chart} exemplars={withDots ? exemplars : []} />
      ) : (
        <>
          <Chart
            label={`${chart.name}, ${view.title}`}
            times={chart.times_ms}
            series={shown}
            dots={dots}
            unit={unit}
            height={tall()}
            scale={query('scale') === 'log' ? 'log' : 'linear'}
          />
          <Legend lines={lines} hidden={hidden} unit={unit} />
        </>
      )}
      <Exemplars exemplars={exemplars} chart={chart} />
    </div>
  )
}

/** With several readings each is a line of its own; of several groups only when there is one reading. */
function linesOf(view: View, charts: readonly MetricChart[]): ChartSeries[] {
  if (charts.length === 1) {
    const [chart] = charts as readonly [MetricChart]
    const alone = chart.lines.length === 1
    return chart.lines.map(({ labels, values }, i) => ({
      label: labelText(labels) || view.title,
      values,
      colour: colourOf(i),
      kind: alone && view.name !== 'value' ? 'area' : 'line',
      dash: i >= 8,
    }))
  }
  return charts.flatMap((chart, reading) =>
    chart.lines.map(({ labels, values }, i) => ({
      label: [labelText(labels), chart.as].filter(Boolean).join(' '),
      values,
      colour:
        chart.lines.length === 1 ? (['var(--c-1)', 'var(--c-2)', 'var(--c-3)'][reading] ?? 'var(--c-4)') : colourOf(i),
      kind: 'line' as const,
      dash: chart.lines.length > 1 && reading !== 1,
    })),
  )
}

/** As much of the window as leaves room for what stands around it. */
function tall(): number {
  return Math.round(Math.max(240, Math.min(560, innerHeight * 0.42)))
}

/** One of each moment and line: of many on one spot only the highest can be told apart. */
function highest(exemplars: readonly ChartExemplar[], chart: MetricChart): ChartExemplar[] {
  const best = new Map<string, ChartExemplar>()
  for (const one of exemplars) {
    const spot = `${one.line} ${Math.floor((one.time_ms - chart.from_ms) / chart.step_ms)}`
    const held = best.get(spot)
    if (held === undefined || one.value > held.value) best.set(spot, one)
  }
  return [...best.values()]
}

/** At its own value where the chart is of single values, on its line where it is of sums. */
function dotOf(
  exemplar: ChartExemplar,
  chart: MetricChart,
  view: View,
  shown: readonly ChartSeries[],
  lines: readonly ChartSeries[],
): ChartDot | null {
  const summed = SUMMED.has(view.name)
  const line = lines[exemplar.line]
  if (line === undefined || (view.as.length === 1 && !shown.includes(line))) return null
  const moment = Math.floor((exemplar.time_ms - chart.from_ms) / chart.step_ms)
  const value = summed ? line.values[moment] : exemplar.value
  if (value === null || value === undefined) return null
  return {
    key: `${exemplar.trace_id}${exemplar.span_id}${exemplar.time_ms}`,
    time: summed ? chart.times_ms[moment]! : exemplar.time_ms,
    value,
    colour: chart.lines.length > 1 ? line.colour : 'var(--c-4)',
    marked: true,
    title: `${valueText(exemplar.value, chart.unit)} at ${timeText(exemplar.time_ms)}`,
    note: `${labelText(chart.lines[exemplar.line]?.labels ?? {})} Click for the trace`.trim(),
    open: () => go(`/traces/${exemplar.trace_id}`, { span: exemplar.span_id }),
  }
}
