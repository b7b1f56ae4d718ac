// The list of traces, kept up to date by the stream.
import { ask, listen } from './api.js'
import { el, fill, paced, table } from './dom.js'
import { attributeField, filters } from './form.js'
import { dot } from './parts.js'
import { link, since } from './place.js'
import { clock, count, duration, full } from './words.js'

const SHOWN = 100
const MOST = 500

export function tracesView(root, place, { status }) {
  let { given } = place
  let rows = new Map()
  let cursor = null
  let most = SHOWN
  let slowest = 0
  const list = el('div')
  const { form, show } = filters([
    { name: 'service', label: 'Service', service: true },
    { name: 'name', label: 'Span name', hint: 'GET /orders' },
    {
      name: 'status',
      label: 'Status',
      short: true,
      options: [
        ['', 'all'],
        ['error', 'failed'],
        ['ok', 'not failed'],
      ],
    },
    { name: 'min_duration_ms', label: 'Longer than, ms', type: 'number', short: true },
    { name: 'max_duration_ms', label: 'Shorter than, ms', type: 'number', short: true },
    attributeField('traces'),
    {
      name: 'order',
      label: 'First',
      short: true,
      options: [
        ['', 'newest'],
        ['slowest', 'slowest'],
      ],
    },
  ])
  fill(root, el('h1', null, 'Traces'), form, list)

  const asked = () => {
    const { range: _, order: __, ...rest } = given
    return { ...rest, ...since(given) }
  }
  const order = () => given.order || 'newest'
  const sort = order() === 'slowest' ? (a, b) => b.duration_ms - a.duration_ms : (a, b) => b.start_ms - a.start_ms

  function draw() {
    const shown = [...rows.values()]
      .sort(order() === 'slowest' ? (a, b) => b.duration_ms - a.duration_ms : sort)
      .slice(0, most)
    rows = new Map(shown.map((row) => [row.trace_id, row]))
    slowest = Math.max(1e-3, ...shown.map((row) => row.duration_ms))
    fill(list, shown.length === 0 ? nothing(given) : tracesTable(shown, given, slowest), cursor !== null && more())
  }

  const more = () => el('button', { type: 'button', class: 'more', onclick: () => older() }, 'More')

  async function older() {
    const page = await ask('traces', { ...asked(), order: order(), limit: SHOWN, cursor })
    most = Math.min(MOST, most + SHOWN)
    for (const row of page.items) rows.set(row.trace_id, row)
    cursor = most === MOST ? null : page.next_cursor
    draw()
  }

  const soon = paced(250, draw)
  return {
    update(next) {
      given = next.given
      show()
      most = SHOWN
    },
    async refresh(signal) {
      const page = await ask('traces', { ...asked(), order: order(), limit: SHOWN }, signal)
      rows = new Map(page.items.map((row) => [row.trace_id, row]))
      cursor = page.next_cursor
      draw()
    },
    follow() {
      return listen(
        'traces',
        asked(),
        'trace',
        (row) => {
          rows.set(row.trace_id, row)
          soon()
        },
        status,
      )
    },
  }
}

function nothing(given) {
  return el(
    'p',
    { class: 'nothing' },
    'No trace matches.',
    given.range !== 'all' && [
      ' ',
      el('a', { href: link('traces', '', { ...given, range: 'all' }) }, 'Look at everything held'),
    ],
  )
}

function tracesTable(items, given, slowest) {
  const columns = [
    ['Time', 'time'],
    ['Trace'],
    ['Duration', 'duration'],
    ['Spans', 'number wide'],
    ['Services', 'wide'],
    ['Logs', 'number wide'],
  ]
  const rows = items.map((row) => [
    el('time', { title: full(row.start_ms) }, clock(row.start_ms)),
    [
      el(
        'a',
        { class: row.errors > 0 ? 'name bad' : 'name', href: link('trace', row.trace_id, { range: given.range }) },
        row.name || '(no name)',
      ),
      !row.rooted && el('span', { class: 'tag' }, 'root not here'),
      row.errors > 0 && el('span', { class: 'tag bad' }, row.errors === 1 ? '1 error' : `${count(row.errors)} errors`),
      el('span', { class: 'under narrow' }, dot(row.service), row.service),
    ],
    el(
      'span',
      { class: 'meter', style: { '--part': `${(row.duration_ms / slowest) * 100}%` } },
      duration(row.duration_ms),
    ),
    count(row.spans),
    row.services.map(({ service, spans }) =>
      el('span', { class: 'service', title: service }, dot(service), `${service} ${spans}`),
    ),
    row.logs || '',
  ])
  return table(columns, rows, { class: 'traces' })
}
