// What waits: queues, the outbox, and messages that failed for good; and what can be done about those.
import { useState } from 'preact/hooks'
import type { OutboxState, Overview, QueueState } from '../../../../src/console/ops/answers.ts'
import { Badge } from '../../parts/button.tsx'
import { countText } from '../../parts/format.ts'
import { ageText, Card, ScopeMark, Unknown, Unset } from '../card.tsx'
import { Fill, Tile, Tiles } from '../cards/tiles.tsx'
import { Ago } from '../clock.tsx'
import { Messages } from './messages.tsx'
import { useOverview } from './overview.ts'
import './queues.css'

const YAML = `ops:
  queues:
    - source: sql
      name: jobs
      table: jobs
  outbox: { table: outbox }`

export function Queues() {
  const figure = useOverview()
  return (
    <Card
      figure={figure}
      // Each row says its own.
      scope={null}
      note={(data) => <Waiting data={data} />}
      empty={({ queues, outbox }) =>
        queues.length === 0 &&
        outbox === null && (
          <Unset title="No queue and no outbox is configured" yaml={YAML}>
            How much waits in queues of NATS, in tables, and in the transactional outbox.
          </Unset>
        )
      }
    >
      {(data) => (
        <>
          {data.queues.length > 0 ? (
            <ul class="queues" aria-label="Queues">
              {data.queues.map((queue) => (
                <Queue key={queue.name} queue={queue} />
              ))}
            </ul>
          ) : (
            <p class="op-say queues-none">No queue is configured in ops.queues.</p>
          )}
          {data.outbox === null ? (
            <p class="op-say queues-none">
              {data.reasons['outbox_relay_ok'] ?? 'No outbox is configured in ops.outbox.'}
            </p>
          ) : (
            <Outbox outbox={data.outbox} ok={data.outbox_relay_ok} reasons={data.reasons} />
          )}
        </>
      )}
    </Card>
  )
}

function Waiting({ data: { queues, outbox } }: { data: Overview }) {
  let depth = outbox?.pending ?? 0
  for (const queue of queues) depth += queue.depth ?? 0
  return (
    <>
      <b class="num">{countText(depth)}</b> wait
    </>
  )
}

const SOURCES: Readonly<Record<QueueState['source'], string>> = { nats: 'NATS', sql: 'table', metric: 'metric' }

function Queue({ queue }: { queue: QueueState }) {
  const { name, source, scope, depth, in_flight: flight, backlog, measured_at: at, reason } = queue
  const tone = depth === null ? '' : depth >= backlog ? 'bad' : depth >= backlog / 2 ? 'warned' : ''
  return (
    <li class="queue">
      <div class="queue-head">
        <b class="clip" title={name}>
          {name}
        </b>
        <span class="none">{SOURCES[source]}</span>
        <ScopeMark scope={scope} />
        <span class={`queue-depth num ${tone}`}>{depth === null ? <Unknown reason={reason} /> : countText(depth)}</span>
      </div>
      {depth === null ? (
        <p class="queue-reason">{reason ?? 'Its depth is not known.'}</p>
      ) : (
        <>
          <Fill label={`Depth of ${name}`} share={depth / backlog} tone={tone} text={`${depth} of ${backlog}`} />
          <p class="queue-note num">
            {flight !== null && <span>{countText(flight)} in flight</span>}
            <span>a backlog from {countText(backlog)}</span>
            {at !== null && (
              <span class="queue-at">
                counted <Ago at={at} />
              </span>
            )}
          </p>
        </>
      )}
    </li>
  )
}

interface OutboxProps {
  readonly outbox: OutboxState
  readonly ok: boolean | null
  readonly reasons: Overview['reasons']
}

type List = 'outbox' | 'dlq'

function Outbox({ outbox, ok, reasons }: OutboxProps) {
  const [list, setList] = useState<List | null>(null)
  const { scope, pending, failed, oldest_seconds: oldest, recent_failures: failures, measured_at: at, reason } = outbox
  const known = (n: number | null, key = ''): preact.ComponentChildren =>
    n === null ? <Unknown reason={reason ?? reasons[key] ?? 'The table does not say.'} /> : countText(n)
  return (
    <section class="outbox" aria-label="Outbox">
      <div class="queue-head">
        <b>Outbox</b>
        <ScopeMark scope={scope} />
        {ok === null ? (
          <Badge title={reasons['outbox_relay_ok']}>relay not known</Badge>
        ) : (
          <Badge tone={ok ? 'ok' : 'error'} title="Whether publishing failed lately">
            {ok ? 'relay ok' : 'relay fails'}
          </Badge>
        )}
        {at !== null && (
          <span class="queue-at num none">
            counted <Ago at={at} />
          </span>
        )}
      </div>
      {reason !== null && <p class="queue-reason">{reason}</p>}
      <Tiles label="Outbox">
        <Tile name="Wait" help="Messages that are not published yet">
          {known(pending)}
        </Tile>
        <Tile name="Oldest" help="Age of the message that waits longest">
          {oldest === null ? (pending === 0 ? '–' : known(null)) : ageText(oldest)}
        </Tile>
        <Tile
          name="Dead letters"
          help="Messages that failed for good"
          tone={failed !== null && failed > 0 ? 'bad' : ''}
        >
          {known(failed, 'queue_depth.dlq_pending')}
        </Tile>
        <Tile
          name="Lately failed"
          help="Publish failures in the window"
          tone={failures !== null && failures > 0 ? 'bad' : ''}
        >
          {known(failures)}
        </Tile>
      </Tiles>
      <div class="segments op-choice outbox-lists" role="group" aria-label="Show messages">
        {(['outbox', 'dlq'] as const).map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={list === one}
            onClick={() => setList(list === one ? null : one)}
          >
            {one === 'outbox' ? 'Outbox messages' : 'Dead letters'}
          </button>
        ))}
      </div>
      {list !== null && <Messages key={list} list={list} />}
    </section>
  )
}
