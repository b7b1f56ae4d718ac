import type { ComponentChildren } from 'preact'
import type { SpanRow, TraceAnswer } from '../../../../src/store/answers.ts'
import { AttributeList } from '../../parts/attributes.tsx'
import { Badge, Copy, Dot } from '../../parts/button.tsx'
import { serviceColour, severityTone } from '../../parts/colour.ts'
import { dateTimeText, durationText, offsetText, percentText, plural, shown } from '../../parts/format.ts'
import { Icon } from '../../parts/icon.tsx'
import { Details } from '../../parts/sheet.tsx'
import { href } from '../../shell/place.ts'
import { bodyText, type Shape } from './lines.ts'
import './span-details.css'
import { LinkedTrace } from './summary.tsx'

interface SpanDetailsProps {
  readonly trace: TraceAnswer
  readonly span: SpanRow
  readonly shape: Shape
  close(): void
}

export function SpanDetails({ trace, span, shape, close }: SpanDetailsProps) {
  const { name, service, kind, status, status_message: message, attributes, events, links, logs, dropped } = span
  const resource = trace.resources.find((one) => one.service === service && one.instance === span.instance)
  const linkedBy = trace.linked_by.filter((link) => link.to_span_id === span.span_id)
  const exceptions = events.filter((event) => event.name === 'exception')
  const others = events.filter((event) => event.name !== 'exception')
  const share = span.duration_ms / (shape.end - shape.start)
  const find = (condition: string): string => href('/traces', { attribute: [condition] })
  return (
    <Details
      label={`Span ${name}`}
      close={close}
      title={
        <>
          <Dot colour={serviceColour(service)} />
          {name}
        </>
      }
    >
      <p class="span-who">
        <a class="text-link" href={href(`/services/${encodeURIComponent(service)}`)}>
          {service}
        </a>
        <Badge>{kind}</Badge>
        {status !== 'unset' && <Badge tone={status === 'error' ? 'error' : 'ok'}>{status}</Badge>}
        {span.running && <Badge tone="info">running</Badge>}
        {span.orphan && (
          <Badge tone="warn" title="The span that it belongs to has not come">
            its parent is missing
          </Badge>
        )}
      </p>
      {message !== '' && (
        <p class="span-message">
          {shown(message, 4000)}
          {message.length > 4000 && <Copy text={message} label="Copy the whole message" />}
        </p>
      )}
      <dl class="span-facts">
        <Fact name="Duration">
          <b>{durationText(span.duration_ms)}</b>{' '}
          <span class="none">{percentText(Math.min(1, share))} of the trace</span>
        </Fact>
        <Fact name="Itself">
          {durationText(span.self_ms)} <span class="none">without what it called</span>
        </Fact>
        <Fact name="Start">
          <span title={dateTimeText(span.start_ms)}>{offsetText(span.start_ms - shape.start)}</span>{' '}
          <span class="none num">{dateTimeText(span.start_ms).slice(11)}</span>
        </Fact>
      </dl>
      {exceptions.map(({ attributes: own, time_ms: time }, i) => (
        <section key={i} class="span-exception">
          <h3>
            {String(own['exception.type'] ?? 'Exception')}
            <span class="none num">{offsetText(time - shape.start)}</span>
          </h3>
          <p>{String(own['exception.message'] ?? '')}</p>
          {own['exception.stacktrace'] !== undefined && (
            <pre tabIndex={0} role="group" aria-label="Stack trace">
              {String(own['exception.stacktrace'])}
            </pre>
          )}
        </section>
      ))}
      {logs.length > 0 && (
        <Part
          title={plural(logs.length, 'log')}
          more={
            <a class="text-link" href={href('/logs', { trace_id: trace.trace_id, span_id: span.span_id })}>
              Open in logs
            </a>
          }
        >
          {logs.map((log) => (
            <details key={log.number} class="span-log">
              <summary>
                <Badge tone={severityTone(log.severity)}>{log.severity_text.toLowerCase() || 'log'}</Badge>
                <span class="span-log-body">{bodyText(log.body)}</span>
                <span class="none num">{offsetText(log.time_ms - shape.start)}</span>
              </summary>
              <AttributeList label="Attributes of the log" attributes={log.attributes} />
            </details>
          ))}
        </Part>
      )}
      {(links.length > 0 || linkedBy.length > 0) && (
        <Part title="Links">
          <ul class="span-links">
            {links.map((link) => (
              <li key={link.trace_id + link.span_id}>
                <Icon name="link" size={14} />
                <span class="dim">to</span>
                <LinkedTrace
                  id={link.trace_id}
                  span={link.span_id}
                  held={link.held}
                  words={link.service === null ? `trace ${link.trace_id.slice(0, 8)}` : `${link.service}  ${link.name}`}
                />
              </li>
            ))}
            {linkedBy.map((link) => (
              <li key={link.trace_id + link.span_id}>
                <Icon name="link" size={14} />
                <span class="dim">from</span>
                <LinkedTrace id={link.trace_id} span={link.span_id} held words={`${link.service}  ${link.name}`} />
              </li>
            ))}
          </ul>
        </Part>
      )}
      {Object.keys(attributes).length > 0 && (
        <Part title="Attributes" more={cut(dropped.attributes)}>
          <AttributeList label="Attributes" attributes={attributes} find={find} />
        </Part>
      )}
      {others.length > 0 && (
        <Part title={plural(others.length, 'event')} more={cut(dropped.events)}>
          {others.map((event, i) => (
            <div key={i} class="span-event">
              <h4>
                {event.name}
                <span class="none num">{offsetText(event.time_ms - shape.start)}</span>
              </h4>
              <AttributeList label={`Attributes of ${event.name}`} attributes={event.attributes} />
            </div>
          ))}
        </Part>
      )}
      {resource && (
        <Part title="Resource">
          <AttributeList label="Attributes of the resource" attributes={resource.attributes} find={find} />
        </Part>
      )}
      <Part title="Ids">
        <dl class="attributes">
          <Id name="Span" id={span.span_id} />
          {span.parent_span_id !== null && <Id name="Parent" id={span.parent_span_id} />}
          <Id name="Trace" id={trace.trace_id} />
          {span.scope !== '' && <Id name="Scope" id={span.scope} />}
        </dl>
      </Part>
    </Details>
  )
}

function Part({ title, more, children }: { title: string; more?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="span-part">
      <h3>
        {title}
        {more && <span class="span-more">{more}</span>}
      </h3>
      {children}
    </section>
  )
}

const cut = (n: number): string | false => n > 0 && `${n} more were dropped where it was made`

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Id({ name, id }: { name: string; id: string }) {
  return (
    <div class="attribute">
      <dt>{name}</dt>
      <dd>
        {id}
        <span class="attribute-deeds">
          <Copy text={id} label={`Copy ${name.toLowerCase()}`} />
        </span>
      </dd>
    </div>
  )
}
