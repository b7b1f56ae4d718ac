// Surfaces: for each driver one process per variant that stays up. A round is a few passes, in turn over the variants, and
// its figure the median of them; a variant counts only if the sink has the spans that it should have made, and the
// metrics the operations.
import { fileURLToPath } from 'node:url'
import { ROWS, SILENT, VARIANTS } from '../surfaces/rows.mjs'
import { Peer } from './peer.mjs'
import { quartiles } from './quartiles.mjs'

const PROGRAM = fileURLToPath(new URL('../surfaces/program.cjs', import.meta.url))

/**
 * V8 guesses early, from which few objects outlive a collection, what to put among the old ones from then on. Where it guesses
 * wrong each dead operation keeps the next one alive: 3 to 10 µs for one of mysql2, in one process and not in the next, with
 * any telemetry and without. No variant guesses.
 */
const execArgv = ['--no-allocation-site-pretenuring']

/** The rival's queue of log records, widened as that of its spans is. */
const QUEUES = { OTEL_BLRP_MAX_QUEUE_SIZE: '1000000' }

/**
 * Variant → { cpu: µs an operation, one number a round; operations, spans, expected, metrics, counted }; undefined where
 * the server is not installed. plan: { rounds, passes, warmSeconds, effort }.
 */
export async function measureSurface({ subject, node, sink, servers, plan, key }) {
  const row = ROWS[subject]
  const server = row.server && (await servers.start(row.server))
  if (row.server && server === undefined) return undefined
  const n = Math.max(20, Math.round(row.operations * plan.effort))
  const variants = VARIANTS.filter(
    (one) => one === 'bare' || row.spans[one] !== undefined || (one === 'floor' && row.floor),
  )
  const subjects = {}
  const seenOf = async (variant) => {
    const { spans = 0, logs = 0 } = (await sink.ask('counts'))[`${key}-${variant}`] ?? {}
    return { spans, logs }
  }
  try {
    for (const variant of variants) {
      const SINK = `http://127.0.0.1:${sink.port}/${key}-${variant}`
      const env = { ...QUEUES, SINK, OTEL_EXPORTER_OTLP_ENDPOINT: SINK, SERVER: server?.url ?? '' }
      const peer = await Peer.start(PROGRAM, [subject, variant], { node, env, execArgv })
      // What drivers say when they connect may have left spans already.
      const before = { ...(await seenOf(variant)), metrics: await peer.ask('counted') }
      subjects[variant] = { peer, before, passes: 0, cpu: [] }
    }
    const pass = (variant) => {
      subjects[variant].passes++
      return subjects[variant].peer.ask('pass', n)
    }
    for (const variant of variants) {
      const until = performance.now() + plan.warmSeconds * 1000
      do await pass(variant)
      while (performance.now() < until)
    }
    for (let round = 0; round < plan.rounds; round++) {
      const found = Object.fromEntries(variants.map((variant) => [variant, []]))
      for (let i = 0; i < plan.passes * variants.length; i++) {
        // Each turn starts with another variant, so that no one always follows the heaviest.
        const variant = variants[(round + i + Math.floor(i / variants.length)) % variants.length]
        found[variant].push(await pass(variant))
      }
      for (const variant of variants) subjects[variant].cpu.push(quartiles(found[variant]).median)
    }
    const results = {}
    for (const variant of variants) {
      const { peer, before, passes, cpu } = subjects[variant]
      const operations = passes * n
      const seen = await seenOf(variant)
      const spans = seen.spans - before.spans
      // There is one more around each pass.
      const tells = !SILENT.includes(variant)
      const expected = tells ? operations * row.spans[variant] + passes : 0
      const logs = row.logs === undefined || !tells ? undefined : seen.logs - before.logs
      const counted = await peer.ask('counted')
      const metrics = counted === null ? undefined : counted - before.metrics
      const enough = row.more?.includes(variant) ? spans >= expected : spans === expected
      const whole = enough && (metrics ?? operations) === operations && (logs ?? operations) === operations
      results[variant] = { cpu, operations, spans, expected, logs, metrics, counted: whole }
    }
    return results
  } finally {
    await Promise.all(Object.values(subjects).map(({ peer }) => peer.stop()))
  }
}
