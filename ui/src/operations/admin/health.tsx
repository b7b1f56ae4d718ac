// How the parts are that the service needs: its checks, as the probes see them.
import type { HealthComponent, Overview } from '../../../../src/console/ops/answers.ts'
import { Badge } from '../../parts/button.tsx'
import type { Tone } from '../../parts/colour.ts'
import { durationText } from '../../parts/format.ts'
import { Icon, type IconName } from '../../parts/icon.tsx'
import { Card, Unset } from '../card.tsx'
import './health.css'
import { useOverview } from './overview.ts'

const STATUS: Readonly<Record<'ok' | 'degraded' | 'unhealthy', Tone>> = {
  ok: 'ok',
  degraded: 'warn',
  unhealthy: 'error',
}

const LOOKS: Readonly<
  Record<HealthComponent['status'], { readonly icon: IconName; readonly tone: string; readonly words: string }>
> = {
  ok: { icon: 'check', tone: 'good', words: 'ok' },
  fail: { icon: 'close', tone: 'bad', words: 'fails' },
  unknown: { icon: 'help', tone: 'none', words: 'not known' },
}

const ORDER = { fail: 0, unknown: 1, ok: 2 } as const

export function Health() {
  const figure = useOverview()
  return (
    <Card
      figure={figure}
      note={({ health: { status } }) => status !== null && <Badge tone={STATUS[status]}>{status}</Badge>}
      empty={({ health, reasons }) => health.components.length === 0 && <None reason={reasons['health']} />}
    >
      {({ health }: Overview) => (
        <ul class="health" aria-label="Components">
          {[...health.components]
            .sort((a, b) => ORDER[a.status] - ORDER[b.status])
            .map((one) => (
              <Component key={one.name} component={one} />
            ))}
        </ul>
      )}
    </Card>
  )
}

function Component({
  component: { name, status, critical, duration_ms: took, reason },
}: {
  component: HealthComponent
}) {
  const { icon, tone, words } = LOOKS[status]
  return (
    <li class="health-row">
      <span class={`health-icon ${tone}`}>
        <Icon name={icon} size={15} />
        <span class="said">{words}: </span>
      </span>
      <span class="clip" title={name}>
        {name}
      </span>
      {critical ? <Badge title="Without it the service cannot work">critical</Badge> : <span />}
      <span class="num dim health-took">{status === 'unknown' ? '–' : durationText(took)}</span>
      {reason !== null && <span class="health-reason">{reason}</span>}
    </li>
  )
}

const YAML = `observability:
  health:
    checks:
      - type: http
        name: search
        url: http://127.0.0.1:9200`

function None({ reason }: { reason: string | undefined }) {
  return (
    <Unset title="No check is registered" yaml={YAML}>
      {reason ??
        'A check of the configuration, or one of the application, says here whether what the service needs is there.'}
    </Unset>
  )
}
