// `npm run bench`: telltale beside the OpenTelemetry SDK and prom-client, on real servers and one operation at a time.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const HELP = `npm run bench [-- --quick | --smoke] [--only http,fastify,express,surfaces,viewers,micro] [--node 20,24] [--rounds N]
  (nothing)   everything, and writes docs/benchmarks.md (about half an hour)
  --only …    these rows alone; of a full run, \`surfaces\` brings its part of docs/benchmarks.md up to date,
              one surface is \`surfaces:pg\`
  --quick     fewer rounds and Node as it runs here, under three minutes; writes nothing
  --smoke     each row a few times, to see that all of them run and that spans are counted; judges no speed
`
const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    only: { type: 'string' },
    node: { type: 'string' },
    rounds: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const PLANS = {
  full: {
    rounds: 9,
    requests: 8000,
    warmSeconds: 5,
    paced: { requests: 1500, perSecond: 1000 },
    effort: 1,
    microRounds: 11,
    surfaces: { rounds: 9, passes: 5, warmSeconds: 3, effort: 1 },
    viewers: { rounds: 2, warm: 2, seconds: 60, requests: 8000 },
  },
  quick: {
    rounds: 5,
    requests: 4000,
    warmSeconds: 2,
    paced: { requests: 400, perSecond: 1000 },
    effort: 0.3,
    microRounds: 5,
    surfaces: { rounds: 3, passes: 3, warmSeconds: 0.5, effort: 0.5 },
    viewers: { rounds: 1, warm: 2, seconds: 60, requests: 4000 },
  },
  smoke: {
    rounds: 2,
    requests: 200,
    warmSeconds: 0,
    paced: { requests: 50, perSecond: 500 },
    effort: 0.01,
    microRounds: 2,
    surfaces: { rounds: 1, passes: 1, warmSeconds: 0, effort: 0.02 },
    viewers: { rounds: 1, warm: 0, seconds: 1, requests: 200 },
  },
}

const BENCH = fileURLToPath(new URL('./', import.meta.url))

