import type { ComponentChildren } from 'preact'
import type { LogRow } from '../../../../src/store/answers.ts'
import type { Plain } from '../../../../src/store/plain.ts'
import { Dot } from '../../parts/button.tsx'
import { serviceColour } from '../../parts/colour.ts'
import { dateTimeText, exactTimeText, timeText } from '../../parts/format.ts'
import { Icon } from '../../parts/icon.tsx'
import { href } from '../../shell/place.ts'
import { levelOf } from './levels.ts'

interface LineProps {
  readonly id: string
  readonly row: LogRow
  readonly top: number
  readonly index: number
  readonly at: boolean
  readonly open: boolean
  /** Marked where it occurs. */
  readonly text: string | undefined
  show(): void
}

export function Line({ id, row, top, index, at, open, text, show }: LineProps) {
  const level = levelOf(row.severity)
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={index}
      aria-selected={at}
      aria-expanded={open}
      class={`logs-line logs-${level.name}${at ? ' logs-at' : ''}${open ? ' logs-open' : ''}`}
      style={{ transform: `translateY(${top}px)` }}
      onClick={(event) => {
        if ((event.target as Element).closest('a,button') || getSelection()?.toString()) return
        show()
      }}
    >
      <div role="gridcell" class="logs-cell-time num" title={dateTimeText(row.time_ms)}>
        {timeText(row.time_ms)}
        <span class="logs-part">{exactTimeText(row.time_ms).slice(8)}</span>
      </div>
      <div role="gridcell" class="logs-cell-level">
        <span class="logs-level">{level.short}</span>
      </div>
      <div role="gridcell" class="logs-cell-service clip">
        <Dot colour={serviceColour(row.service)} />
        <span class="clip">{row.service}</span>
      </div>
      <div role="gridcell" class="logs-cell-message">
        <span class="logs-text">{marked(oneLine(bodyText(row)), text)}</span>
        <span class="logs-some">{someOf(row.attributes)}</span>
        {row.trace_id !== null && (
          <a
            class="logs-trace"
            href={href(`/traces/${row.trace_id}`, { span: row.span_id })}
            tabIndex={-1}
            title="Open the trace"
          >
            <Icon name="traces" size={14} />
            <span class="said">Open the trace</span>
          </a>
        )}
      </div>
    </div>
  )
}

export function plainText(value: Plain): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export function bodyText({ body, event_name: event }: LogRow): string {
  const text = body === null ? '' : plainText(body)
  return text === '' ? event : text
}

const LONGEST = 400

function oneLine(text: string): string {
  return text.slice(0, LONGEST).replace(/\s+/g, ' ')
}

/** The first attributes, as one scans them. */
function someOf(attributes: LogRow['attributes']): string {
  let text = ''
  for (const [key, value] of Object.entries(attributes)) {
    const said = plainText(value)
    if (said.length > 60) continue
    text += `${text === '' ? '' : '  '}${key}=${said}`
    if (text.length > 160) break
  }
  return text
}

/** The text with its occurrences of `part` marked, whatever their case. */
export function marked(text: string, part: string | undefined): ComponentChildren {
  if (part === undefined || part === '') return text
  const low = text.toLowerCase()
  const wanted = part.toLowerCase()
  // Lower case may be of another length, and then the places would be wrong.
  if (low.length !== text.length) return text
  const pieces: ComponentChildren[] = []
  let from = 0
  for (let to = low.indexOf(wanted); to >= 0 && pieces.length < 40; to = low.indexOf(wanted, from)) {
    pieces.push(text.slice(from, to), <mark key={to}>{text.slice(to, to + wanted.length)}</mark>)
    from = to + wanted.length
  }
  return pieces.length === 0 ? text : [...pieces, text.slice(from)]
}
