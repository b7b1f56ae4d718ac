// The metrics that are held, and one of them as lines over time.
import { ask } from './api.js'
import { lineChart } from './chart.js'
import { el, fill, table } from './dom.js'
import { filters } from './form.js'
import { dot } from './parts.js'
import { link, since } from './place.js'
import { ago, amount, count, valueText } from './words.js'

const SUMS = [
  ['rate', 'rate per second'],
  ['increase', 'increase'],
  ['value', 'as sent'],
]
const LEVELS = [
  ['value', 'value'],
  ['rate', 'change per second'],
]
const SPREADS = [
  ['p50', 'median'],
  ['p75', 'p75'],
  ['p90', 'p90'],
  ['p95', 'p95'],
  ['p99', 'p99'],
  ['mean', 'mean'],
  ['rate', 'observations per second'],
]
const READINGS = {
  counter: SUMS,
  updown: LEVELS,
  gauge: LEVELS,
  histogram: SPREADS,
  exponential: SPREADS,
  summary: [
    ['mean', 'mean'],
    ['rate', 'observations per second'],
  ],
}
const FIRST = {
  counter: 'rate',
  updown: 'value',
  gauge: 'value',
  histogram: 'p95',
  exponential: 'p95',
  summary: 'mean',
}
/** Lines that an eye can tell apart. */
const LINES = 20

export function metricsView(root, place) {
  let { given } = place
  const list = el('div')
  const { form, show } = filters([
    { name: 'text', label: 'Name or description', hint: 'duration', grow: true },
    { name: 'service', label: 'Service', service: true },
  ])
  fill(root, el('h1', null, 'Metrics'), form, list)
  return {
    update(next) {
      given = next.given
      show()
    },
    async refresh(signal) {
      const { items } = await ask('metrics', { text: given.text, service: given.service }, signal)
      const now = Date.now()
      const rows = items.map((row) => [
        [
          el(
            'a',
            { class: 'name', href: link('metrics', row.name, { service: given.service, range: given.range }) },
            row.name,
          ),
          el('span', { class: 'under' }, row.description),
        ],
        el('span', { class: 'tag' }, row.type),
        row.unit,
        count(row.series),
        row.services.map((service) => el('span', { class: 'service' }, dot(service), service)),
        ago(row.last_ms, now),
      ])
      const columns = [
        ['Metric'],
        ['Type', 'wide'],
        ['Unit', 'wide'],
        ['Series', 'number'],
        ['Services', 'wide'],
        ['Seen', 'number wide'],
      ]
      fill(list, rows.length > 0 ? table(columns, rows) : el('p', { class: 'nothing' }, 'No metric matches.'))
    },
  }
}

export function metricView(root, place) {
  let { id: name, given } = place
  const title = el('p', { class: 'under' })
  const fields = el('div')
  const holder = el('div', { class: 'plot' })
  const legend = el('div')
  let form = null
  let answer = null
  fill(
    root,
    el('p', { class: 'path' }, el('a', { href: link('metrics', '', { range: given.range }) }, 'Metrics'), ' /'),
    el('h1', null, name),
    title,
    fields,
    holder,
    legend,
  )

  function draw() {
    const { unit, series, matched, as } = answer
    const counts = as === 'rate' || as === 'increase'
    const per = as === 'rate' ? '/s' : ''
    const spread = ['histogram', 'exponential', 'summary'].includes(answer.type)
    const show = (value) => (value === null ? '–' : amount(value, counts && spread ? '' : unit) + per)
    const shown = series.slice(0, LINES)
    const lines = shown.map(({ points }, i) => ({ colour: `c${i % 10}`, points }))
    const write = (time) => {
      const rows = shown.map((one, i) => [
        [el('i', { class: `dot c${i % 10}` }), el('span', { class: 'labels' }, labels(one, series))],
        show(valueAt(one.points, time)),
        exemplars(one, given),
      ])
      fill(
        legend,
        table([['Series'], [time === null ? 'Last' : 'There', 'number'], ['Traces', 'wide']], rows),
        matched > shown.length &&
          el(
            'p',
            { class: 'quiet' },
            `${count(matched)} series match; the first ${shown.length} are drawn. Narrow it by service or attributes.`,
          ),
      )
    }
    lineChart(holder, lines, { show, point: write })
    write(null)
  }

  const resized = new ResizeObserver(() => answer && draw())
  resized.observe(holder)
  return {
    update(next) {
      given = next.given
      form?.show()
    },
    async refresh(signal) {
      const asked = { service: given.service, attribute: given.attribute, ...since(given), limit: 100 }
      const type =
        answer?.type ??
        (await ask(`metrics/${encodeURIComponent(name)}`, { limit: 1, step_ms: 86_400_000 }, signal)).type
      answer = await ask(`metrics/${encodeURIComponent(name)}`, { ...asked, as: given.as ?? FIRST[type] }, signal)
      if (form === null) {
        const readings = READINGS[type].map(([value, text]) => (value === FIRST[type] ? ['', text] : [value, text]))
        form = filters([
          { name: 'as', label: 'Show', options: readings },
          { name: 'service', label: 'Service', service: true },
          { name: 'attribute', label: 'Attributes', hint: 'http.route=/orders', grow: true },
        ])
        fill(fields, form.form)
      }
      fill(
        title,
        answer.description,
        ' ',
        el('span', { class: 'tag' }, answer.type),
        answer.unit && el('span', { class: 'tag' }, answer.unit),
      )
      draw()
    },
    stop: () => resized.disconnect(),
  }
}

function valueAt(points, time) {
  if (time === null) return points[points.length - 1]?.value ?? null
  let best = null
  for (const point of points)
    if (best === null || Math.abs(point.time_ms - time) < Math.abs(best.time_ms - time)) best = point
  return best?.value ?? null
}

/** What tells it from the others: its attributes, and its service or instance where there are several. */
function labels(one, all) {
  const pairs = Object.entries(one.attributes).map(([key, value]) => [el('b', null, key), `=${valueText(value)} `])
  const services = new Set(all.map(({ service }) => service)).size > 1
  const instances = new Set(all.map(({ instance }) => instance)).size > 1
  return [
    services && [one.service, ' '],
    instances && el('span', { class: 'quiet' }, `${one.instance.slice(0, 8)} `),
    pairs.length > 0 ? pairs : !services && !instances && el('span', { class: 'quiet' }, 'no attributes'),
  ]
}

function exemplars({ exemplars: all }, { range }) {
  return all
    .slice(-3)
    .map(({ trace_id, span_id }) => [
      el('a', { href: link('trace', trace_id, { span: span_id, range }) }, el('code', null, trace_id.slice(0, 8))),
      ' ',
    ])
}
