import { Badge } from '../../parts/button.tsx'
import { serviceColour, severityTone } from '../../parts/colour.ts'
import { durationText, shown } from '../../parts/format.ts'
import { Icon } from '../../parts/icon.tsx'
import { bodyText, type LogLine, type SpanLine, type Stretch } from './lines.ts'

/** What all lines share: the time that is shown, and what is marked. */
export interface View {
  /** Epoch milliseconds at the left edge. */
  readonly start: number
  readonly length: number
  /** Start of the trace. */
  readonly zero: number
  readonly path: ReadonlyMap<string, Stretch[]>
  readonly found: ReadonlySet<string> | null
  readonly linked: ReadonlySet<string>
}

interface RowProps {
  readonly id: string
  readonly row: number
  readonly view: View
  readonly pointed: boolean
  onPick(): void
}

const LINE_HEIGHT = 28
const percent = (ms: number, { start, length }: View): number => ((ms - start) / length) * 100

export function SpanLineRow(props: RowProps & { line: SpanLine; selected: boolean; fold(on: boolean): void }) {
  const { id, row, view, pointed, line, selected, fold, onPick } = props
  const { span, depth, children, below, failedBelow, folded } = line
  const from = percent(span.start_ms, view)
  const to = percent(span.start_ms + span.duration_ms, view)
  const failed = span.status === 'error'
  const dimmed = view.found !== null && !view.found.has(span.span_id)
  const classes = `line${pointed ? ' line-at' : ''}${selected ? ' line-selected' : ''}${failed ? ' line-failed' : ''}${dimmed ? ' line-dimmed' : ''}`
  const said = span.running ? 'running' : durationText(span.duration_ms)
  return (
    <div
      id={id}
      role="row"
      class={classes}
      aria-level={depth + 1}
      aria-rowindex={row + 1}
      aria-expanded={children > 0 ? !folded : undefined}
      aria-selected={selected}
      style={{
        transform: `translateY(${row * LINE_HEIGHT}px)`,
        '--own': serviceColour(span.service),
        '--depth': depth,
      }}
      onClick={onPick}
    >
      <div role="gridcell" class="line-name">
        {children > 0 ? (
          <button
            type="button"
            class="line-fold"
            tabIndex={-1}
            aria-label={folded ? `Unfold ${below} spans` : 'Fold'}
            onClick={(event) => {
              event.stopPropagation()
              fold(!folded)
            }}
          >
            <Icon name={folded ? 'right' : 'down'} size={13} />
          </button>
        ) : (
          <span class="line-leaf" />
        )}
        <span class="line-service" />
        <span class="clip line-title">
          {span.name}
          <span class="line-who">{span.service}</span>
        </span>
        {failed && (
          <span class="line-mark bad" title={shown(span.status_message, 300) || 'Failed'}>
            <Icon name="alert" size={14} />
            <span class="said">failed</span>
          </span>
        )}
        {(span.links.length > 0 || view.linked.has(span.span_id)) && (
          <span class="line-mark" title="Linked with another trace">
            <Icon name="link" size={13} />
          </span>
        )}
        {folded && <Badge tone={failedBelow > 0 ? 'error' : 'plain'}>+{below}</Badge>}
      </div>
      <div role="gridcell" class="line-time">
        {to >= 0 && from <= 100 && (
          <span
            class={`line-bar${span.running ? ' line-running' : ''}`}
            style={{ left: `${Math.max(-1, from)}%`, right: `${Math.max(-1, 100 - to)}%` }}
          />
        )}
        {(view.path.get(span.span_id) ?? []).map((stretch) => (
          <span key={stretch.from} class="line-critical" style={placeOf(stretch, view)} />
        ))}
        {span.events.map(({ time_ms: time, name }, i) => (
          <span key={i} class="line-event" title={name} style={{ left: `${percent(time, view)}%` }} />
        ))}
        <span class={`line-took num${from <= 62 && to > 86 ? ' line-took-over' : ''}`} style={tookAt(from, to)}>
          {said}
        </span>
      </div>
    </div>
  )
}

export function LogLineRow({ id, row, view, pointed, line, onPick }: RowProps & { line: LogLine }) {
  const { log, depth } = line
  const tone = severityTone(log.severity)
  // Loggers tell whole milliseconds: a line of the first one seems to be from before it.
  const time = Math.max(log.time_ms, Math.min(view.zero, log.time_ms + 1))
  const at = percent(time, view)
  return (
    <div
      id={id}
      role="row"
      class={`line line-log${pointed ? ' line-at' : ''}`}
      aria-level={depth + 1}
      aria-rowindex={row + 1}
      style={{ transform: `translateY(${row * LINE_HEIGHT}px)`, '--depth': depth }}
      onClick={onPick}
    >
      <div role="gridcell" class="line-name">
        <span class="line-leaf" />
        <Badge tone={tone}>{log.severity_text.toLowerCase() || 'log'}</Badge>
        <span class="clip line-words" title={bodyText(log.body)}>
          {bodyText(log.body)}
        </span>
      </div>
      <div role="gridcell" class="line-time">
        {at >= 0 && at <= 100 && (
          <span class={`line-moment line-moment-${tone}`} style={{ left: `clamp(4px, ${at}%, 100% - 4px)` }}>
            <span class="said">{durationText(time - view.zero)} after the start</span>
          </span>
        )}
      </div>
    </div>
  )
}

function placeOf({ from, to }: Stretch, view: View): Record<string, string> {
  const left = Math.max(0, percent(from, view))
  const right = Math.min(100, percent(to, view))
  return right <= left ? { display: 'none' } : { left: `${left}%`, width: `${right - left}%` }
}

/** Behind the bar, or before it where there is no room behind, or over it where there is none at all. */
function tookAt(from: number, to: number): Record<string, string> {
  if (to < 0) return { left: '0' }
  if (from > 100) return { right: '0' }
  if (from > 62) return { right: `${100 - from}%` }
  return to > 86 ? {} : { left: `${to}%` }
}
