// `npm run pictures`: takes pictures of the panel's pages while the demo's shop is running, and writes them to docs/pictures.
//   docs/pictures/<page>-<width>-<theme>.png     every page, at three widths, dark and light
// Ports are free ones, so it runs beside a hub or a demo. It needs Chromium (/usr/bin/chromium, or the path in CHROMIUM).
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { dist } from './dist.mjs'
import { compressed } from './png.mjs'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'
/** All pictures together, bytes: they are part of every clone. */
const LIMIT = 4_000_000
const SIZES = [
  { width: 360, height: 780 },
  { width: 1280, height: 800 },
  { width: 2560, height: 1440 },
]
const THEMES = ['light', 'dark']

const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: join(ROOT, 'docs/pictures') },
    seconds: { type: 'string', default: '100' },
    rate: { type: 'string', default: '25' },
    only: { type: 'string' },
  },
})

/** Address of each page, of the hub or `at` the shop's API; `ready` is there when it has its data, `act` is what a reader does first. */
const PAGES = {
  services: { path: '/services', ready: '[role=row] >> text=shop-worker' },
  service: { path: '/services/shop-api', ready: 'main canvas' },
  traces: { path: '/traces', ready: '[role=row][aria-rowindex="2"]' },
  trace: { path: ({ shipped }) => `/traces/${shipped}`, ready: 'text=ship order' },
  failed: {
    path: ({ failed }) => `/traces/${failed}`,
    ready: 'text=charge card',
    // On a phone what a span says covers the waterfall.
    act: (page, { width }) => width >= 1280 && page.getByText('charge card').first().click(),
  },
  logs: { path: '/logs', ready: '.logs-error' },
  metrics: { path: '/explore', ready: 'text=http.server.request.duration' },
  metric: { path: '/explore/http.server.request.duration', ready: 'canvas' },
  map: { path: '/map', ready: 'main >> text=shop-worker' },
  operations: { at: 'api', path: '/console', ready: '#objectives .entry', act: (page) => filled(page) },
}

const undo = []

async function part(name, env) {
  const child = fork(join(ROOT, 'examples/shop', `${name}.mjs`), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  })
  undo.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    const patience = setTimeout(() => child.kill('SIGKILL'), 10_000)
    await gone
    clearTimeout(patience)
  })
  const early = once(child, 'exit').then(([code]) => {
    throw new Error(`${name} ended with ${code} before it was ready`)
  })
  early.catch(() => {})
  const [{ ready }] = await Promise.race([once(child, 'message'), early])
  return ready
}

/** The shop, its hub and its shoppers; resolves with the hub when there is something to see. */
async function openShop() {
  await dist({ panel: true })
  const { startHub } = await import('telltale/hub')
  const hub = await startHub({ port: 0, uiPort: 0 })
  undo.push(() => hub.stop(500))
  const env = {
    HUB: hub.endpoint,
    API_PORT: '0',
    API_ADMIN_PORT: '0',
    WORKER_ADMIN_PORT: '0',
    // What the pictures say must not depend on whose machine takes them.
    OTEL_RESOURCE_ATTRIBUTES: 'host.name=laptop,os.version=6.12',
  }
  const api = await part('api', env)
  await part('worker', { ...env, DATABASE: api.database })
  const { Traffic } = await import('../examples/shop/traffic.mjs')
  const traffic = new Traffic(api.url)
  const flowing = traffic.flow(Number(options.rate))
  undo.push(async () => {
    traffic.stop()
    await flowing
  })
  await sleep(Number(options.seconds) * 1000)
  return { hub, at: { hub: hub.ui, api: api.admin } }
}

const ask = async (hub, path) => (await fetch(`${hub.ui}/api/v1/${path}`)).json()

/** Traces that the pictures show: an order that failed, and one that the worker shipped. */
async function subjects(hub) {
  const { items } = await ask(hub, 'traces?name=POST%20/orders&limit=100')
  const failed = items.find(({ errors, logs }) => errors > 0 && logs > 0)
  const shipped = items.find(({ services, logs }) => services.length > 1 && logs > 0)
  if (!failed || !shipped) throw new Error('no order has failed or none was shipped yet: give it more --seconds')
  return { failed: failed.trace_id, shipped: shipped.trace_id }
}

/** Each card of the operations page has its first answer. */
const filled = (page) => page.waitForFunction(() => document.querySelector('.op-card .busy') === null)

async function take({ hub, at }, context) {
  const told = await subjects(hub)
  const complaints = []
  const page = await context.newPage()
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  let total = 0
  for (const [name, { at: where = 'hub', path, ready, act }] of Object.entries(PAGES)) {
    if (options.only && !options.only.split(',').includes(name)) continue
    const address = typeof path === 'function' ? path(told) : path
    for (const size of SIZES) {
      for (const theme of THEMES) {
        await page.setViewportSize(size)
        await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
        await page.goto(`${at[where]}${address}?from=-5m&window=5m`)
        await page.locator(`${ready} >> visible=true`).first().waitFor({ timeout: 15_000 })
        await act?.(page, size)
        await sleep(600)
        const file = join(options.out, `${name}-${size.width}-${theme}.png`)
        writeFileSync(file, compressed(await page.screenshot()))
        const { size: bytes } = statSync(file)
        total += bytes
        process.stdout.write(`${file.slice(options.out.length + 1).padEnd(28)} ${Math.ceil(bytes / 1024)} KiB\n`)
      }
    }
  }
  process.stdout.write(`${Math.ceil(total / 1024)} KiB together\n`)
  if (complaints.length > 0) throw new Error(`the pages complain:\n${[...new Set(complaints)].join('\n')}`)
  if (total > LIMIT) throw new Error(`more than ${LIMIT} bytes together`)
}

const profile = mkdtempSync(join(tmpdir(), 'telltale-pictures-'))
undo.push(() => rmSync(profile, { recursive: true, force: true, maxRetries: 10 }))
try {
  mkdirSync(options.out, { recursive: true })
  const shop = await openShop()
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: FLAGS.split(' '),
    timezoneId: 'Etc/UTC',
  })
  undo.push(() => context.close())
  await take(shop, context)
} finally {
  for (const work of undo.reverse()) await work()
}
