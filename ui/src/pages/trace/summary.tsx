import type { TraceAnswer } from '../../../../src/store/answers.ts'
import { Badge, Copy, Dot } from '../../parts/button.tsx'
import { serviceColour } from '../../parts/colour.ts'
import { dateTimeText, durationText, plural } from '../../parts/format.ts'
import { Icon } from '../../parts/icon.tsx'
import { href } from '../../shell/place.ts'
import type { Shape } from './lines.ts'

/** What the trace is in one look, and the traces that it goes on from or goes on in. */
export function Summary({ trace, shape }: { trace: TraceAnswer; shape: Shape }) {
  const root = shape.spans[0]?.span
  const from = (root?.links ?? []).filter((link) => link.trace_id !== trace.trace_id)
  return (
    <header class="summary">
      <div class="summary-name">
        <Dot colour={serviceColour(trace.service)} />
        <h2 class="clip">{trace.name}</h2>
        {trace.errors > 0 && <Badge tone="error">{plural(trace.errors, 'failed span')}</Badge>}
        {!trace.rooted && <Badge tone="warn">its first span has not come</Badge>}
      </div>
      <dl class="summary-facts">
        <Fact name="Duration">
          <b>{durationText(trace.duration_ms)}</b>
        </Fact>
        <Fact name="Start">
          <span class="num">{dateTimeText(trace.start_ms)}</span>
        </Fact>
        <Fact name="Spans">{trace.spans}</Fact>
        <Fact name="Logs">
          {trace.logs > 0 ? (
            <a class="text-link" href={href('/logs', { trace_id: trace.trace_id })}>
              {trace.logs}
            </a>
          ) : (
            '0'
          )}
        </Fact>
        <Fact name="Trace id">
          <span class="mono clip summary-id">{trace.trace_id}</span>
          <Copy text={trace.trace_id} label="Copy the trace id" />
        </Fact>
      </dl>
      <ul class="summary-services" aria-label="Services">
        {trace.services.map(({ service, spans }) => (
          <li key={service}>
            <a class="key" href={href(`/services/${encodeURIComponent(service)}`)}>
              <Dot colour={serviceColour(service)} />
              {service}
              <span class="none num">{spans}</span>
            </a>
          </li>
        ))}
      </ul>
      {(from.length > 0 || trace.linked_by.length > 0) && (
        <ul class="summary-links" aria-label="Linked traces">
          {from.slice(0, 3).map(({ trace_id: id, span_id: span, service, name, held }) => (
            <li key={id + span}>
              <Icon name="link" size={14} />
              <span class="dim">Goes on from</span>
              <LinkedTrace
                id={id}
                span={span}
                held={held}
                words={service === null ? `trace ${id.slice(0, 8)}` : `${service}  ${name}`}
              />
            </li>
          ))}
          {trace.linked_by.slice(0, 3).map(({ trace_id: id, span_id: span, service, name }) => (
            <li key={id + span}>
              <Icon name="link" size={14} />
              <span class="dim">Goes on in</span>
              <LinkedTrace id={id} span={span} held words={`${service}  ${name}`} />
            </li>
          ))}
        </ul>
      )}
    </header>
  )
}

export function LinkedTrace({ id, span, held, words }: { id: string; span: string; held: boolean; words: string }) {
  if (!held)
    return (
      <span class="clip">
        {words} <span class="none">(not held here)</span>
      </span>
    )
  return (
    <a class="text-link clip" href={href(`/traces/${id}`, { span })}>
      {words}
    </a>
  )
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
