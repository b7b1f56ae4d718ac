// One line whole: its body as it was written, its attributes, each a way to narrow the list, and the way to its trace.
import type { LogRow } from '../../../../src/store/answers.ts'
import { Button, Copy } from '../../parts/button.tsx'
import { dateTimeText } from '../../parts/format.ts'
import { Icon } from '../../parts/icon.tsx'
import { href, hrefHere, queryAll, setQuery } from '../../shell/place.ts'
import { levelOf } from './levels.ts'
import { bodyText, plainText } from './line.tsx'

/** Milliseconds before and after, for what else happened then. */
const AROUND = 15_000

export function Detail({ row }: { row: LogRow }) {
  const level = levelOf(row.severity)
  const given = Object.entries(row.attributes)
  const said: [string, string][] = [
    ['Time', dateTimeText(row.time_ms)],
    [
      'Level',
      `${level.name}${row.severity_text && row.severity_text.toLowerCase() !== level.name ? ` (${row.severity_text})` : ''}`,
    ],
    ['Service', row.instance === '' ? row.service : `${row.service} · ${row.instance}`],
  ]
  if (row.scope !== '') said.push(['Logger', row.scope])
  if (row.event_name !== '') said.push(['Event', row.event_name])
  return (
    <article class="logs-detail" aria-label="Line">
      <div class="logs-actions">
        {row.trace_id !== null && (
          <>
            <a class="button button-strong" href={href(`/traces/${row.trace_id}`, { span: row.span_id })}>
              <Icon name="traces" />
              Open the trace
            </a>
            <a class="button button-plain" href={href('/logs', { trace_id: row.trace_id })}>
              <Icon name="logs" />
              Lines of this trace
            </a>
          </>
        )}
        <a
          class="button button-plain"
          href={href('/logs', {
            from: Math.floor(row.time_ms - AROUND),
            to: Math.ceil(row.time_ms + AROUND),
            line: null,
          })}
        >
          <Icon name="clock" />
          What else was then
        </a>
        <Copy text={JSON.stringify(row, null, 2)} label="Copy as JSON" />
        <Button kind="quiet" icon="close" label="Close" onClick={() => setQuery({ line: null }, { replace: true })} />
      </div>
      <pre class="logs-whole">{bodyText(row)}</pre>
      <dl class="logs-facts">
        {said.map(([key, value]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {row.trace_id !== null && (
          <div>
            <dt>Trace</dt>
            <dd class="mono">{row.trace_id}</dd>
          </div>
        )}
      </dl>
      {given.length > 0 && (
        <dl class="logs-attributes">
          {given.map(([key, value]) => (
            <Attribute key={key} name={key} value={plainText(value)} />
          ))}
        </dl>
      )}
    </article>
  )
}

function Attribute({ name, value }: { name: string; value: string }) {
  const short = value.length <= 200 && !value.includes('\n')
  return (
    <div>
      <dt class="mono">{name}</dt>
      <dd>
        <span class="mono logs-value">{value}</span>
        {short && (
          <span class="logs-attribute-actions">
            <Only name={name} value={value} />
            <Only name={name} value={value} not />
          </span>
        )}
      </dd>
    </div>
  )
}

function Only({ name, value, not = false }: { name: string; value: string; not?: boolean }) {
  const condition = `${name}${not ? '!=' : '='}${value}`
  const target = hrefHere({
    attribute: [...queryAll('attribute').filter((one) => one !== condition), condition],
    line: null,
  })
  const label = not ? `Without ${name} ${value}` : `Only ${name} ${value}`
  return (
    <a class="button button-quiet button-icon logs-only" href={target} title={label} aria-label={label}>
      <Icon name={not ? 'minus' : 'plus'} size={14} />
    </a>
  )
}
