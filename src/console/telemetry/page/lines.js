// Log lines, each of which opens to its attributes and leads to its trace.
import { el } from './dom.js'
import { dot, pairs } from './parts.js'
import { link } from './place.js'
import { clock, duration, full, level, valueText } from './words.js'

/** With `from` the times are shown as distance from it. `opened` remembers which lines are open. */
export function logLines(lines, given, from = null, opened = new Set()) {
  return el(
    'div',
    { class: 'lines' },
    lines.map((line) =>
      el(
        'details',
        {
          class: `log ${level(line.severity)}`,
          open: opened.has(line.number),
          ontoggle: ({ target }) => (target.open ? opened.add(line.number) : opened.delete(line.number)),
        },
        el(
          'summary',
          null,
          el(
            'time',
            { title: full(line.time_ms) },
            from === null ? clock(line.time_ms) : `+${duration(Math.max(0, line.time_ms - from))}`,
          ),
          el('span', { class: 'level' }, line.severity_text.toLowerCase() || level(line.severity)),
          el('span', { class: 'service', title: line.service }, dot(line.service), line.service),
          el('span', { class: 'text' }, valueText(line.body) || line.event_name || '(empty)'),
        ),
        el(
          'div',
          { class: 'detail' },
          el(
            'p',
            { class: 'actions' },
            line.trace_id !== null &&
              el('a', { href: link('trace', line.trace_id, { span: line.span_id, range: given.range }) }, 'Trace'),
            line.trace_id !== null &&
              el('a', { href: link('logs', '', { trace_id: line.trace_id, range: 'all' }) }, 'Logs of the trace'),
            el('span', { class: 'quiet' }, full(line.time_ms)),
            line.scope && el('span', { class: 'quiet' }, line.scope),
          ),
          el('pre', null, typeof line.body === 'string' ? line.body : JSON.stringify(line.body, null, 2)),
          pairs(line.attributes),
        ),
      ),
    ),
  )
}
