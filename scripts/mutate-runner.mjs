// Runs the tests of one room for Stryker within one process, some tens of milliseconds for each change of the code. Each
// file is compiled once; its modules are made anew for each test file and each change, so that nothing that a change did
// is remembered. A change counts as noticed only where a test fails that passes right after without it: where it fails
// there too, the process is no longer what it was, and Stryker starts another that tries again. What goes wrong outside
// of a test notices nothing.
import * as childProcess from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import vm from 'node:vm'

const ours = createRequire(import.meta.url)
const theirs = createRequire(ours.resolve('vitest'))
const [PASSED, FAILED] = [0, 1]
const DURATIONS = '.durations.json'
/** Milliseconds of a test that is asked only where no quicker one notices. */
const SLOW = 100
/** The copy whose code is prepared for the changes: known once Stryker has gone there. */
let ROOT = ''

const esbuild = ours('esbuild')
const runner = await import(pathToFileURL(theirs.resolve('@vitest/runner')).href)
const vitest = await standIn()

/** What tests import of vitest, outside of its own workers. */
async function standIn() {
  const from = async (name) => import(pathToFileURL(theirs.resolve(name)).href)
  const [{ fn, spyOn }, matchers, chai] = [await from('@vitest/spy'), await from('@vitest/expect'), await from('chai')]
  chai.use(matchers.JestExtend)
  chai.use(matchers.JestChaiExpect)
  chai.use(matchers.JestAsymmetricMatchers)
  const expect = (value, message) => chai.expect(value, message)
  Object.assign(expect, chai.expect, globalThis[matchers.ASYMMETRIC_MATCHERS_OBJECT])
  expect.poll = polled(expect)
  const { afterAll, afterEach, beforeAll, beforeEach, describe, it, onTestFinished, test } = runner
  const vi = { fn, spyOn }
  return { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, test, vi }
}

/** `expect.poll(what).toBe(…)`: until it holds, or for as long as may be. */
function polled(expect) {
  const asked = (what, wait, not) =>
    new Proxy(
      {},
      {
        get: (_, name) => {
          if (name === 'not') return asked(what, wait, true)
          return async (...given) => {
            for (const until = performance.now() + wait; ; await new Promise((next) => setTimeout(next, 10))) {
              try {
                const of = expect(await what())
                return await (not ? of.not : of)[name](...given)
              } catch (error) {
                if (performance.now() > until) throw error
              }
            }
          }
        },
      },
    )
  return (what, { timeout = 10_000 } = {}) => asked(what, timeout, false)
}

/** Whether something was about to start a process: servers and programs prove other things, and take seconds each time. */
let started = false
const refused = (module) =>
  Object.fromEntries(
    Object.keys(module).map((name) => [
      name,
      () => {
        started = true
        throw new Error('no processes here')
      },
    ]),
  )
/** Nothing of it where servers are what is asked for. */
let REFUSED = { 'node:child_process': refused(childProcess), esbuild: refused(esbuild) }

const compiled = new Map()

function compile(path) {
  const known = compiled.get(path)
  if (known !== undefined) return known
  const { code } = esbuild.transformSync(readFileSync(path, 'utf8'), {
    loader: path.endsWith('.ts') ? 'ts' : 'js',
    format: 'cjs',
    target: 'node20',
    platform: 'node',
    sourcefile: path,
    supported: { 'dynamic-import': false },
    define: {
      'import.meta.url': '__url',
      'import.meta.dirname': '__dirname',
      'import.meta.filename': '__filename',
      TELLTALE_FOLDER: JSON.stringify(join(ROOT, 'dist/esm')),
    },
  })
  const made = vm.runInThisContext(`(function (exports, require, module, __filename, __dirname, __url) {${code}\n})`, {
    filename: path,
  })
  compiled.set(path, made)
  return made
}

/** Modules made anew: two of these share none of ours, and all of other packages. */
function modules() {
  const made = new Map()
  return function load(path) {
    const known = made.get(path)
    if (known !== undefined) return known.exports
    if (path.endsWith('.json')) return JSON.parse(readFileSync(path, 'utf8'))
    const module = { exports: {} }
    made.set(path, module)
    const outside = createRequire(path)
    const require = (name) => {
      if (name === 'vitest') return vitest
      return name.startsWith('.') ? load(resolve(dirname(path), name)) : (REFUSED[name] ?? outside(name))
    }
    compile(path)(module.exports, require, module, path, dirname(path), pathToFileURL(path).href)
    return module.exports
  }
}

const testsOf = (suite) => suite.tasks.flatMap((task) => (task.type === 'suite' ? testsOf(task) : [task]))

function idOf(file, test) {
  const names = [test.name]
  for (let suite = test.suite; suite && suite !== suite.file; suite = suite.suite) names.unshift(suite.name)
  return `${file}#${names.join(' ')}`
}

/** Why a hook, or the file itself, kept the test from being run. */
function brokenAround(test) {
  for (let suite = test.suite ?? test.file; suite; suite = suite.suite ?? (suite === test.file ? null : test.file))
    if (suite.result?.state === 'fail' && suite.result.errors?.length > 0) return suite.result.errors[0]
  return undefined
}

/** Leaves out what is not asked for, and the hooks of a suite of which nothing is. */
function choose(suite, wanted) {
  let some = false
  for (const task of suite.tasks) {
    const chosen = task.type === 'suite' ? choose(task, wanted) : wanted(task)
    if (!chosen) task.mode = 'skip'
    some ||= chosen && task.mode !== 'skip'
  }
  return some
}

