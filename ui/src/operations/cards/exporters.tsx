// What leaves the process: what waits, what was sent and what was lost, sink by sink and signal by signal.
import type {
  ExportErrorAnswer,
  ExporterAnswer,
  ExporterSignalAnswer,
  ExportersAnswer,
  QueueAnswer,
} from '../../../../src/console/control/answers.ts'
import { Badge } from '../../parts/button.tsx'
import { bytesText, countText, plural } from '../../parts/format.ts'
import { Card, Unset } from '../card.tsx'
import { Ago } from '../clock.tsx'
import { useFigure } from '../figure.ts'
import './exporters.css'
import { deliveryOf, failing, fillOf, lostOf, lostText } from './exporting.ts'
import { Fill } from './tiles.tsx'

export function Exporters() {
  const figure = useFigure<ExportersAnswer>('/admin/ops/exporters', { everyMs: 10_000 })
  return (
    <Card
      figure={figure}
      note={(data) => {
        const bad = failing(data)
        return bad === 0 ? (
          <span class="num">{plural(data.exporters.length, 'exporter')}</span>
        ) : (
          <b class="bad num">{countText(bad)} not delivering</b>
        )
      }}
      empty={({ exporters }) => (exporters.length === 0 ? <Nowhere /> : null)}
    >
      {({ queues, exporters }) => (
        <div class="exporters">
          <ul class="exporters-queues" aria-label="Queues before the exporters">
            {queues.map((queue) => (
              <Queue key={queue.signal} queue={queue} />
            ))}
          </ul>
          {exporters.map((exporter) => (
            <Exporter key={exporter.name} exporter={exporter} />
          ))}
        </div>
      )}
    </Card>
  )
}

const Nowhere = () => (
  <Unset title="Nothing is exported" icon="out" yaml={SOMEWHERE}>
    <p>Spans, metrics and log lines stay in this process; the scrape still shows its metrics.</p>
  </Unset>
)

const SOMEWHERE = `observability:
  opentelemetry:
    tracing:
      exporters:
        - type: otlp
          endpoint: http://127.0.0.1:4318`

function Queue({
  queue: { signal, waiting, capacity, dropped_total: dropped, processed_total: processed },
}: {
  queue: QueueAnswer
}) {
  const share = waiting / capacity
  const lost = dropped.queue_full + dropped.after_stop + dropped.unencodable
  const text = `${countText(waiting)} of ${countText(capacity)}`
  return (
    <li>
      <span class="exporters-signal">{signal}</span>
      <Fill
        label={`Queue of ${signal}`}
        share={share}
        tone={share >= 0.9 ? 'bad' : share >= 0.5 ? 'warned' : ''}
        text={text}
      />
      <span class="num op-say">
        {text} wait, {countText(processed)} passed
        {lost > 0 && (
          <>
            , <b class="bad">{countText(lost)} dropped</b> (
            {lostText({
              'queue full': dropped.queue_full,
              'after the stop': dropped.after_stop,
              'not encodable': dropped.unencodable,
            })}
            )
          </>
        )}
      </span>
    </li>
  )
}

const STATES = {
  loading: { tone: 'info', words: 'loading' },
  unavailable: { tone: 'error', words: 'cannot be loaded' },
} as const

function Exporter({ exporter: { name, type, state, signals } }: { exporter: ExporterAnswer }) {
  return (
    <section class="exporter" aria-label={`Exporter ${name}`}>
      <h3>
        {name}
        <span class="exporter-type">{type}</span>
        {state !== 'ready' && <Badge tone={STATES[state].tone}>{STATES[state].words}</Badge>}
      </h3>
      {state === 'unavailable' && (
        <p class="op-say">Its code is not there, so nothing is exported: see the log of the start.</p>
      )}
      <ul>
        {signals.map((one) => (
          <Signal key={one.signal} signal={one} />
        ))}
      </ul>
    </section>
  )
}

function Signal({ signal }: { signal: ExporterSignalAnswer }) {
  const { endpoint, queue, sent_total: sent, requests_total: requests, retries_total: retries } = signal
  const { tone, words } = deliveryOf(signal)
  const lost = lostOf(signal)
  const fill = fillOf(queue)
  return (
    <li class="exporter-signal">
      <div class="exporter-line">
        <b>{signal.signal}</b>
        <Badge tone={tone}>{words}</Badge>
        <span class="clip mono exporter-endpoint" title={endpoint ?? undefined}>
          {endpoint}
        </span>
      </div>
      {queue !== null && fill !== null && (
        <div class="exporter-queue">
          <Fill
            label={`Queue of ${signal.signal}`}
            share={fill.share}
            tone={fill.share >= 0.9 ? 'bad' : fill.share >= 0.5 ? 'warned' : ''}
            text={fill.text}
          />
          <span class="num op-say">
            {fill.text}; {countText(queue.records)} records, {bytesText(queue.bytes)}
          </span>
        </div>
      )}
      <p class="num op-say">
        {sent === null ? 'does not count what it sends' : `${countText(sent)} sent`}
        {signal.last_success_at !== null && (
          <>
            , last <Ago at={signal.last_success_at} />
          </>
        )}
        {lost !== null && lost.total > 0 && (
          <>
            , <b class="bad">{countText(lost.total)} lost</b> ({lost.words})
          </>
        )}
        {requests !== null && `; ${plural(requests, 'request')}`}
        {retries !== null && retries > 0 && `, ${countText(retries)} of them again`}
      </p>
      {signal.last_error !== null && <LastError error={signal.last_error} old={signal.delivering === true} />}
    </li>
  )
}

const KINDS: Readonly<Record<ExportErrorAnswer['kind'], string>> = {
  again: 'is tried again',
  refused: 'was refused',
  partial: 'was taken in part',
}

function LastError({ error: { at, kind, message }, old }: { error: ExportErrorAnswer; old: boolean }) {
  return (
    <p class={`exporter-error ${old ? 'dim' : 'bad'}`}>
      <span class="mono">{message}</span>
      <span class="op-say">
        {KINDS[kind]}, <Ago at={at} />
        {old && ', delivered since'}
      </span>
    </p>
  )
}
