// `npm run mutate [-- access|redact]`: changes the code of a room in a thousand small ways and sees which of them no test
// notices. Stryker is installed in a cache folder and runs on a copy, so that neither it nor what it changes is ever part
// of this tree. It prepares the code for all changes at once; `mutate-runner.mjs` then runs, in one process and for each
// change, the tests that come by it: a room takes some minutes. Those are all of the room but what starts a process, which
// the first run tells, or runs a thousand times. Prints the score of each room and of its files, and what survived; ends
// with 1 where less than 85 % was noticed.
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
/** The last major that runs on Node 20. */
const PACKAGES = ['@stryker-mutator/core@9.5']
const ROOMS = ['access', 'redact']
const LEAST = 85
/** What only a server can prove; its changes are tried with those tests of the room that name the file, servers and all. */
const WITH_SERVERS = { access: ['src/access/limit-store.ts'], redact: [] }
/** Test files with thousands of runs, or that look at the heap. */
const SLOW = /^(?:properties|memory)\./
/** What tests need besides the room: helpers of other rooms, generated files, files that are read. */
const COPIED = ['src', 'test', 'scripts', 'package.json', 'schema', 'examples']

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: 'string' },
    concurrency: { type: 'string', default: '1' },
    events: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const HELP = `npm run mutate [-- access|redact] [--files GLOB] [--concurrency N]
  Mutation testing of src/access and src/redact; at least ${LEAST} % of what is changed has to turn a test red.
  --files GLOB   only these files of the room, such as 'src/redact/url.ts'
  --events       writes each result at once, for a run that may not come to its end
  Each run leaves its report in reports/<room>.json of the cache folder, and says where.
`

/** A folder with Stryker; half of an install that broke off is not taken for all of it. */
function installed() {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'telltale-ci', 'stryker')
  const mark = join(cache, '.complete')
  if (existsSync(mark) && readFileSync(mark, 'utf8').trim() === PACKAGES.join(' ')) return cache
  const fresh = `${cache}.${process.pid}`
  mkdirSync(fresh, { recursive: true })
  writeFileSync(join(fresh, 'package.json'), '{ "private": true }')
  const flags = ['--prefix', fresh, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { status } = spawnSync('npm', ['install', ...flags, ...PACKAGES], { stdio: 'inherit' })
  if (status !== 0) throw new Error('Stryker could not be installed')
  writeFileSync(join(fresh, '.complete'), PACKAGES.join(' '))
  rmSync(cache, { recursive: true, force: true })
  renameSync(fresh, cache)
  return cache
}

function config({ room, mutate, tests, servers }, stryker, report) {
  return {
    mutate,
    testRunner: 'rooms',
    plugins: [join(ROOT, 'scripts/mutate-runner.mjs')],
    rooms: { tests, servers },
    warnings: { unknownOptions: false },
    // What a change left behind in the process goes with it.
    maxTestRunnerReuse: 400,
    coverageAnalysis: 'perTest',
    concurrency: Number(values.concurrency),
    reporters: ['json', 'dots', ...(values.events ? ['event-recorder'] : [])],
    eventReporter: { baseDir: join(stryker, 'reports', 'events', room) },
    // What stands at the top of a module runs once: a change of it means every test anew, and says little (tables of names).
    ignoreStatic: true,
    jsonReporter: { fileName: report },
    // Beside what the tests took; a slow machine is no endless loop.
    timeoutMS: servers ? 180_000 : 30_000,
    disableTypeChecks: false,
    checkers: [],
    allowConsoleColors: false,
    tempDirName: '.stryker',
  }
}

/** Files of a room in one go, and those that only a server can prove in another. */
function parts(room) {
  const tests = readdirSync(join(ROOT, 'test', room), { recursive: true })
    .filter((file) => file.endsWith('.test.ts') && !SLOW.test(file))
    .map((file) => join('test', room, file))
    .sort()
  const naming = (file) => tests.filter((one) => readFileSync(join(ROOT, one), 'utf8').includes(basename(file)))
  const named = values.files?.split(',')
  const served = WITH_SERVERS[room].filter((file) => named === undefined || named.includes(file))
  const others = named?.filter((file) => !served.includes(file)) ?? [
    `src/${room}/**/*.ts`,
    ...served.map((file) => `!${file}`),
  ]
  return [
    ...(others.length > 0 ? [{ room, mutate: others, tests, servers: false }] : []),
    ...served.map((file) => ({ room, mutate: [file], tests: naming(file), servers: true })),
  ]
}

/** Noticed, missed, and what the share is; changes of what stands at the top of a module are in neither. */
function scoreOf(mutants) {
  const count = (...kinds) => mutants.filter(({ status }) => kinds.includes(status)).length
  const [noticed, missed] = [count('Killed', 'Timeout'), count('Survived', 'NoCoverage')]
  return { noticed, missed, ignored: count('Ignored'), score: (100 * noticed) / Math.max(1, noticed + missed) }
}

function told({ noticed, missed, ignored, score }) {
  return `${score.toFixed(1)} % (${noticed} of ${noticed + missed} noticed, ${ignored} left out)`
}

function survivors(file, mutants) {
  return mutants
    .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
    .map(({ location, mutatorName, replacement, status }) => {
      const place = `${file}:${location.start.line}:${location.start.column}`
      return `${place} ${mutatorName}${status === 'NoCoverage' ? ' (no test comes by)' : ''}: ${(replacement ?? '').replace(/\s+/g, ' ').slice(0, 100)}`
    })
}

function tell(room, reports) {
  const files = reports.flatMap((report) => Object.entries(JSON.parse(readFileSync(report, 'utf8')).files))
  for (const [file, { mutants }] of files) for (const line of survivors(file, mutants)) console.log(line)
  const scores = files
    .map(([file, { mutants }]) => ({ file, ...scoreOf(mutants) }))
    .filter(({ noticed, missed }) => noticed + missed > 0)
    .sort((a, b) => a.score - b.score)
  for (const { file, ...score } of scores) console.log(`${file}: ${told(score)}`)
  const whole = scoreOf(files.flatMap(([, { mutants }]) => mutants))
  console.log(`${room}: ${told(whole)}; ${reports.join(', ')}`)
  return whole.score
}

/** One run of Stryker; its report. */
function run(part, stryker) {
  const work = mkdtempSync(join(tmpdir(), 'telltale-mutate-'))
  try {
    for (const path of COPIED)
      if (existsSync(join(ROOT, path))) cpSync(join(ROOT, path), join(work, path), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(work, 'node_modules'))
    const report = join(stryker, 'reports', `${part.room}${part.servers ? '-servers' : ''}.json`)
    writeFileSync(join(work, 'stryker.config.json'), JSON.stringify(config(part, stryker, report)))
    const program = join(stryker, 'node_modules/@stryker-mutator/core/bin/stryker.js')
    const { status } = spawnSync(process.execPath, [program, 'run', 'stryker.config.json'], {
      cwd: work,
      stdio: 'inherit',
    })
    if (status !== 0) throw new Error(`Stryker ended with ${status}`)
    return report
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

if (values.help) process.stdout.write(HELP)
else {
  const wanted = positionals.length > 0 ? positionals : ROOMS
  const unknown = wanted.filter((room) => !ROOMS.includes(room))
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: only ${ROOMS.join(' and ')}`)
  const stryker = installed()
  const scores = wanted.map((room) =>
    tell(
      room,
      parts(room).map((part) => run(part, stryker)),
    ),
  )
  if (scores.some((score) => score < LEAST)) process.exitCode = 1
}
