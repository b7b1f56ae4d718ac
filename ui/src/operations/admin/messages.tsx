// Messages of the outbox, and those that failed for good, one page at a time: what each is, never what is in it. They can be
// published again, or given up.
import { useState } from 'preact/hooks'
import type { Message, MessageAction, MessageStatus, MessagesAnswer } from '../../../../src/console/ops/answers.ts'
import { Badge, Button } from '../../parts/button.tsx'
import type { Tone } from '../../parts/colour.ts'
import { Busy } from '../../parts/empty.tsx'
import { countText } from '../../parts/format.ts'
import { Icon } from '../../parts/icon.tsx'
import { Broken } from '../card.tsx'
import { ask } from '../client.ts'
import { Ago } from '../clock.tsx'
import { Confirm } from '../confirm.tsx'
import { refreshFigures, useFigure } from '../figure.ts'
import { OVERVIEW } from './overview.ts'
import './messages.css'

type List = 'outbox' | 'dlq'
type Action = MessageAction['action']

const PAGE = 20

const TONES: Readonly<Record<MessageStatus, Tone>> = {
  pending: 'info',
  failed: 'error',
  published: 'ok',
  discarded: 'plain',
  other: 'plain',
}

const addressOf = (list: List): string => `/api/v1/admin/${list}/messages`

interface Asked {
  readonly action: Action
  readonly message: Message
}

export function Messages({ list }: { list: List }) {
  const [offset, setOffset] = useState(0)
  const [asked, setAsked] = useState<Asked | null>(null)
  const [done, setDone] = useState<MessageAction | null>(null)
  const figure = useFigure<MessagesAnswer>(`${addressOf(list)}?limit=${PAGE}&offset=${offset}`, { everyMs: 15_000 })
  const { data, error, again } = figure
  const act = async ({ action, message }: Asked): Promise<void> => {
    const address = `${addressOf(list)}/${encodeURIComponent(message.id)}/${action}`
    setDone(await ask<MessageAction>(address, { method: 'POST', body: {} }))
    refreshFigures(addressOf('outbox'))
    refreshFigures(addressOf('dlq'))
    refreshFigures(OVERVIEW)
  }
  const last = data === undefined ? 0 : Math.max(0, Math.ceil(data.total / PAGE - 1) * PAGE)
  // The last of a page may have been discarded.
  if (data !== undefined && offset > last) setOffset(last)
  return (
    <div class="messages">
      <p class="messages-done" role="status">
        {done !== null && (
          <>
            <Icon name="check" size={14} />
            {resultText(done)}
          </>
        )}
      </p>
      {error !== null && <Broken problem={error} again={again} />}
      {data === undefined ? (
        error === null && <Busy label="Asking for messages" />
      ) : data.messages.length === 0 ? (
        <p class="op-say messages-none">
          {list === 'dlq' ? 'No message failed for good.' : 'No message waits or has failed.'}
        </p>
      ) : (
        <>
          <ul aria-label={list === 'dlq' ? 'Dead letters' : 'Outbox messages'}>
            {data.messages.map((message) => (
              <Row key={message.id} message={message} ask={(action) => setAsked({ action, message })} />
            ))}
          </ul>
          {data.total > PAGE && (
            <div class="messages-pages">
              <span class="num dim">
                {countText(offset + 1)} to {countText(Math.min(data.total, offset + data.messages.length))} of{' '}
                {countText(data.total)}
              </span>
              <Button
                icon="left"
                label="Page before"
                class="op-small"
                disabled={offset === 0}
                onClick={() => setOffset(Math.max(0, offset - PAGE))}
              />
              <Button
                icon="right"
                label="Next page"
                class="op-small"
                disabled={offset >= last}
                onClick={() => setOffset(offset + PAGE)}
              />
            </div>
          )}
        </>
      )}
      {asked !== null && <Sure asked={asked} run={() => act(asked)} close={() => setAsked(null)} />}
    </div>
  )
}

function Row({ message, ask: deed }: { message: Message; ask(action: Action): void }) {
  const { id, status, event_type: type, created_at: created, failed_at: failed, attempts, last_error: error } = message
  return (
    <li class="message">
      <div class="message-head">
        <Badge tone={TONES[status]}>{status}</Badge>
        <b class="clip" title={type ?? undefined}>
          {type ?? 'message'}
        </b>
        <code class="clip dim" title={id}>
          {id}
        </code>
      </div>
      {error !== null && (
        <p class="message-error" title={error}>
          {error}
        </p>
      )}
      <div class="message-foot">
        <span class="num none">
          {created !== null && (
            <span>
              written <Ago at={created} />
            </span>
          )}
          {failed !== null && (
            <span>
              failed <Ago at={failed} />
            </span>
          )}
          {attempts !== null && <span>{attempts === 1 ? '1 attempt' : `${countText(attempts)} attempts`}</span>}
        </span>
        {(status === 'failed' || status === 'discarded') && (
          <Button icon="refresh" class="op-small" onClick={() => deed('requeue')}>
            Requeue<span class="said"> {id}</span>
          </Button>
        )}
        {(status === 'failed' || status === 'pending') && (
          <Button icon="close" class="op-small" onClick={() => deed('discard')}>
            Discard<span class="said"> {id}</span>
          </Button>
        )}
      </div>
    </li>
  )
}

function Sure({ asked: { action, message }, run, close }: { asked: Asked; run(): Promise<void>; close(): void }) {
  const name = (
    <b>
      {message.event_type ?? 'message'} {message.id}
    </b>
  )
  return action === 'requeue' ? (
    <Confirm title="Publish this message again?" verb="Requeue" run={run} close={close}>
      <p>{name} waits again, and the relay publishes it as it does the others. Whoever receives it may see it twice.</p>
      <p>It is logged as yours, and kept in the audit trail where there is one.</p>
    </Confirm>
  ) : (
    <Confirm title="Give this message up?" verb="Discard" grave run={run} close={close}>
      <p>{name} is never published, and what waits for it never hears of it.</p>
      <p>It is logged as yours, and kept in the audit trail where there is one.</p>
    </Confirm>
  )
}

function resultText({ id, action, changed, status }: MessageAction): string {
  const done = action === 'requeue' ? 'requeued' : 'discarded'
  return changed
    ? `${id} is ${done}: it is ${status === 'gone' ? 'gone' : status} now.`
    : `${id} was ${done} before: it is ${status}.`
}
