// What was promised, as it was written: whether it holds, what it is now, and how much of the budget of errors is left.
import type { BurnRate, ObjectiveAnswer, ObjectivesAnswer } from '../../../../src/objectives/answer.ts'
import { Badge } from '../../parts/button.tsx'
import type { Tone } from '../../parts/colour.ts'
import { countText, digits, durationText, plural } from '../../parts/format.ts'
import { Card, Unset } from '../card.tsx'
import { Fill } from '../cards/tiles.tsx'
import { Since } from '../clock.tsx'
import { useFigure } from '../figure.ts'
import './entries.css'
import './objectives.css'
import { Runbook } from './runbook.tsx'

const STATUS: Readonly<Record<ObjectiveAnswer['status'], { readonly words: string; readonly tone: Tone }>> = {
  met: { words: 'Met', tone: 'ok' },
  breached: { words: 'Breached', tone: 'error' },
  no_data: { words: 'No data', tone: 'plain' },
}

const METHODS: Readonly<
  Record<NonNullable<ObjectiveAnswer['method']>, { readonly words: string; readonly help: string }>
> = {
  samples: { words: 'exact', help: 'Every event of the window was looked at' },
  buckets: { words: 'estimate', help: 'From the buckets of a histogram: right within the width of one' },
  counts: { words: 'counted', help: 'From counters: exact' },
}

const YAML = `slos:
  - name: api-latency
    kind: latency
    metric: http_request_duration_seconds
    percentile: 95
    comparison: "<"
    threshold: 300ms`

export function Objectives() {
  const figure = useFigure<ObjectivesAnswer>('/admin/ops/objectives', { everyMs: 10_000 })
  return (
    <Card
      figure={figure}
      note={({ objectives }) => <Counts objectives={objectives} />}
      empty={({ objectives }) =>
        objectives.length === 0 && (
          <Unset title="No objective is declared" yaml={YAML}>
            What is promised of the service, such as that 95 of 100 requests take less than 300 ms.
          </Unset>
        )
      }
    >
      {({ objectives }) => (
        <ul class="entries">
          {objectives.map((objective) => (
            <Objective key={objective.name} objective={objective} />
          ))}
        </ul>
      )}
    </Card>
  )
}

function Counts({ objectives }: { objectives: readonly ObjectiveAnswer[] }) {
  return (
    <>
      {(['breached', 'met', 'no_data'] as const).map((status) => {
        const count = objectives.filter((one) => one.status === status).length
        return (
          count > 0 && (
            <span key={status} class={status === 'breached' ? 'bad' : ''}>
              <b class="num">{count}</b> {STATUS[status].words.toLowerCase()}
            </span>
          )
        )
      })}
    </>
  )
}

const valueText = (value: number, unit: ObjectiveAnswer['unit']): string =>
  unit === 'seconds' ? durationText(value * 1000) : shareText(value)

/** A part with as many digits as tell 99.9 % from 99.95 %. */
const shareText = (part: number): string => `${Number((part * 100).toPrecision(part > 0.99 && part < 1 ? 6 : 3))} %`

const SIGNS = { '<': '<', '<=': '≤', '>=': '≥' } as const

function Objective({ objective }: { objective: ObjectiveAnswer }) {
  const { name, description, status, reason, value, unit, comparison, threshold, percentile, method, since } = objective
  const { words, tone } = STATUS[status]
  const what = percentile === null ? '' : `p${digits(percentile)} `
  return (
    <li class="entry">
      <div class="entry-head">
        <Badge tone={tone}>{words}</Badge>
        <b class="clip" title={name}>
          {name}
        </b>
        <span class="objective-value num">
          {what}
          <b class={status === 'breached' ? 'bad' : ''}>{value === null ? '–' : valueText(value, unit)}</b>{' '}
          <span class="dim">
            {SIGNS[comparison]} {valueText(threshold, unit)}
          </span>
        </span>
      </div>
      {description !== '' && <p class="entry-words">{description}</p>}
      <Budget objective={objective} />
      <Burn rates={objective.burn_rates} />
      <p class="objective-notes num">
        {reason !== null && <span>{reason}</span>}
        {since !== null && (
          <span class="bad">
            breached for <Since at={since} />
          </span>
        )}
        {method !== null && <span title={METHODS[method].help}>{METHODS[method].words}</span>}
        <span>
          {plural(objective.event_count, 'event')} in {span(objective.window_seconds)}
        </span>
        {objective.covered_seconds < objective.window_seconds && (
          <span title="How much of the window this process has seen">
            {span(objective.covered_seconds)} of it covered
          </span>
        )}
        <Runbook id={objective.runbook} />
      </p>
    </li>
  )
}

const span = (seconds: number): string => (seconds < 1 ? '0 s' : durationText(Math.floor(seconds) * 1000))

function Budget({ objective: { name, error_budget: budget } }: { objective: ObjectiveAnswer }) {
  const { event_count: events, bad_count: bad, window_seconds: window, covered_seconds: covered } = budget
  const remaining = budget.remaining ?? 0
  const left = `${Math.round(remaining * 100)} % left`
  const tone = remaining <= 0 ? 'bad' : remaining < 0.25 ? 'warned' : 'good'
  const known = events > 0
  return (
    <div class={known ? 'budget' : 'budget budget-none'}>
      <div class="budget-words num">
        <span class="dim">Error budget of {span(window)}</span>
        <b class={known ? (tone === 'good' ? '' : tone) : 'none'}>
          {known
            ? remaining < 0
              ? `overspent ×${digits(Number((1 - remaining).toPrecision(3)))}`
              : left
            : 'no event yet'}
        </b>
      </div>
      <Fill
        label={`Error budget of ${name}`}
        share={known ? remaining : 0}
        tone={known ? tone : ''}
        text={known ? left : 'no event yet'}
      />
      <div class="budget-note num">
        {countText(bad)} bad of {countText(events)}
        {covered < window && <>; this process has seen {span(covered)}</>}
      </div>
    </div>
  )
}

/** How fast the budget is spent: 1 spends exactly all of it. */
function Burn({ rates }: { rates: readonly BurnRate[] }) {
  if (rates.length === 0) return null
  return (
    <dl class="burn" aria-label="Burn rates: 1 spends exactly the budget">
      {rates.map(({ window, window_seconds: length, covered_seconds: covered, rate }) => (
        <div
          key={window}
          class={`burn-rate ${covered < length ? 'burn-part ' : ''}${rate === null ? '' : rate >= 14.4 ? 'bad' : rate > 1 ? 'warned' : ''}`}
          title={covered < length ? `This process has seen ${span(covered)} of ${window}` : `Burn rate over ${window}`}
        >
          <dt>{window}</dt>
          <dd class="num">{rate === null ? '–' : `${digits(Number(rate.toPrecision(2)))}×`}</dd>
        </div>
      ))}
    </dl>
  )
}
