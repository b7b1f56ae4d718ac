// What is decided on: is something wrong, how bad is it, how old is what I see, and what is it that I see.
import type { ComponentChildren } from 'preact'
import { useContext } from 'preact/hooks'
import type { UptimeFigure } from '../../../../src/console/figures/uptime.ts'
import type { Overview } from '../../../../src/console/ops/answers.ts'
import { Button } from '../../parts/button.tsx'
import { durationText, percentText, plural, rateText } from '../../parts/format.ts'
import { Icon } from '../../parts/icon.tsx'
import { CardPlace, ScopeMark } from '../card.tsx'
import { Since, seconds } from '../clock.tsx'
import { type Figure, useFigure } from '../figure.ts'
import { opens, useSession } from '../session.ts'
import './glance.css'
import { SEVERITIES, useOverview } from './overview.ts'

export function Glance() {
  const spec = useContext(CardPlace)
  const { service, version, tenant, instance, tiers } = useSession()
  const uptime = useFigure<UptimeFigure>('/console/metrics/uptime', { everyMs: 60_000 })
  const admin = opens('admin')
  return (
    <div class="glance">
      <h2 id={`${spec?.id}-title`} class="said">
        {spec?.title}
      </h2>
      {admin && <Judgement />}
      <dl class="glance-facts">
        {admin && <Freshness />}
        {admin && <Flow />}
        <Fact name="Service" note={`version ${version}`}>
          {service}
        </Fact>
        <Fact
          name="Up for"
          note={
            uptime.error === null ? 'this instance' : uptime.data === undefined ? uptime.error.message : 'this instance'
          }
        >
          {uptime.data === undefined || uptime.data.started_at === '' ? '–' : <Since at={uptime.data.started_at} />}
        </Fact>
        <Fact name="Scope" note={instance === null ? undefined : instance}>
          <ScopeMark scope="single-instance" instance={instance} />
        </Fact>
        {!tiers.includes('system') && tenant !== null && <Fact name="Tenant">{tenant}</Fact>}
      </dl>
    </div>
  )
}

function Judgement() {
  const { data, error, again } = useOverview()
  if (data === undefined)
    return error === null ? (
      <Verdict tone="plain" icon="clock" title="Asking" note="How it is, is on its way" />
    ) : (
      <Verdict tone="unknown" icon="alert" title="Not known" note={error.message}>
        <Button icon="refresh" class="op-small" onClick={again}>
          Retry
        </Button>
      </Verdict>
    )
  const { incidents, highest_severity: worst, health } = data
  if (worst !== null) {
    const { words, tone } = SEVERITIES[worst]
    const critical = incidents.filter(({ severity }) => severity === 'critical').length
    const rest = incidents.length - critical
    const counts = [critical > 0 && `${critical} critical`, rest > 0 && plural(rest, 'warning')]
      .filter(Boolean)
      .join(', ')
    return (
      <Verdict
        tone={tone}
        icon="alert"
        title={plural(incidents.length, 'open incident')}
        note={`${words}: ${counts}`}
      />
    )
  }
  if (health.status === 'ok')
    return <Verdict tone="ok" icon="check" title="No open incident" note="All checks are ok" />
  const said = health.status === null ? 'no health check is known' : `health is ${health.status}`
  return (
    <Verdict tone={health.status === null ? 'ok' : 'warn'} icon="check" title="No open incident" note={`But ${said}`} />
  )
}

interface VerdictProps {
  readonly tone: 'plain' | 'ok' | 'info' | 'warn' | 'error' | 'unknown'
  readonly icon: 'check' | 'alert' | 'clock'
  readonly title: string
  readonly note: string
  readonly children?: ComponentChildren
}

function Verdict({ tone, icon, title, note, children }: VerdictProps) {
  return (
    <div class={`verdict verdict-${tone}`} role="status">
      <span class="verdict-icon">
        <Icon name={icon} size={22} />
      </span>
      <div class="verdict-words">
        <b class="num">{title}</b>
        <span>{note}</span>
      </div>
      {children}
    </div>
  )
}

/** Age of the oldest figure that the overview was made of. */
function ageOf({ data, at }: Figure<Overview>): number | null {
  return data === undefined || at === null
    ? null
    : Math.max(0, Math.round(data.freshness_seconds + (seconds.value - at) / 1000))
}

const LATE_SECONDS = 60

function Freshness() {
  const figure = useOverview()
  const age = ageOf(figure)
  const late = age !== null && (figure.error !== null || age > LATE_SECONDS)
  return (
    <Fact
      name="Freshness"
      note={figure.error === null ? 'the oldest figure' : 'no newer answer'}
      tone={late ? 'warned' : ''}
    >
      {age === null ? '–' : `${durationText(age * 1000).replace(/^0 ms$/, '0 s')} old`}
    </Fact>
  )
}

function Flow() {
  const { data } = useOverview()
  const rate = data?.error_rates.http_5xx_rate ?? null
  const reach = data === undefined ? undefined : `last ${durationText(data.throughput.window_seconds * 1000)}`
  return (
    <>
      <Fact name="Requests" note={reach}>
        {data === undefined ? '–' : rateText(data.throughput.rps)}
      </Fact>
      <Fact name="Server errors" note="class 5xx" tone={rate !== null && rate > 0 ? 'bad' : ''}>
        {rate === null ? '–' : percentText(rate)}
      </Fact>
      <Fact name="p95" note="duration">
        {durationText(data?.latency.p95_ms)}
      </Fact>
    </>
  )
}

interface FactProps {
  readonly name: string
  readonly note?: string | undefined
  readonly tone?: '' | 'warned' | 'bad'
  readonly children: ComponentChildren
}

function Fact({ name, note, tone = '', children }: FactProps) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd class={`fact-value num ${tone}`}>{children}</dd>
      <dd class="fact-note clip" title={note}>
        {note ?? '\u00a0'}
      </dd>
    </div>
  )
}
