// Shows the view that the address names, and keeps it fresh: lists by the stream, the rest by asking again.
import { ask } from './api.js'
import { el, fill } from './dom.js'
import { logsView } from './logs.js'
import { metricsView, metricView } from './metrics.js'
import { change, here, link, RANGES } from './place.js'
import { servicesView, serviceView } from './services.js'
import { traceView } from './trace.js'
import { tracesView } from './traces.js'
import { bytes, count } from './words.js'

const EVERY_MS = 3000
const ENDPOINT = 'http://127.0.0.1:4318'
const TABS = { services: 'Services', traces: 'Traces', logs: 'Logs', metrics: 'Metrics' }

const root = document.getElementById('view')
const tabs = document.getElementById('tabs')
const held = document.getElementById('held')
const fault = el('p', { class: 'fault', role: 'alert', hidden: true })
const body = el('div')
root.append(fault, body)

const range = el(
  'select',
  { 'aria-label': 'Time', onchange: () => change({ range: range.value }) },
  Object.entries(RANGES).map(([value, text]) => el('option', { value }, text)),
)
const live = el('button', { type: 'button', class: 'live', onclick: () => pause(!paused) })
document.getElementById('controls').append(range, live)

let paused = false
let shown = null
let view = null
let unfollow = null
let asking = null
let full = false
let lost = false

function choose({ view: name, id }) {
  if (name === 'services') return id ? serviceView : servicesView
  if (name === 'traces') return tracesView
  if (name === 'trace') return traceView
  if (name === 'logs') return logsView
  if (name === 'metrics') return id ? metricView : metricsView
  return servicesView
}

function go() {
  const place = here()
  const same = shown !== null && shown.view === place.view && shown.id === place.id && view?.update
  const tab = place.view === 'trace' ? 'traces' : place.view
  fill(
    tabs,
    Object.entries(TABS).map(([name, text]) =>
      el(
        'a',
        { href: link(name, '', { range: place.given.range }), 'aria-current': tab === name ? 'page' : null },
        text,
      ),
    ),
  )
  range.value = place.given.range
  document.title = `${place.id || TABS[tab] || 'Telltale'} · Telltale`
  if (same && shown.given.range === place.given.range) view.update(place)
  else {
    view?.stop?.()
    view = full ? choose(place)(body, place, { status }) : null
    if (shown !== null && !same) scrollTo(0, 0)
  }
  shown = place
  again()
}

/** From the start: what is asked may be another thing now. */
function again() {
  unfollow?.()
  unfollow = null
  if (!paused && view?.follow) unfollow = view.follow()
  void refresh()
}

async function refresh() {
  asking?.abort()
  asking = new AbortController()
  const { signal } = asking
  try {
    const status = await ask('status', {}, signal)
    showHeld(status)
    const { spans, logs, points } = status.signals
    const some = spans.held + logs.held + points.held > 0
    if (!some) {
      full = false
      view?.stop?.()
      view = null
      if (!document.getElementById('empty')) fill(body, empty(status.otlp_endpoint ?? ENDPOINT))
    } else if (!full) {
      full = true
      return go()
    }
    await view?.refresh(signal)
    fault.hidden = true
    if (!paused) mark('live')
  } catch (error) {
    if (error.name === 'AbortError') return
    fault.hidden = false
    fault.textContent = error instanceof TypeError ? 'The server does not answer. Trying again.' : error.message
    if (error instanceof TypeError) mark('lost')
  }
}

function mark(state) {
  live.className = `live ${state}`
  live.textContent = { live: 'Live', paused: 'Paused', lost: 'No answer' }[state]
  live.title = state === 'paused' ? 'Go on' : 'Hold still'
  live.setAttribute('aria-pressed', String(!paused))
}

function pause(next) {
  paused = next
  mark(paused ? 'paused' : 'live')
  if (paused) {
    unfollow?.()
    unfollow = null
  } else again()
}

/** What the stream says of itself. */
function status(state, number) {
  if (state === 'lost') {
    lost = true
    mark('lost')
  }
  if (state === 'open' && !paused) {
    mark('live')
    // What was missed is asked for; a server that was started again has forgotten all.
    if (lost) void refresh()
    lost = false
  }
  if (state === 'dropped') live.title = `${number} came too fast to be shown`
}

function showHeld({ signals: { spans, logs, points }, traces, series }) {
  const lost = spans.dropped + logs.dropped + points.dropped
  const gone = spans.evicted + logs.evicted + points.evicted
  fill(
    held,
    el(
      'span',
      null,
      `Held: ${count(spans.held)} spans in ${count(traces)} traces, ${count(logs.held)} log lines, ${count(points.held)} points of ${count(series)} series, about ${bytes(spans.bytes + logs.bytes + points.bytes)}.`,
    ),
    gone > 0 && el('span', null, ` ${count(gone)} gone to make room.`),
    lost > 0 && el('span', { class: 'bad' }, ` ${count(lost)} refused.`),
    ' ',
    el('a', { href: '/api/v1/openapi.json' }, 'API'),
  )
}

function empty(endpoint) {
  const code = (...lines) => el('pre', { class: 'code' }, lines.join('\n'))
  return el(
    'section',
    { id: 'empty' },
    el('h1', null, 'Waiting for the first telemetry'),
    el('p', null, 'Nothing has arrived yet. Start a Node application so, and traces, metrics and logs appear here:'),
    code(`OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint} node --import telltale/register app.js`),
    el('p', null, 'Or in telltale.yaml:'),
    code(
      'name: my-app',
      'observability:',
      '  opentelemetry:',
      '    tracing:',
      `      exporters: [{ type: otlp, endpoint: "${endpoint}" }]`,
    ),
    el('p', null, 'Anything else that speaks OTLP over HTTP (protobuf or JSON) can send to the same address:'),
    code(`OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}`, 'OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf'),
  )
}

addEventListener('hashchange', go)
document.addEventListener('visibilitychange', () => document.hidden || again())
setInterval(() => {
  if (paused || document.hidden) return
  // Lists are kept by the stream; the footer and everything else are asked for again.
  if (view?.follow && fault.hidden) void ask('status').then(showHeld, () => mark('lost'))
  else void refresh()
}, EVERY_MS)
mark('live')
go()
