// The goals: release criteria, each met only at the quartile that speaks against us.
import { quartiles } from './harness/quartiles.mjs'
import { SILENT } from './surfaces/rows.mjs'

const FRAMEWORKS = { http: 'node:http', fastify: 'Fastify', express: 'Express' }
/** Added CPU as a part of the OpenTelemetry SDK's, by Node's major. */
const PART_OF_OTEL = {
  20: { http: 1 / 5, fastify: 1 / 8, express: 1 / 8 },
  24: { http: 1 / 8, fastify: 1 / 8, express: 1 / 8 },
}

const number = (value, digits = 2) => (Number.isFinite(value) ? value.toFixed(digits) : '–')
const spread = ({ q1, median, q3 }, digits) =>
  `${number(median, digits)} (${number(q1, digits)} to ${number(q3, digits)})`

/** A goal that a ratio or a value must not exceed: judged at its upper quartile. */
function atMost(what, values, limit, digits = 3) {
  const found = quartiles(values)
  return { what, goal: `≤ ${number(limit, digits)}`, found: spread(found, digits), met: found.q3 <= limit }
}

const SURFACE_PART = 1 / 4

/** A goal for how many times faster we are: judged at its lower quartile. */
function atLeast(what, values, limit) {
  const found = quartiles(values)
  return { what, goal: `≥ ${limit} ×`, found: `${spread(found, 1)} ×`, met: found.q1 >= limit }
}

const each = (list, make) => list.map((value, i) => make(value, i))

export function serverGoals(major, framework, r) {
  const on = `${FRAMEWORKS[framework]}, Node ${major}`
  const added = (variant) => each(r[variant].cpu, (cpu, i) => cpu - r.bare.cpu[i])
  const [als, prom, metrics, otel, ours] = ['als', 'prom', 'metrics', 'otel', 'ours'].map(added)
  const rows = [
    atMost(
      `added CPU as a part of the OpenTelemetry SDK's, ${on}`,
      each(ours, (v, i) => v / otel[i]),
      PART_OF_OTEL[major]?.[framework] ?? 1 / 8,
    ),
    atMost(
      `(ours − idle AsyncLocalStorage) less what prom-client adds, µs a request, ${on}`,
      each(ours, (v, i) => v - als[i] - prom[i]),
      0,
      1,
    ),
    atMost(
      `metrics alone (− idle AsyncLocalStorage) less what prom-client adds, µs a request, ${on}`,
      each(metrics, (v, i) => v - als[i] - prom[i]),
      0,
      1,
    ),
    atMost(
      `memory under load over bare, MB, ${on}`,
      each(r.ours.rss, (v, i) => v - r.bare.rss[i]),
      40,
      0,
    ),
  ]
  if (r.ours.p99.length > 0)
    rows.push(
      atMost(
        `p99 as a part of bare's, ${on}`,
        each(r.ours.p99, (v, i) => v / r.bare.p99[i]),
        1.25,
        2,
      ),
    )
  if (r.ours.instructions.some(Number.isFinite)) {
    const extra = (variant) => each(r[variant].instructions, (n, i) => n - r.bare.instructions[i])
    const parts = extra('otel')
    rows.push(
      atMost(
        `added user instructions as a part of the OpenTelemetry SDK's, ${on}`,
        each(extra('ours'), (v, i) => v / parts[i]),
        PART_OF_OTEL[major]?.[framework] ?? 1 / 8,
      ),
    )
  }
  for (const variant of ['otel', 'ours', 'unshaped'].filter((one) => r[one] !== undefined)) {
    const { sent, spans, counted } = r[variant]
    rows.push({
      what: `spans at the sink, ${variant}, ${on}`,
      goal: String(sent),
      found: String(spans),
      met: counted,
      proof: true,
    })
  }
  return rows
}

/**
 * What of a row is nobody's to save: { text, added: µs, above } of a round each, where `above` is our part when what the floor
 * adds is taken from both sides; undefined where a row has no floor. It is said beside the goal and judges nothing.
 */
export function floorOf(row, r, variant) {
  if (!r.floor) return undefined
  const over = (one, below) => each(r[one].cpu, (cpu, i) => cpu - r[below].cpu[i])
  const rival = r.otel && over('otel', 'floor')
  return {
    text: row.floor,
    added: over('floor', 'bare'),
    above: rival && each(over(variant, 'floor'), (v, i) => v / rival[i]),
  }
}

export function floorText({ text, added, above }) {
  const part = above ? `; part above it ${spread(quartiles(above), 3)}` : ''
  return `of which ${text}: ${spread(quartiles(added), 1)} µs${part}`
}