/** The rivals are installed on first use, and again when their lockfile changed. */
function install() {
  const mark = `${BENCH}node_modules/.package-lock.json`
  if (existsSync(mark) && statSync(mark).mtimeMs >= statSync(`${BENCH}package-lock.json`).mtimeMs) return
  const args = ['ci', '--prefix', BENCH, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { status } = spawnSync('npm', args, { stdio: 'inherit' })
  if (status !== 0) throw new Error('the rivals could not be installed')
}

/** Node's major → its program. */
function nodes() {
  const own = process.versions.node.split('.')[0]
  const all = { [own]: process.execPath, 24: own === '24' ? process.execPath : `${BENCH}node_modules/node24/bin/node` }
  const wanted = options.node?.split(',') ?? (options.quick || options.smoke ? [own] : Object.keys(all))
  return Object.fromEntries(wanted.map((major) => [major, all[major]]))
}

async function main() {
  install()
  const { dist } = await import('../scripts/dist.mjs')
  await dist()
  const { FRAMEWORKS, floorText, microGoals, serverGoals, surfaceGoals, viewerGoals } = await import('./goals.mjs')
  const { canCount, counter } = await import('./harness/instructions.mjs')
  const { internals } = await import('./harness/internals.mjs')
  const { measureMicro, SUBJECTS } = await import('./harness/micro.mjs')
  const { Peer } = await import('./harness/peer.mjs')
  const { measureServers } = await import('./harness/serve.mjs')
  const { measureStartup } = await import('./harness/startup.mjs')
  const { measureSurface } = await import('./harness/surfaces.mjs')
  const { measureViewers } = await import('./harness/viewers.mjs')
  const { page, withSurfaces } = await import('./page.mjs')
  const { ROWS } = await import('./surfaces/rows.mjs')
  const { Servers } = await import('./surfaces/servers.mjs')
  await internals()

  const name = options.smoke ? 'smoke' : options.quick ? 'quick' : 'full'
  const plan = { ...PLANS[name], perf: name === 'full' && canCount() }
  if (options.rounds) plan.rounds = plan.microRounds = plan.surfaces.rounds = Number(options.rounds)
  const all = [...Object.keys(FRAMEWORKS), 'surfaces', 'micro', ...(name === 'quick' ? [] : ['viewers'])]
  const only = options.only?.split(',') ?? all
  const load = await Peer.start(`${BENCH}harness/load.mjs`)
  const sink = await Peer.start(`${BENCH}harness/sink.mjs`)
  const databases = new Servers()
  const servers = {}
  const surfaces = {}
  const micro = {}
  let viewers
  const goals = []
  const say = (rows) => {
    goals.push(...rows)
    for (const { what, goal, found, met, floor } of rows.filter((row) => row.proof || name !== 'smoke')) {
      console.log(`${met ? 'met   ' : 'MISSED'}  ${what}: ${found} (goal ${goal})`)
      if (floor) console.log(`        ${floorText(floor)}`)
    }
  }
  const wanted = Object.keys(ROWS).filter((one) => only.includes('surfaces') || only.includes(`surfaces:${one}`))
  // Started ahead only where nothing is timed: what starts a database takes from what is measured beside it.
  if (name === 'smoke') for (const one of wanted) if (ROWS[one].server) void databases.start(ROWS[one].server)
  try {
    for (const [major, node] of Object.entries(nodes())) {
      for (const framework of Object.keys(FRAMEWORKS).filter((one) => only.includes(one))) {
        const key = `${framework}${major}`
        const results = await measureServers({ framework, node, sink, load, plan, key, major })
        ;(servers[major] ??= {})[framework] = results
        say(serverGoals(Number(major), framework, results))
      }
      for (const subject of wanted) {
        const key = `${subject}${major}`
        const results = await measureSurface({ subject, node, sink, servers: databases, plan: plan.surfaces, key })
        if (results === undefined) {
          if (process.env.TELLTALE_REQUIRE_SERVICES === '1') throw new Error(`${ROWS[subject].server} is not installed`)
          console.log(`left out  ${ROWS[subject].title}, Node ${major}: ${ROWS[subject].server} is not installed`)
          continue
        }
        ;(surfaces[major] ??= {})[subject] = results
        say(surfaceGoals(Number(major), ROWS[subject], results))
      }
      // What is counted is the same on every Node but for some percents, and takes minutes.
      if (only.includes('viewers') && node === process.execPath) {
        const by = name === 'smoke' ? undefined : counter()
        if (by === undefined && name !== 'smoke')
          console.log('left out  what viewers cost: neither perf nor valgrind counts instructions here')
        viewers = await measureViewers({ by, node, sink, load, plan: plan.viewers, key: major })
        say(viewerGoals(major, viewers, by))
      }
      if (!only.includes('micro')) continue
      micro[major] = { startup: measureStartup({ node, rounds: plan.microRounds }) }
      for (const subject of Object.keys(SUBJECTS)) {
        const { microRounds: rounds, effort } = plan
        micro[major][subject] = await measureMicro({ subject, node, sink, rounds, effort, key: `${subject}${major}` })
      }
      say(microGoals(Number(major), micro[major]))
    }
  } finally {
    await Promise.all([load.stop(), sink.stop(), databases.stop()])
  }
  if (options.json) writeFileSync(options.json, JSON.stringify({ servers, surfaces, viewers, micro, goals }, null, 1))
  if (name === 'full' && !options.node && (!options.only || options.only === 'surfaces')) {
    const facts = {
      servers,
      surfaces,
      micro,
      goals,
      rounds: plan.rounds,
      processors: availableParallelism(),
      versions: Object.keys(surfaces),
    }
    const docs = fileURLToPath(new URL('../docs/', import.meta.url))
    mkdirSync(docs, { recursive: true })
    const file = `${docs}benchmarks.md`
    writeFileSync(file, options.only ? withSurfaces(readFileSync(file, 'utf8'), facts) : page(facts))
  }
  const judged = goals.filter((goal) => goal.proof || name !== 'smoke')
  const missed = judged.filter((goal) => !goal.met)
  console.log(
    `\n${judged.length - missed.length} of ${judged.length} ${name === 'smoke' ? 'counts hold' : 'goals met'}`,
  )
  // Only lost spans fail a run: what a busy machine says about speed is for people to read.
  process.exitCode = missed.some((goal) => goal.proof) ? 1 : 0
}

if (options.help) process.stdout.write(HELP)
else await main()
