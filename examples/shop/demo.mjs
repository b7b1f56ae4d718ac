// `npm run demo`: a hub, the shop (API and worker) and its shoppers. `npm run demo -- --check` proves that nothing is lost on
// the way from a request to the hub, the scrape and the request log, and ends with 0 or with what is missing.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { dist } from '../../scripts/dist.mjs'

const HELP = `npm run demo [-- --check] [--requests N] [--rate N] [--seconds N]
  --check      free ports, a fixed number of requests, then compare what each part has seen
  --requests   how many requests the check sends (300)
  --rate       requests a second of the demo (12)
  --seconds    end the demo by itself after so many seconds
`
const { values: options } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    requests: { type: 'string', default: '300' },
    rate: { type: 'string', default: '12' },
    seconds: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

/** Somebody sits before the demo; the check may run on a machine that does much else. */
const DRAIN_MS = options.check ? 60_000 : 10_000

/** One process of the shop; `ready` is what it says once it serves. */
class Part {
  lines = []

  static async start(name, env) {
    const part = new Part()
    part.name = name
    const stdio = ['ignore', 'pipe', 'inherit', 'ipc']
    part.child = fork(fileURLToPath(new URL(`${name}.mjs`, import.meta.url)), {
      stdio,
      env: { ...process.env, ...env },
    })
    // Its log lines go to the hub; the demo keeps the latest for the check and prints none of them.
    part.child.stdout.setEncoding('utf8').on('data', (text) => {
      part.lines.push(...text.split('\n'))
      if (part.lines.length > 5000) part.lines.splice(0, part.lines.length - 5000)
    })
    const ended = once(part.child, 'exit').then(([code]) => {
      throw new Error(`${name} ended with ${code} before it was ready`)
    })
    const [{ ready }] = await Promise.race([once(part.child, 'message'), ended])
    part.ended = ended.catch(() => {})
    return Object.assign(part, ready)
  }

  async ask(ask) {
    this.child.send({ ask })
    const [answer] = await once(this.child, 'message')
    return answer[ask]
  }

  /** Asks it to drain; ends it when it does not in time. False when it had to be ended. */
  async stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return true
    this.child.kill('SIGTERM')
    let drained = true
    const timer = setTimeout(() => {
      drained = false
      this.child.kill('SIGKILL')
    }, DRAIN_MS)
    await this.ended
    clearTimeout(timer)
    return drained
  }
}

async function open(free) {
  const { startHub } = await import('telltale/hub')
  const hub = await startHub(free ? { port: 0, uiPort: 0 } : {})
  const ports = free ? { API_PORT: '0', API_ADMIN_PORT: '0', WORKER_ADMIN_PORT: '0' } : {}
  const parts = []
  const stop = async () => {
    const stuck = []
    for (const part of parts) if (!(await part.stop())) stuck.push(part.name)
    return stuck
  }
  try {
    const env = { HUB: hub.endpoint, HUB_UI: hub.ui, ...ports }
    const api = await Part.start('api', env)
    parts.unshift(api)
    const worker = await Part.start('worker', { ...env, DATABASE: api.database })
    parts.unshift(worker)
    return { hub, api, worker, stop }
  } catch (error) {
    await stop()
    await hub.stop()
    throw error
  }
}

async function demo() {
  const { hub, api, worker, stop } = await open(false)
  const { Traffic } = await import('./traffic.mjs')
  const traffic = new Traffic(api.url)
  process.stdout.write(`
  The hub: traces, metrics and logs   ${hub.ui}
  Operations of the API               ${api.admin}/console
  Operations of the worker            ${worker.admin}/console
  Metrics of both                     ${api.admin}/metrics   ${worker.admin}/metrics
  The shop's API                      ${api.url}/products

  About ${options.rate} requests a second. Ctrl-C drains and ends.
`)
  let ending
  const end = () => {
    ending ??= (async () => {
      process.stdout.write('\n  Draining…\n')
      traffic.stop()
      const stuck = await stop()
      const { signals } = hub.query.status()
      await hub.stop()
      const { spans, logs, points } = signals
      process.stdout.write(
        `  ${traffic.sent} requests, ${spans.accepted} spans, ${logs.accepted} log records, ${points.accepted} points.\n`,
      )
      if (stuck.length > 0) process.stdout.write(`  Did not drain in time: ${stuck.join(', ')}\n`)
      process.exitCode = stuck.length > 0 ? 1 : 0
    })()
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  if (options.seconds) setTimeout(end, Number(options.seconds) * 1000).unref()
  await traffic.flow(Number(options.rate))
  await ending
}

/** A part that hangs must end the check too, and say so. */
const CHECK_MS = 240_000

async function check() {
  const { checkShop } = await import('./check.mjs')
  const shop = await open(true)
  process.exitCode = 1
  let timer
  const late = new Promise((resolve) => {
    timer = setTimeout(() => {
      process.stdout.write(`MISSING  an end: the check did not finish in ${CHECK_MS / 1000} s\n`)
      resolve(false)
    }, CHECK_MS)
  })
  try {
    if (await Promise.race([checkShop(shop, Number(options.requests)), late])) process.exitCode = 0
  } finally {
    clearTimeout(timer)
    const stuck = await shop.stop()
    if (stuck.length > 0) {
      process.stdout.write(`MISSING  a drain: ${stuck.join(', ')} had to be ended\n`)
      process.exitCode = 1
    }
    await shop.hub.stop()
  }
  process.exit()
}

if (options.help) process.stdout.write(HELP)
else {
  await dist({ panel: true })
  await (options.check ? check() : demo())
}
