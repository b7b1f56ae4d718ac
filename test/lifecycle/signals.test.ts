import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'

// Real processes: what a signal does can only be seen from outside.
const lifecycle = new URL('../../src/lifecycle/lifecycle.ts', import.meta.url).href
const signals = new URL('../../src/lifecycle/signals.ts', import.meta.url).href

/** Sends the signal when it is up, and again when it has said `then`. */
async function run(body: string, signal?: NodeJS.Signals, then?: string) {
  const program = `
    import { Lifecycle } from ${JSON.stringify(lifecycle)}
    import { watchErrors, watchSignals } from ${JSON.stringify(signals)}
    const say = (text) => process.stdout.write(text + '\\n')
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref())
    const lifecycle = new Lifecycle()
    lifecycle.onStop('traces', 40, async () => { say('stopping'); await sleep(30); say('stopped') })
    const flush = async () => { say('flushing'); await sleep(30); say('flushed') }
    const unwatch = watchSignals({ stop: () => lifecycle.stop(), flush })
    ${body}
    say('up')
  `
  const child = spawn(process.execPath, ['--import', loader, '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  let first = false
  let second = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    if (signal === undefined) return
    if (!first && out.includes('up\n')) first = child.kill(signal)
    if (then !== undefined && !second && out.includes(`${then}\n`)) second = child.kill(signal)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const [code, by] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { out: out.trim().split('\n'), end: by ?? code, err }
}

// Node 20 runs no TypeScript by itself: esbuild turns each file as it is loaded.
const loader = `data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module'
  register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(`
    import { readFile } from 'node:fs/promises'
    import { fileURLToPath } from 'node:url'
    import { transform } from ${JSON.stringify(import.meta.resolve('esbuild'))}
    export async function load(url, context, next) {
      if (!url.endsWith('.ts')) return next(url, context)
      const { code } = await transform(await readFile(fileURLToPath(url), 'utf8'), { loader: 'ts' })
      return { format: 'module', source: code, shortCircuit: true }
    }
  `)}))
`)}`

const alive = 'setInterval(() => {}, 1000)'

test('if our SIGTERM listener is the only one, everything stops and the process dies by the signal [H-23]', async () => {
  const { out, end } = await run(alive, 'SIGTERM')
  expect([out, end]).toEqual([['up', 'stopping', 'stopped'], 'SIGTERM'])
})

test('SIGINT likewise', async () => {
  const { out, end } = await run(alive, 'SIGINT')
  expect([out, end]).toEqual([['up', 'stopping', 'stopped'], 'SIGINT'])
})

test('beside a listener of the application we only flush: the end of the process is the application’s', async () => {
  const { out, end } = await run(
    `${alive}; process.on('SIGTERM', () => { say('mine'); setTimeout(() => process.exit(7), 100) })`,
    'SIGTERM',
  )
  expect([out, end]).toEqual([['up', 'flushing', 'mine', 'flushed'], 7])
})

test('a `once` listener of the application counts too, registered before ours or after', async () => {
  const { out, end } = await run(
    `unwatch(); process.once('SIGTERM', () => { say('mine'); setTimeout(() => process.exit(7), 100) }); watchSignals({ stop: () => lifecycle.stop(), flush }); ${alive}`,
    'SIGTERM',
  )
  expect([out, end]).toEqual([['up', 'flushing', 'mine', 'flushed'], 7])
})

test('a second signal during the stop ends the process at once', async () => {
  const { out, end } = await run(
    `lifecycle.onStop('slow', 50, () => { say('slow'); return new Promise(() => {}) }, 600_000); ${alive}`,
    'SIGTERM',
    'slow',
  )
  expect([out, end]).toEqual([['up', 'stopping', 'stopped', 'slow'], 'SIGTERM'])
})

test('a process that ends by itself flushes once on the way, with its own exit code', async () => {
  const { out, end } = await run('process.exitCode = 3')
  expect([out, end]).toEqual([['up', 'flushing', 'flushed'], 3])
})

test('an uncaught error is seen and still ends the process as it would have: monitor only', async () => {
  const { out, end, err } = await run(
    `watchErrors((error, origin) => say(origin + ': ' + error.message)); setTimeout(() => { throw new Error('boom') }, 10)`,
  )
  expect([out, end, err.includes('Error: boom')]).toEqual([['up', 'uncaughtException: boom'], 1, true])
})

test('an unhandled rejection likewise', async () => {
  const { out, end } = await run(
    `watchErrors((error, origin) => say(origin + ': ' + error.message)); Promise.reject(new Error('boom'))`,
  )
  expect([out, end]).toEqual([['up', 'unhandledRejection: boom'], 1])
})
