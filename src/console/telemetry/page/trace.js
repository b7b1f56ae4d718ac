// One trace as a waterfall; a span opens to its attributes, events, links and logs.
import { ask } from './api.js'
import { el, fill } from './dom.js'
import { logLines } from './lines.js'
import { dot, pairs } from './parts.js'
import { change, here, link } from './place.js'
import { clock, colour, count, duration, full } from './words.js'

/** Rows drawn at once. */
const STEP = 400

export function traceView(root, { id, given }) {
  let open = given.span ?? null
  let drawn = ''
  let shown = STEP
  fill(root, el('h1', null, 'Trace'))

  function draw(trace) {
    fill(root, head(trace), ruler(trace), waterfall(trace), allLogs(trace), resources(trace))
    if (open !== null && drawn === '') document.getElementById(`span-${open}`)?.scrollIntoView({ block: 'center' })
  }

  function head(trace) {
    return [
      el(
        'p',
        { class: 'path' },
        el('a', { href: link('traces', '', { range: given.range }) }, 'Traces'),
        ' / ',
        el('code', null, trace.trace_id),
      ),
      el('h1', null, dot(trace.service), trace.name || '(no name)'),
      el(
        'p',
        { class: 'facts' },
        el('span', null, el('b', null, duration(trace.duration_ms))),
        el('time', { title: full(trace.start_ms) }, clock(trace.start_ms)),
        el('span', null, `${count(trace.spans)} ${trace.spans === 1 ? 'span' : 'spans'}`),
        trace.errors > 0 && el('span', { class: 'bad' }, `${count(trace.errors)} failed`),
        trace.logs > 0 &&
          el(
            'a',
            { href: link('logs', '', { trace_id: trace.trace_id, range: 'all' }) },
            `${count(trace.logs)} log ${trace.logs === 1 ? 'line' : 'lines'}`,
          ),
        !trace.rooted && el('span', { class: 'tag' }, 'its root is not here'),
      ),
      el(
        'p',
        { class: 'legend' },
        trace.services.map(({ service, spans }) =>
          el('span', { class: 'service' }, dot(service), `${service} ${spans}`),
        ),
      ),
    ]
  }

  const place = (trace, span) => {
    const whole = trace.duration_ms || 1
    const left = Math.max(0, Math.min(100, ((span.start_ms - trace.start_ms) / whole) * 100))
    return { '--left': `${left}%`, '--width': `${Math.min(100 - left, (span.duration_ms / whole) * 100)}%` }
  }

  function ruler(trace) {
    const marks = [0, 0.25, 0.5, 0.75, 1]
    return el(
      'div',
      { class: 'fall ruler' },
      el('span'),
      el(
        'span',
        { class: 'lane' },
        marks.map((part) =>
          el(
            'i',
            { style: { '--left': `${part * 100}%` }, class: part === 1 ? 'last' : '' },
            duration(trace.duration_ms * part),
          ),
        ),
      ),
    )
  }

  function waterfall(trace) {
    const { tree } = trace
    return el(
      'div',
      { class: 'waterfall' },
      tree.slice(0, shown).map((span) => [row(trace, span), open === span.span_id && detail(trace, span)]),
      tree.length > shown &&
        el(
          'button',
          {
            type: 'button',
            class: 'more',
            onclick: () => {
              shown += STEP
              draw(trace)
            },
          },
          `${count(tree.length - shown)} more spans`,
        ),
    )
  }

  function row(trace, span) {
    const failed = span.status === 'error'
    const late = span.start_ms - trace.start_ms > trace.duration_ms / 2
    return el(
      'button',
      {
        type: 'button',
        class: `fall${failed ? ' failed' : ''}`,
        id: `span-${span.span_id}`,
        'aria-expanded': String(open === span.span_id),
        title: `${span.service}: ${span.name}`,
        onclick: () => {
          open = open === span.span_id ? null : span.span_id
          drawn = 'again'
          change({ span: open })
          draw(trace)
          document.getElementById(`span-${span.span_id}`)?.focus({ preventScroll: true })
        },
      },
      el(
        'span',
        { class: 'label', style: { '--depth': String(Math.min(span.depth, 16)) } },
        dot(span.service),
        el('span', { class: 'text' }, span.name || '(no name)'),
        failed && el('span', { class: 'tag bad' }, 'error'),
        span.running && el('span', { class: 'tag' }, 'running'),
        span.orphan && el('span', { class: 'tag' }, 'parent not here'),
      ),
      el(
        'span',
        { class: 'lane', style: place(trace, span) },
        el('span', { class: `bar ${colour(span.service)}` }),
        span.events.map(({ time_ms, name }) =>
          el('i', { class: 'event', title: name, style: place(trace, { start_ms: time_ms, duration_ms: 0 }) }),
        ),
        el('span', { class: late ? 'took before' : 'took' }, duration(span.duration_ms)),
      ),
    )
  }

  function detail(trace, span) {
    return el(
      'section',
      { class: 'detail' },
      el(
        'p',
        { class: 'facts' },
        el('span', { class: 'tag' }, span.kind),
        el('span', null, span.service),
        el('span', null, 'starts at ', el('b', null, `+${duration(span.start_ms - trace.start_ms)}`)),
        el('span', null, 'took ', el('b', null, duration(span.duration_ms)), `, ${duration(span.self_ms)} itself`),
        el('span', { class: 'quiet' }, `by ${span.scope || 'an unnamed scope'}`),
        el('code', { class: 'quiet' }, span.span_id),
      ),
      span.status === 'error' && el('p', { class: 'bad' }, span.status_message || 'Status: error'),
      pairs(span.attributes, 'No attributes.'),
      dropped(span),
      span.events.length > 0 && [
        el('h3', null, 'Events'),
        span.events.map((event) =>
          el(
            'div',
            { class: 'event-row' },
            el('b', null, event.name),
            ' ',
            el('span', { class: 'quiet' }, `+${duration(Math.max(0, event.time_ms - span.start_ms))}`),
            pairs(event.attributes),
          ),
        ),
      ],
      span.links.length > 0 && [
        el('h3', null, 'Links'),
        span.links.map((one) =>
          el(
            'div',
            { class: 'event-row' },
            el(
              'a',
              { href: link('trace', one.trace_id, { span: one.span_id, range: given.range }) },
              el('code', null, one.trace_id),
            ),
            pairs(one.attributes),
          ),
        ),
      ],
      span.logs.length > 0 && [el('h3', null, 'Logs'), logLines(span.logs, { range: given.range }, trace.start_ms)],
    )
  }

  function allLogs(trace) {
    const logs = [...trace.tree.flatMap((span) => span.logs), ...trace.loose_logs].sort((a, b) => a.time_ms - b.time_ms)
    if (logs.length === 0) return null
    return [el('h2', null, 'Logs of this trace'), logLines(logs.slice(0, STEP), { range: given.range }, trace.start_ms)]
  }

  return {
    update(next) {
      open = next.given.span ?? null
    },
    /** A trace grows while its spans come; it is drawn again only when it did. */
    async refresh(signal) {
      const trace = await ask(`traces/${id}`, {}, signal)
      const now = `${trace.spans}/${trace.logs}/${trace.errors}/${trace.duration_ms}/${here().given.span ?? ''}`
      if (now === drawn) return
      draw(trace)
      drawn = now
    },
  }
}

function dropped({ dropped: { attributes, events, links } }) {
  if (attributes + events + links === 0) return null
  return el(
    'p',
    { class: 'quiet' },
    `Left out by the sender's limits: ${attributes} attributes, ${events} events, ${links} links.`,
  )
}

function resources(trace) {
  return [
    el('h2', null, 'Who took part'),
    trace.resources.map(({ service, instance, attributes }) =>
      el(
        'details',
        null,
        el('summary', null, dot(service), service, ' ', el('span', { class: 'quiet' }, instance)),
        pairs(attributes),
      ),
    ),
  ]
}
