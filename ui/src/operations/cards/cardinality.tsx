// Which metrics have the most series, against the limit beyond which what is new goes into one overflow series.
import type { CardinalityAnswer, MetricCardinality, RefusedMetric } from '../../../../src/console/control/answers.ts'
import { Badge } from '../../parts/button.tsx'
import { countText, percentText, plural } from '../../parts/format.ts'
import { query } from '../../shell/place.ts'
import { Card, Unset } from '../card.tsx'
import { useFigure } from '../figure.ts'
import './cardinality.css'
import { Choice } from './choice.tsx'
import { useHeld } from './held.ts'
import { Fill } from './tiles.tsx'

const TOPS = ['10', '20', '50', '100']
const PRESET = '10'
const OPTIONS = TOPS.map((top) => ({
  value: top,
  title: `Top ${top}`,
  help: `The ${top} metrics with the most series`,
}))

export function Cardinality() {
  const asked = query('metrics') ?? PRESET
  const top = TOPS.includes(asked) ? asked : PRESET
  const figure = useHeld(useFigure<CardinalityAnswer>(`/admin/ops/cardinality?top=${top}`, { everyMs: 30_000 }))
  return (
    <Card
      figure={figure}
      note={(data) => <b class="num">{plural(data.series, 'series', 'series')}</b>}
      empty={(data) =>
        data.series === 0 ? (
          <Unset title="No metric has a series" icon="metrics">
            <p>
              Metrics are recorded unless <code>observability.opentelemetry.metrics.enabled</code> is false.
            </p>
          </Unset>
        ) : null
      }
    >
      {(data) => (
        <div class={`cardinality${figure.stale ? ' op-stale' : ''}`}>
          <Whole data={data} />
          <div class="op-tools">
            <Choice label="Metrics" name="metrics" value={top} preset={PRESET} options={OPTIONS} />
            <span class="op-say num">at most {countText(data.limits.series_per_metric)} series each</span>
          </div>
          <ol class="cardinality-list" aria-label="Metrics with the most series">
            {data.top.map((metric) => (
              <Metric key={metric.name} metric={metric} />
            ))}
          </ol>
          {data.refused.length > 0 && <Refused rows={data.refused} />}
        </div>
      )}
    </Card>
  )
}

function Whole({ data }: { data: CardinalityAnswer }) {
  const { series, limits, overflowed_total: over, refused_total: refused } = data
  const share = series / limits.series_total
  const text = `${countText(series)} of ${countText(limits.series_total)} series`
  return (
    <div class="cardinality-whole">
      <Fill label="All series" share={share} tone={share >= 0.9 ? 'bad' : share >= 0.7 ? 'warned' : ''} text={text} />
      <p class="op-say num">
        {text} ({percentText(share)}), of {plural(data.metrics, 'metric')}.{' '}
        <span class={over > 0 ? 'bad' : ''}>
          {over === 0 ? 'Nothing overflowed' : `${plural(over, 'recording')} overflowed`}
        </span>
        ,{' '}
        <span class={refused > 0 ? 'warned' : ''}>
          {refused === 0 ? 'nothing was' : `${countText(refused)} were`} refused
        </span>
        .
      </p>
    </div>
  )
}

function Metric({ metric }: { metric: MetricCardinality }) {
  const {
    name,
    otel_name: otel,
    type,
    series,
    used,
    overflowing,
    overflowed_total: over,
    refused_total: refused,
  } = metric
  return (
    <li>
      <details class="cardinality-metric">
        <summary>
          <span class="clip mono" title={otel === name ? name : `${name}\n${otel}`}>
            {name}
          </span>
          {overflowing && (
            <Badge tone="error" title="What came after the limit is counted in one overflow series">
              overflow
            </Badge>
          )}
          <b class="num">{countText(series)}</b>
          <span class="cardinality-fill">
            <Fill
              label={`${name}, of its limit`}
              share={used}
              tone={overflowing || used >= 0.9 ? 'bad' : used >= 0.7 ? 'warned' : ''}
              text={`${percentText(used)} of the limit`}
            />
          </span>
        </summary>
        <div class="cardinality-more">
          <p class="op-say num">
            {type}, {percentText(used)} of its limit
            {otel !== name && (
              <>
                ; OTLP: <span class="mono">{otel}</span>
              </>
            )}
            {over > 0 && `; ${plural(over, 'recording')} overflowed`}
            {refused > 0 && `; ${countText(refused)} refused`}
          </p>
          {metric.labels.length > 0 && (
            <ul class="cardinality-labels" aria-label={`Labels of ${name}`}>
              {metric.labels.map(({ label, values }) => (
                <li key={label}>
                  <span class="mono">{label}</span> <b class="num">{plural(values, 'value')}</b>
                </li>
              ))}
            </ul>
          )}
          {!metric.labels_complete && <p class="op-say">Labels were counted over its first 5,000 series.</p>}
        </div>
      </details>
    </li>
  )
}

const REASONS: Readonly<Record<RefusedMetric['reason'], string>> = {
  kind: 'declared as another kind',
  name: 'a name that cannot be',
  labels: 'other labels than declared',
  negative: 'a counter that would fall',
  not_finite: 'not a finite number',
}

function Refused({ rows }: { rows: CardinalityAnswer['refused'] }) {
  return (
    <details class="op-more">
      <summary>Refused</summary>
      <ul class="cardinality-refused">
        {rows.map(({ metric, reason, count }) => (
          <li key={`${metric} ${reason}`}>
            <span class="clip mono" title={metric}>
              {metric}
            </span>
            <span class="dim">{REASONS[reason]}</span>
            <b class="num">{countText(count)}</b>
          </li>
        ))}
      </ul>
    </details>
  )
}
