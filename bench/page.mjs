// docs/benchmarks.md, as a full run writes it.
import { FRAMEWORKS, floorOf, number, spread } from './goals.mjs'
import { quartiles } from './harness/quartiles.mjs'
import { ROWS, SILENT } from './surfaces/rows.mjs'

const NAMES = {
  bare: 'bare server',
  als: 'idle AsyncLocalStorage',
  prom: 'prom-client, three metrics',
  otel: 'OpenTelemetry NodeSDK, HTTP and framework instrumentation, OTLP',
  metrics: 'telltale, metrics and request log alone',
  ours: 'telltale, everything on',
  unshaped: 'telltale, everything on, `express_shapes: false`',
}
const UNITS = { retained: 'bytes a span', encode: 'ns a span', 'api-span': 'ns a span', redact: 'ns a span' }
const LIBRARIES = {
  ours: 'telltale',
  prom: 'prom-client',
  otel: 'OpenTelemetry',
  again: 'telltale, texts that came before',
  signs: 'telltale, a text with signs',
  long: 'telltale, long texts',
}

const table = (head, rows) =>
  `| ${head.join(' | ')} |\n|${head.map(() => '---').join('|')}|\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`

function serverTable(r) {
  const bare = r.bare
  const rows = Object.entries(r).map(([variant, row]) => [
    NAMES[variant],
    spread(quartiles(row.cpu), 1),
    variant === 'bare' ? '' : spread(quartiles(row.cpu.map((v, i) => v - bare.cpu[i])), 1),
    row.p99.length > 0 ? spread(quartiles(row.p99), 2) : '–',
    number(quartiles(row.rss).median, 0),
    row.instructions.some(Number.isFinite) ? number(quartiles(row.instructions).median, 0) : '–',
    row.spans === undefined ? '' : `${row.spans} of ${row.sent}`,
  ])
  return table(['', 'CPU, µs a request', 'added', 'p99, ms', 'RSS, MB', 'user instructions', 'spans at the sink'], rows)
}

function microTable(m) {
  const rows = []
  for (const [subject, result] of Object.entries(m)) {
    if (subject === 'startup') {
      for (const [library, { ms, files }] of Object.entries(result))
        rows.push(['start-up', LIBRARIES[library], `${spread(quartiles(ms), 0)} ms, ${files} files`])
      continue
    }
    for (const [library, rounds] of Object.entries(result)) {
      if (!Array.isArray(rounds)) continue
      if (subject === 'scrape') {
        const cpu = spread(quartiles(rounds.map((round) => round.cpu)), 2)
        rows.push([
          'scrape of 10 000 series',
          LIBRARIES[library],
          `${cpu} ms of CPU, event loop stopped for ${spread(quartiles(rounds.map((x) => x.stretch)), 1)} ms`,
        ])
      } else
        rows.push([subject, LIBRARIES[library], `${spread(quartiles(rounds), 1)} ${UNITS[subject] ?? 'ns a call'}`])
    }
  }
  return table(['subject', 'library', 'median (quartiles)'], rows)
}

const SURFACES = '## Surfaces\n'

function surfaceRows(subject, r) {
  const { title, rival, floor } = ROWS[subject]
  const names = {
    bare: 'without telemetry',
    floor,
    otel: rival,
    ours: r.plain ? 'telltale, with spans' : 'telltale',
    plain: 'telltale, as it comes',
  }
  return Object.entries(r).map(([variant, row]) => {
    const added = (one) => one.cpu.map((v, i) => v - r.bare.cpu[i])
    const mine = added(row)
    const ratio = variant === 'bare' || variant === 'otel' || !r.otel ? null : mine.map((v, i) => v / added(r.otel)[i])
    const above = ratio === null || variant === 'floor' ? undefined : floorOf(ROWS[subject], r, variant)?.above
    return [
      variant === 'bare' ? `**${title}**` : '',
      names[variant],
      spread(quartiles(row.cpu), 1),
      variant === 'bare' ? '' : spread(quartiles(mine), 1),
      ratio === null ? '' : spread(quartiles(ratio), 3),
      above ? spread(quartiles(above), 3) : '',
      SILENT.includes(variant) ? '' : `${row.spans} of ${row.expected}`,
      row.logs === undefined ? '' : `${row.logs} of ${row.operations}`,
      row.metrics === undefined ? '' : `${row.metrics} of ${row.operations}`,
    ]
  })
}

