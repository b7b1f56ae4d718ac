// What will become a problem unless something is done: who does it, how far it is, and how near the problem is.
import type { WatchAnswer, WatchLevel, WatchlistAnswer } from '../../../../src/objectives/answer.ts'
import { Badge } from '../../parts/button.tsx'
import type { Tone } from '../../parts/colour.ts'
import { countText } from '../../parts/format.ts'
import { Card, Unset } from '../card.tsx'
import { Ago } from '../clock.tsx'
import { useFigure } from '../figure.ts'
import { Runbook } from './runbook.tsx'
import './entries.css'
import './watchlist.css'

const LEVELS: Readonly<Record<WatchLevel, { readonly words: string; readonly tone: Tone }>> = {
  ok: { words: 'ok', tone: 'ok' },
  watch: { words: 'watch', tone: 'info' },
  warn: { words: 'warn', tone: 'warn' },
  breach: { words: 'breach', tone: 'error' },
  no_data: { words: 'no data', tone: 'plain' },
}

const STATUS: Readonly<Record<WatchAnswer['status'], string>> = {
  open: 'open',
  planned: 'planned',
  in_progress: 'in progress',
  done: 'done',
}

const YAML = `watchlist:
  - title: Audit table grows
    why: Queries of the audit page slow down
    current_baseline: 2 million rows
    future_target: partitions by month
    owners: [platform]
    metric: audit_rows
    watch: 5000000
    breach: 10000000`

export function Watchlist() {
  const figure = useFigure<WatchlistAnswer>('/admin/ops/watchlist', { everyMs: 30_000 })
  return (
    <Card
      figure={figure}
      note={({ items }) => <b class="num">{items.filter(({ status }) => status !== 'done').length} open</b>}
      empty={({ items }) =>
        items.length === 0 && (
          <Unset title="Nothing is watched" yaml={YAML}>
            What is fine today and will not be for ever: a table that grows, a limit that comes nearer.
          </Unset>
        )
      }
    >
      {({ items }) => (
        <ul class="entries">
          {items.map((item) => (
            <Item key={item.title} item={item} />
          ))}
        </ul>
      )}
    </Card>
  )
}

function Item({ item }: { item: WatchAnswer }) {
  const {
    title,
    status,
    phase,
    why,
    current_baseline: baseline,
    future_target: target,
    progress,
    owners,
    level,
    reason,
  } = item
  const { words, tone } = LEVELS[level]
  return (
    <li class={`entry${status === 'done' ? ' watched-done' : ''}`}>
      <div class="entry-head">
        <Badge tone={tone} title={reason ?? undefined}>
          {words}
        </Badge>
        <b class="clip" title={title}>
          {title}
        </b>
        <span class="watched-phase">{STATUS[status]}</span>
      </div>
      <Scale item={item} />
      <dl class="watched-facts">
        {phase !== null && <Fact name="Phase">{phase}</Fact>}
        {baseline !== '' && <Fact name="Today">{baseline}</Fact>}
        {target !== '' && <Fact name="Target">{target}</Fact>}
        {progress !== '' && <Fact name="Progress">{progress}</Fact>}
        {owners.length > 0 && <Fact name={owners.length === 1 ? 'Owner' : 'Owners'}>{owners.join(', ')}</Fact>}
      </dl>
      {(why !== '' || item.runbook !== null || reason !== null) && (
        <p class="entry-words">
          {reason !== null && <span>{reason} </span>}
          {why} <Runbook id={item.runbook} />
        </p>
      )}
    </li>
  )
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** Where the value stands between the levels. */
function Scale({ item: { value, levels, direction, since, measured_at: at, metric } }: { item: WatchAnswer }) {
  if (value === null) return null
  const marks = (['watch', 'warn', 'breach'] as const).flatMap((level) => {
    const mark = levels[level]
    return mark === null ? [] : [{ level, mark }]
  })
  const top = Math.max(Math.abs(value), ...marks.map(({ mark }) => Math.abs(mark)), Number.MIN_VALUE) * 1.08
  const part = (n: number): string => `${Math.max(0, Math.min(100, (n / top) * 100))}%`
  return (
    <div class="scale">
      <div class="scale-words num">
        <b title={metric === null ? undefined : `${metric}`}>{countText(value)}</b>
        {at !== null && (
          <span class="none">
            <Ago at={at} />
          </span>
        )}
        <span class="scale-levels">
          {marks.map(({ level, mark }) => (
            <span key={level} class={`scale-${level}`}>
              {level} {direction === 'too_little' ? '≤' : '≥'} {countText(mark)}
            </span>
          ))}
          {since !== null && marks.length > 0 && (
            <span class="said">
              since <Ago at={since} />
            </span>
          )}
        </span>
      </div>
      {marks.length > 0 && (
        <div class="scale-bar" aria-hidden="true">
          <span class="scale-value" style={{ '--part': part(value) }} />
          {marks.map(({ level, mark }) => (
            <span key={level} class={`scale-mark scale-${level}`} style={{ '--part': part(mark) }} />
          ))}
        </div>
      )}
    </div>
  )
}