/** Goals of one surface; its rows have `surface`, and a part of the page of their own. */
export function surfaceGoals(major, row, r) {
  const on = `${row.title}, Node ${major}`
  const added = (variant) => each(r[variant].cpu, (cpu, i) => cpu - r.bare.cpu[i])
  const rows = []
  if (r.otel) {
    const part = (variant) => {
      const goal = atMost(
        `${variant === 'plain' ? 'as it comes, ' : r.plain ? 'with spans, ' : ''}as a part of what ${row.rival} adds, ${on}`,
        each(added(variant), (v, i) => v / added('otel')[i]),
        SURFACE_PART,
      )
      return { ...goal, floor: floorOf(row, r, variant) }
    }
    rows.push(part('ours'))
    if (r.plain) rows.push(part('plain'))
  }
  for (const [variant, { spans, expected, logs, metrics, operations, counted }] of Object.entries(r)) {
    if (SILENT.includes(variant)) continue
    const seen = [
      ['spans at the sink', spans, row.more?.includes(variant) ? `≥ ${expected}` : expected],
      ['log records', logs, operations],
      ['operations counted', metrics, operations],
    ].filter(([, found]) => found !== undefined)
    rows.push({
      what: `${seen.map(([name]) => name).join(', ')}, ${variant}, ${on}`,
      goal: seen.map(([, , goal]) => goal).join(', '),
      found: seen.map(([, found]) => found).join(', '),
      met: counted,
      proof: true,
    })
  }
  return rows.map((one) => ({ ...one, surface: true }))
}

/** Requests a second beside which those who look are judged: a sixth of what one process answers. */
const VIEWED_RATE = 4000

/** `v` as measureViewers has it; where nothing could be counted only the answers are. */
export function viewerGoals(major, v, by) {
  const on = `Node ${major}`
  const rows = [
    {
      what: `answers to three operations pages, ${on}`,
      goal: String(v.asked),
      found: String(v.answered),
      met: v.answered === v.asked,
      proof: true,
    },
  ]
  if (by === undefined) return rows
  const percent = each(v.viewers, (a_second, i) => (100 * a_second) / (VIEWED_RATE * v.request[i]))
  const rate = `${VIEWED_RATE / 1000} 000 requests a second`
  return [
    atMost(`three operations pages: user instructions added to those of ${rate}, %, ${on}`, percent, 2, 2),
    atMost(
      `three operations pages: KB a second, ${on}`,
      v.bytes.map((bytes) => bytes / 1000),
      20,
      1,
    ),
    ...rows,
  ]
}

export function microGoals(major, m) {
  const times = (subject, rival) => each(m[subject][rival], (v, i) => v / m[subject].ours[i])
  const on = `Node ${major}`
  const cpu = (library) => m.scrape[library].map((round) => round.cpu)
  const { ours: begun } = m.startup
  return [
    atLeast(`bound counter, of prom-client's, ${on}`, times('counter-bound', 'prom'), 20),
    atLeast(`bound histogram, of prom-client's, ${on}`, times('histogram-bound', 'prom'), 20),
    atLeast(`counter with labels, of prom-client's, ${on}`, times('counter-labels', 'prom'), 5),
    atLeast(`counter with labels, of OpenTelemetry's, ${on}`, times('counter-labels', 'otel'), 10),
    atLeast(`histogram with labels, of prom-client's, ${on}`, times('histogram-labels', 'prom'), 5),
    atLeast(`histogram with labels, of OpenTelemetry's, ${on}`, times('histogram-labels', 'otel'), 10),
    atLeast(
      `span of five attributes through @opentelemetry/api, of OpenTelemetry's, ${on}`,
      times('api-span', 'otel'),
      6,
    ),
    {
      what: `spans at the sink, both, ${on}`,
      goal: 'all',
      found: m['api-span'].counted ? 'all' : JSON.stringify(m['api-span'].oursSpans),
      met: m['api-span'].counted,
      proof: true,
    },
    atMost(`bytes that a finished span retains, ${on}`, m.retained.ours, 500, 0),
    atLeast(`OTLP protobuf encoding, of otlp-transformer's, ${on}`, times('encode', 'otel'), 6),
    atLeast(
      `scrape of 10 000 series, of prom-client's, ${on}`,
      each(cpu('prom'), (v, i) => v / cpu('ours')[i]),
      5,
    ),
    atMost(
      `longest stop of the event loop in that scrape, ms, ${on}`,
      m.scrape.ours.map((round) => round.stretch),
      5,
      1,
    ),
    atMost(`redaction of a span of twelve attributes, four of them new texts, ns, ${on}`, m.redact.ours, 300, 0),
    atMost(`start-up, ms, ${on}`, begun.ms, 60, 0),
    { what: `files loaded at start-up, ${on}`, goal: '≤ 60', found: String(begun.files), met: begun.files <= 60 },
  ]
}

export { FRAMEWORKS, number, spread }