/** The part of the page that `--only surfaces` brings up to date: from its heading to the end. */
function surfacePart({ surfaces, goals, rounds, processors }) {
  const mine = goals.filter((goal) => goal.surface)
  const proofs = mine.filter((goal) => goal.proof)
  const rest = mine.filter((goal) => !goal.proof)
  const met = rest.filter((goal) => goal.met)
  const counted = proofs.every((goal) => goal.met) ? 'all of them did' : 'NOT ALL OF THEM DID'
  let text = `${SURFACES}
One operation of a real driver against a real server, under nothing, under the OpenTelemetry SDK with that driver's own
instrumentation, and under telltale; microseconds of user and system time of the process per operation, delivery included, over
${rounds} rounds on ${processors} processors. Every variant works inside one AsyncLocalStorage of the application, and the operations of a
pass inside one span. A row counts only if the sink received one span for each operation (and one around each pass), and our
metrics counted every operation: ${counted}. "As it comes" is telltale's default, which counts and times operations of databases
and makes no span of them.

Some of what telemetry costs is the driver's own and nobody's to save: a driver that announces its operations on a channel does
work of its own as soon as somebody listens, and a message that must carry a trace has to have a header. That floor is a row
where there is one: who listens does nothing, what is added is a constant. The goal is judged by the whole; beside it stands our
part when what the floor adds is taken from both sides.

${met.length} of ${rest.length} goals are met at the upper quartile.

${table(
  ['added by telltale', 'goal', 'found', '', 'floor, µs', 'part above the floor'],
  rest.map(({ what, goal, found, met, floor }) => [
    what,
    goal,
    found,
    met ? 'met' : '**missed**',
    floor ? spread(quartiles(floor.added), 1) : '',
    floor?.above ? spread(quartiles(floor.above), 3) : '',
  ]),
)}
`
  for (const [major, results] of Object.entries(surfaces)) {
    const rows = Object.entries(results).flatMap(([subject, r]) => surfaceRows(subject, r))
    text += `### Surfaces, Node ${major}\n\n${table(['', '', 'µs an operation', 'added', 'part', 'part above the floor', 'spans at the sink', 'log records', 'operations counted'], rows)}\n`
  }
  return `${text.trimEnd()}\n`
}

/** A page as it is, with another part about surfaces. */
export function withSurfaces(before, facts) {
  const at = before.indexOf(`\n${SURFACES}`)
  return `${(at < 0 ? before : before.slice(0, at)).trimEnd()}\n\n${surfacePart(facts)}`
}

export function page(facts) {
  const { servers, micro, rounds, processors, versions } = facts
  const goals = facts.goals.filter((goal) => !goal.surface)
  const proofs = goals.filter((goal) => goal.proof)
  const rest = goals.filter((goal) => !goal.proof)
  const missed = rest.filter((goal) => !goal.met)
  let text = `# Benchmarks

Written by \`npm run bench\`; do not edit. ${rounds} interleaved rounds on Linux with ${processors} processors, Node ${versions.join(' and ')}.
Servers stay up and are warmed; a figure is the median with its lower and upper quartile over rounds; differences and ratios are
taken within a round, where both sides met the same machine. CPU is user and system time of the server process, what it does to
export included. p99 is measured at a fixed rate of requests, from the moment at which each was due. A row that traces counts only
if the sink received as many SERVER spans as requests were sent: ${proofs.every((goal) => goal.met) ? 'all did' : 'NOT ALL DID'}.

## Goals

${rest.length - missed.length} of ${rest.length} are met at the quartile that speaks against us.

${table(
  ['', 'goal', 'found', ''],
  rest.map(({ what, goal, found, met }) => [what, goal, found, met ? 'met' : '**missed**']),
)}
`
  for (const [major, frameworks] of Object.entries(servers)) {
    for (const [framework, results] of Object.entries(frameworks)) {
      text += `## ${FRAMEWORKS[framework]}, Node ${major}\n\n${serverTable(results)}\n`
    }
  }
  for (const [major, results] of Object.entries(micro))
    text += `## Single operations, Node ${major}\n\n${microTable(results)}\n`
  return withSurfaces(text, facts)
}
