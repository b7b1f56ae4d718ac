// Services with rate, errors and duration; one service with its operations; who calls whom.
import { ask } from './api.js'
import { bars } from './chart.js'
import { el, fill, table } from './dom.js'
import { dot } from './parts.js'
import { link, since } from './place.js'
import { ago, count, duration, percent, perSecond } from './words.js'

const NUMBER = 'number'
const WIDE = 'number wide'

const errors = ({ errors, error_rate }) =>
  el('span', { class: errors > 0 ? 'bad' : 'quiet', title: `${count(errors)} failed` }, percent(error_rate))

export function servicesView(root, { given }) {
  const list = el('div')
  const calls = el('div')
  fill(root, el('h1', null, 'Services'), list, calls)
  return {
    async refresh(signal) {
      const [{ items }, map] = await Promise.all([
        ask('services', { ...since(given), moments: 40 }, signal),
        ask('map', since(given), signal),
      ])
      const now = Date.now()
      fill(list, servicesTable(items, given, now))
      fill(calls, map.edges.length > 0 && callsTable(map))
    },
  }
}

function servicesTable(items, given, now) {
  const columns = [
    ['Service'],
    ['Rate', NUMBER],
    ['Errors', NUMBER],
    ['p50', WIDE],
    ['p95', NUMBER],
    ['p99', WIDE],
    ['Requests', 'wide trend'],
    ['Logs', WIDE],
    ['Seen', WIDE],
  ]
  const rows = items.map((row) => [
    [
      el('a', { href: link('services', row.service, given), class: 'name' }, dot(row.service), row.service),
      row.instances > 1 && el('span', { class: 'quiet' }, ` ×${row.instances}`),
    ],
    el('span', { title: `${count(row.requests)} requests` }, perSecond(row.per_second)),
    errors(row),
    duration(row.p50_ms),
    duration(row.p95_ms),
    duration(row.p99_ms),
    row.requests > 0 ? bars(row.timeline) : el('span', { class: 'quiet' }, 'none in this time'),
    row.logs > 0
      ? el(
          'a',
          { href: link('logs', '', { service: row.service, range: given.range }) },
          count(row.logs),
          row.log_errors > 0 && el('span', { class: 'bad' }, ` ${count(row.log_errors)} !`),
        )
      : '–',
    ago(row.last_seen_ms, now),
  ])
  return table(columns, rows)
}

function callsTable({ nodes, edges }) {
  const names = new Map(nodes.map((node) => [node.id, node]))
  const side = (id) => {
    const { name, type } = names.get(id)
    return [
      el('span', { class: 'service' }, type === 'service' && dot(name), name),
      type !== 'service' && el('span', { class: 'tag' }, type),
    ]
  }
  const rows = [...edges]
    .sort((a, b) => b.requests - a.requests)
    .map((edge) => [
      el(
        'span',
        { class: 'call' },
        side(edge.from),
        el('b', { class: 'quiet' }, edge.kind === 'message' ? '⇢ ' : '→ '),
        side(edge.to),
      ),
      perSecond(edge.per_second),
      errors(edge),
      duration(edge.p50_ms),
      duration(edge.p95_ms),
      count(edge.requests),
    ])
  return [
    el('h2', null, 'Calls'),
    table([['From → to'], ['Rate', NUMBER], ['Errors', NUMBER], ['p50', WIDE], ['p95', NUMBER], ['Calls', WIDE]], rows),
  ]
}

export function serviceView(root, { id: service, given }) {
  const list = el('div')
  const more = { service, range: given.range }
  fill(
    root,
    el('p', { class: 'path' }, el('a', { href: link('services', '', { range: given.range }) }, 'Services'), ' /'),
    el('h1', null, dot(service), service),
    el(
      'p',
      { class: 'actions' },
      el('a', { href: link('traces', '', more) }, 'Traces'),
      el('a', { href: link('traces', '', { ...more, status: 'error' }) }, 'Failed traces'),
      el('a', { href: link('traces', '', { ...more, order: 'slowest' }) }, 'Slowest traces'),
      el('a', { href: link('logs', '', more) }, 'Logs'),
      el('a', { href: link('metrics', '', more) }, 'Metrics'),
    ),
    list,
  )
  return {
    async refresh(signal) {
      const { items } = await ask(
        `services/${encodeURIComponent(service)}/operations`,
        { ...since(given), moments: 40 },
        signal,
      )
      const columns = [
        ['Operation'],
        ['Rate', NUMBER],
        ['Errors', NUMBER],
        ['p50', WIDE],
        ['p95', NUMBER],
        ['p99', WIDE],
        ['Requests', 'wide trend'],
        ['Slowest', WIDE],
      ]
      const rows = items.map((row) => [
        [
          el('a', { class: 'name', href: link('traces', '', { ...more, name: row.name }) }, row.name),
          el('span', { class: 'tag wide' }, row.kind),
        ],
        el('span', { title: `${count(row.requests)} requests` }, perSecond(row.per_second)),
        errors(row),
        duration(row.p50_ms),
        duration(row.p95_ms),
        duration(row.p99_ms),
        bars(row.timeline),
        row.slowest_trace_id === null
          ? '–'
          : el('a', { href: link('trace', row.slowest_trace_id, { range: given.range }) }, duration(row.max_ms)),
      ])
      fill(
        list,
        rows.length > 0
          ? table(columns, rows)
          : el('p', { class: 'nothing' }, 'Nothing came into this service in this time.'),
      )
    },
  }
}
