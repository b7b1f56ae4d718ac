// The log tail: what services wrote, newest first, as it arrives; narrowed by filters, counted over time, and each line a
// way to its trace.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useAnswer } from '../../api/use-answer.ts'
import { Button } from '../../parts/button.tsx'
import { Busy, Command, Empty, Failed, NoMatch, NoTelemetry } from '../../parts/empty.tsx'
import { chipsOf, Filters } from '../../parts/filters.tsx'
import { countText, plural } from '../../parts/format.ts'
import { scrollerOf } from '../../parts/virtual.ts'
import { useKeys } from '../../shell/keys.ts'
import { href, query, setQuery } from '../../shell/place.ts'
import { live, range, setLive, setRange } from '../../shell/time.ts'
import { FIELDS } from './fields.ts'
import { LogHistogram } from './histogram.tsx'
import { Lines } from './lines.tsx'
import './logs.css'
import { Narrow } from './narrow.tsx'
import { logFilters } from './question.ts'
import { useLogs } from './use-logs.ts'

export function Logs() {
  const page = useRef<HTMLDivElement>(null)
  const [away, setAway] = useState(false)
  const filters = logFilters()
  const between = range.value
  const { from, to } = between
  const following = live.value
  // What is read stays where it is: further down, or with a line open.
  const held = away || query('line') !== undefined
  const logs = useLogs(filters, between, following, held)
  const { rows, waiting, follow } = logs

  useLayoutEffect(() => {
    const scroller = scrollerOf(page.current)
    if (scroller === null) return
    const look = (): void => setAway(scroller.scrollTop > AWAY)
    scroller.addEventListener('scroll', look, { passive: true })
    return () => scroller.removeEventListener('scroll', look)
  }, [])
  const toNewest = (): void => {
    scrollerOf(page.current)?.scrollTo({ top: 0 })
    setAway(false)
    logs.show()
  }
  // Back at the top by hand: what waited comes in.
  // Only coming back matters.
  useEffect(() => {
    if (!held && waiting > 0) logs.show()
  }, [held])
  useKeys('Logs', [
    { keys: 'f', does: 'Follow what arrives', run: () => (following ? setLive(false) : startFollowing()) },
    { keys: 'n', does: 'To the newest line', run: toNewest },
  ])

  const facets = useAnswer('/logs/facets', { ...filters, from, to }).data?.facets
  return (
    <div ref={page} class="logs">
      <div class="logs-bar">
        <Filters
          label="Filter log lines"
          fields={FIELDS}
          facets={facets?.filter(({ key }) => key === 'service' || key === 'error.type')}
          signal="logs"
          placeholder="Search the lines, or filter by service, level, attribute…"
        />
        {!following && (
          <Button icon="play" onClick={startFollowing}>
            Follow
          </Button>
        )}
      </div>
      {filters.trace_id !== undefined && (
        <p class="logs-pivot">
          Lines of one trace.{' '}
          <a class="text-link" href={href(`/traces/${filters.trace_id}`, { span: filters.span_id })}>
            Back to the trace
          </a>
        </p>
      )}
      <LogHistogram filters={filters} />
      <div class="logs-body">
        <Narrow filters={filters} facets={facets} />
        <div class="logs-main">
          {follow.state === 'lost' && (
            <p class="logs-lost" role="status">
              The stream broke off; it is taken up again where it stopped.
            </p>
          )}
          {follow.dropped > 0 && (
            <p class="logs-lost" role="status">
              {plural(follow.dropped, 'line')} arrived faster than the browser took them and are not in this list.{' '}
              <button type="button" class="text-link" onClick={logs.again}>
                Ask again
              </button>
            </p>
          )}
          {logs.error !== undefined && <Failed problem={logs.error} again={logs.again} />}
          {rows.length > 0 ? (
            <Lines rows={rows} filters={filters} more={logs.more} atEnd={logs.atEnd} />
          ) : logs.loading ? (
            <Busy label="Asking for log records" />
          ) : (
            logs.error === undefined && <Nothing />
          )}
          {waiting > 0 && held && (
            <button type="button" class="logs-waiting" onClick={toNewest}>
              ↑ {plural(waiting, 'new line')}
            </button>
          )}
          <p class="said" role="status">
            {following && !held ? `${countText(rows.length)} lines shown, following` : ''}
          </p>
        </div>
      </div>
    </div>
  )
}

/** Pixels from the top, past which one reads and does not watch. */
const AWAY = 240

function startFollowing(): void {
  const { from, to, relative } = range.peek()
  if (relative === null) setRange({ last: Math.max(60_000, Math.round((to - from) / 1000) * 1000) })
  setQuery({ live: null }, { replace: true })
  setLive(true)
}

/** No line: nothing at all came, or no logs, or none under the filters. */
function Nothing() {
  const { data } = useAnswer('/status', {})
  if (data === undefined) return <Busy label="Asking what is held" />
  const { spans, logs, points } = data.signals
  if (logs.held > 0) return <NoMatch what="log lines" filters={chipsOf(FIELDS)} />
  if (spans.held + points.held === 0) return <NoTelemetry />
  return (
    <Empty title="Traces arrive, log lines do not" icon="logs">
      <p>
        Services send here, but none of them sends its log records. With Telltale, lines of pino or of its own logger go
        the same way as traces once the sink is named:
      </p>
      <Command
        text={`observability:\n  logging:\n    sinks: [{ type: otlp, endpoint: ${data.otlp_endpoint ?? 'http://127.0.0.1:4318'} }]`}
      />
    </Empty>
  )
}
