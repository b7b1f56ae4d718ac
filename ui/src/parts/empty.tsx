// Nothing to show is an answer too: what is missing, and the one step that brings it.
import type { ComponentChildren } from 'preact'
import type { Problem } from '../api/client.ts'
import { useAnswer } from '../api/use-answer.ts'
import { range, setRange } from '../shell/time.ts'
import { Button, Copy } from './button.tsx'
import './empty.css'
import { agoText, durationText } from './format.ts'
import { Icon, type IconName } from './icon.tsx'

interface EmptyProps {
  readonly title: string
  readonly icon?: IconName
  readonly tone?: 'plain' | 'error'
  readonly children?: ComponentChildren
}

export function Empty({ title, icon = 'search', tone = 'plain', children }: EmptyProps) {
  return (
    <section class={`empty empty-${tone}`} aria-label={title}>
      <span class="empty-icon">
        <Icon name={icon} size={22} />
      </span>
      <h2>{title}</h2>
      {children}
    </section>
  )
}

/** No service has sent anything yet. */
export function NoTelemetry() {
  const { data } = useAnswer('/status', {})
  const endpoint = data?.otlp_endpoint ?? 'http://127.0.0.1:4318'
  return (
    <Empty title="Waiting for the first telemetry" icon="services">
      <p>
        The hub listens at <code>{endpoint}</code> for OTLP over HTTP. Start a service that sends there, and it shows up
        here by itself.
      </p>
      <ol class="empty-steps">
        <Step title="A Node service, unchanged">
          <Command text={`OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint} node --import telltale/register app.js`} />
        </Step>
        <Step title="Any OpenTelemetry SDK, in any language">
          <Command
            text={`export OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}\nexport OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`}
          />
        </Step>
        <Step title="Or one span by hand, to see that it arrives">
          <Command text={handmade(endpoint)} />
        </Step>
      </ol>
    </Empty>
  )
}

function Step({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <li>
      <h3>{title}</h3>
      {children}
    </li>
  )
}

export function Command({ text }: { text: string }) {
  return (
    <div class="command">
      <pre tabIndex={0} role="group" aria-label="Command">
        {text}
      </pre>
      <Copy text={text} label="Copy the command" />
    </div>
  )
}

function handmade(endpoint: string): string {
  const ids = '"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174"'
  const span = `{${ids},"name":"hello","kind":2,"startTimeUnixNano":"'$(date +%s)'000000000","endTimeUnixNano":"'$(date +%s)'050000000"}`
  const resource = '{"attributes":[{"key":"service.name","value":{"stringValue":"by-hand"}}]}'
  return `curl ${endpoint}/v1/traces -H 'content-type: application/json' -d '{"resourceSpans":[{"resource":${resource},"scopeSpans":[{"spans":[${span}]}]}]}'`
}

export interface Droppable {
  /** What it asks, in words: `status is error`. */
  readonly label: string
  drop(): void
}

/** Filters match nothing: which one to let go of, or where there is something. */
export function NoMatch({ what, filters }: { what: string; filters: readonly Droppable[] }) {
  const { data } = useAnswer('/status', {})
  const { from, to, relative } = range.value
  const oldest = data?.signals.spans.oldest_ms ?? data?.signals.logs.oldest_ms ?? null
  const earlier = data !== undefined && oldest !== null && oldest < from
  const when = relative === null ? 'in the chosen time' : `in the last ${durationText(relative)}`
  return (
    <Empty title={`No ${what} ${when}${filters.length > 0 ? ' match these filters' : ''}`} icon="filter">
      {filters.length > 0 && (
        <>
          <p>Let go of one:</p>
          <div class="empty-actions">
            {filters.map(({ label, drop }) => (
              <Button key={label} icon="close" onClick={drop}>
                {label}
              </Button>
            ))}
          </div>
        </>
      )}
      {earlier && (
        <>
          <p>What is held begins {agoText(oldest, data.now_ms)}.</p>
          <div class="empty-actions">
            <Button icon="clock" onClick={() => setRange({ last: wideEnough(data.now_ms - oldest) })}>
              Show all that is held
            </Button>
          </div>
        </>
      )}
      {!earlier && filters.length === 0 && (
        <p>
          {relative === null
            ? `It spans ${durationText(to - from)}; nothing older is held.`
            : 'It appears here as soon as it arrives.'}
        </p>
      )}
    </Empty>
  )
}

const WIDTHS = [5, 15, 30, 60, 180, 360, 720, 1440, 2880, 10_080, 43_200].map((minutes) => minutes * 60_000)

function wideEnough(ms: number): number {
  return WIDTHS.find((width) => width >= ms) ?? Math.ceil(ms / 86_400_000) * 86_400_000
}

export function Failed({ problem, again }: { problem: Problem; again(): void }) {
  return (
    <Empty
      title={problem.status === 0 ? 'The hub does not answer' : 'That could not be answered'}
      icon="alert"
      tone="error"
    >
      <p role="alert">{problem.message}</p>
      {problem.parameter !== undefined && (
        <p>
          <code>{problem.parameter}</code> takes {problem.allowed}.
        </p>
      )}
      <div class="empty-actions">
        <Button icon="refresh" onClick={again}>
          Ask again
        </Button>
      </div>
    </Empty>
  )
}

/** Shown only when an answer takes its time. */
export function Busy({ label }: { label: string }) {
  return (
    <div class="busy" role="status">
      <span class="busy-bar" />
      <span class="said">{label}</span>
    </div>
  )
}