/** The tests of one file; `wanted`: by id, null for all. */
async function runFile(file, wanted, { bail, before, after, loaded }) {
  const load = modules()
  let over = false
  const results = await runner.startTests([join(ROOT, file)], {
    config: {
      root: ROOT,
      setupFiles: [],
      passWithNoTests: true,
      allowOnly: false,
      sequence: { shuffle: false, concurrent: false, seed: 1, hooks: 'stack', setupFiles: 'list' },
      maxConcurrency: 1,
      // A machine that does much else is slow: what has no end is told by Stryker's count of steps, or by this.
      testTimeout: 15_000,
      hookTimeout: 60_000,
      retry: 0,
      includeTaskLocation: false,
      tags: [],
      tagsFilter: undefined,
      strictTags: false,
    },
    importFile: (path) => {
      load(path)
      loaded?.()
    },
    onCollected: (files) => {
      if (wanted === null) return
      for (const one of files) choose(one, (test) => wanted.has(idOf(file, test)))
    },
    onBeforeRunTask: (test) => {
      if (over) test.mode = 'skip'
      else before?.(idOf(file, test))
    },
    onAfterRunTask: (test) => {
      after?.()
      if (bail && test.result?.state === 'fail') over = true
    },
  })
  return results.flatMap((one) => {
    return testsOf(one).flatMap((test) => {
      const id = idOf(file, test)
      if (wanted !== null && !wanted.has(id)) return []
      const broken = test.result === undefined || test.result.state === 'skip' ? brokenAround(test) : undefined
      const failed = test.result?.state === 'fail' || broken !== undefined
      if (!failed && test.result?.state !== 'pass') return []
      return [
        {
          id,
          name: id.slice(file.length + 1),
          fileName: join(ROOT, file),
          timeSpentMs: test.result?.duration ?? 0,
          status: failed ? FAILED : PASSED,
          ...(failed && { failureMessage: String((test.result?.errors?.[0] ?? broken)?.message ?? 'failed') }),
        },
      ]
    })
  })
}

class Rooms {
  #files
  #ns = (globalThis.__stryker__ ??= {})
  #took = null

  constructor({ rooms }) {
    this.#files = rooms.tests
    if (rooms.servers) REFUSED = {}
  }

  capabilities() {
    return { reloadEnvironment: true }
  }

  async init() {
    ROOT = process.cwd()
    process.env.NODE_ENV = 'test'
    process.env.VITEST = '1'
    for (const event of ['unhandledRejection', 'uncaughtException']) process.on(event, () => {})
  }

  async dryRun() {
    const ns = this.#ns
    ns.activeMutant = undefined
    const tests = []
    for (const file of this.#files) {
      const left = new Set()
      let [now, inHook] = ['', false]
      const results = await runFile(file, null, {
        bail: false,
        before: (id) => {
          inHook ||= started
          started = false
          now = id
          ns.currentTestId = id
        },
        after: () => {
          if (started) left.add(now)
          started = false
          ns.currentTestId = undefined
        },
      })
      inHook ||= started
      started = false
      // A test that starts a process, or whose hooks do, is left out.
      tests.push(...results.filter(({ id, status }) => !left.has(id) && !(inHook && status === FAILED)))
    }
    writeFileSync(
      join(ROOT, DURATIONS),
      JSON.stringify(Object.fromEntries(tests.map(({ id, timeSpentMs }) => [id, timeSpentMs]))),
    )
    return { status: 'complete', tests, mutantCoverage: ns.mutantCoverage ?? { static: {}, perTest: {} } }
  }

  /** Cheap tests first: most changes are noticed by the first that comes by. */
  #order(ids) {
    this.#took ??= JSON.parse(readFileSync(join(ROOT, DURATIONS), 'utf8'))
    const parts = new Map()
    for (const id of ids ?? Object.keys(this.#took)) {
      const file = id.slice(0, id.indexOf('#'))
      const took = this.#took[id] ?? 0
      const place = `${took > SLOW} ${file}`
      const part = parts.get(place) ?? { file, ids: new Set(), took: 0 }
      part.ids.add(id)
      part.took += took + (took > SLOW ? 1e6 : 0)
      parts.set(place, part)
    }
    return [...parts.values()].sort((a, b) => a.took - b.took)
  }

  async mutantRun({ activeMutant, testFilter, hitLimit }) {
    const ns = this.#ns
    let nrOfTests = 0
    for (const { file, ids } of this.#order(testFilter)) {
      // On from the beginning: what a module makes when it is loaded is changed too. Only steps of tests are counted.
      ns.hitCount = undefined
      ns.hitLimit = hitLimit
      ns.activeMutant = activeMutant.id
      const loaded = () => {
        if (hitLimit !== undefined) ns.hitCount = 0
      }
      const results = await runFile(file, ids, { bail: true, loaded })
      ns.activeMutant = undefined
      nrOfTests += results.length
      if (ns.hitCount > hitLimit) return { status: 'timeout', reason: 'it went on without an end' }
      const failed = results.find(({ status }) => status === FAILED)
      if (failed === undefined) continue
      ns.hitCount = undefined
      const [again] = await runFile(file, new Set([failed.id]), { bail: true })
      if (again?.status !== PASSED) throw new Error(`${failed.id} fails without a change too: ${again?.failureMessage}`)
      return { status: 'killed', killedBy: [failed.id], failureMessage: failed.failureMessage, nrOfTests }
    }
    return { status: 'survived', nrOfTests }
  }

  async dispose() {}
}

const factory = (options) => new Rooms(options)
factory.inject = ['options']
export const strykerPlugins = [{ kind: 'TestRunner', name: 'rooms', factory }]
