/// <reference lib="dom" />
// The panel as people have it: built, served by the console over a store, and shown by a real browser with an empty profile.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, expect } from 'vitest'
import { createConsole } from '../../src/console/console.ts'
import { panelRoutes } from '../../src/console/panel/panel.ts'
import { telemetryRoutes } from '../../src/console/telemetry/routes.ts'
import type { Store } from '../../src/store/store.ts'
import { listening } from '../console/ask.ts'

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

/** Why the browser tests cannot run here; null when they can. Where services are required they run, and fail. */
export const WITHOUT_BROWSER =
  existsSync(CHROMIUM) || process.env['TELLTALE_REQUIRE_SERVICES'] === '1' ? null : `there is no ${CHROMIUM}`

/** For the browser to start, and for what a page waits for: on a machine that does much else, too. */
const PATIENCE_MS = 60_000

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface AxeAnswer {
  violations: { id: string; nodes: { html: string; failureSummary: string }[] }[]
}

const undo: (() => unknown)[] = []

afterAll(async () => {
  for (const work of undo.splice(0).reverse()) await work()
})

function folder(name: string): string {
  const made = mkdtempSync(join(tmpdir(), `telltale-${name}-`))
  undo.push(() => rmSync(made, { recursive: true, force: true, maxRetries: 10 }))
  return made
}

const built = new Map<string, Promise<string>>()

/** The folder of what a hub shows, or a service, as it is now. */
export function builtPages(mode: 'panel' | 'operations'): Promise<string> {
  const known = built.get(mode) ?? build(mode)
  built.set(mode, known)
  return known
}

async function build(mode: string): Promise<string> {
  const outDir = folder(mode)
  const { build: bundle } = await import('vite')
  await bundle({
    configFile: fileURLToPath(new URL('../../ui/vite.config.ts', import.meta.url)),
    mode,
    logLevel: 'error',
    build: { outDir, emptyOutDir: false },
  })
  return outDir
}

/** Address of the panel over this store. */
export async function servePanel(store: Store): Promise<string> {
  const routes = telemetryRoutes(store, { status: () => ({ otlp_endpoint: 'http://127.0.0.1:4318' }) })
  const console = createConsole({ routes: [...routes, ...panelRoutes(await builtPages('panel'))] })
  const server = await listening(createServer((request, response) => console.serve(request, response)))
  undo.push(() => server.close().closeAllConnections())
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}

let browser: Promise<Browser> | undefined

export interface Shown {
  readonly page: Page
  /** Exceptions, errors on the console, refusals of the policy, requests to elsewhere. */
  readonly complaints: string[]
}

/** A page of its own: what it stores, and a clock that is moved, are no other page's. */
export async function show(url: string, width = 1280, theme: 'dark' | 'light' = 'light'): Promise<Shown> {
  browser ??= chromium.launch({ executablePath: CHROMIUM, args: FLAGS.split(' '), timeout: PATIENCE_MS })
  if (undo.every((work) => work !== leave)) undo.push(leave)
  const context = await (await browser).newContext({ timezoneId: 'Etc/UTC' })
  context.setDefaultTimeout(PATIENCE_MS)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin)
      complaints.push(`a request to elsewhere: ${request.url()}`)
  })
  await page.setViewportSize({ width, height: width < 500 ? 780 : 800 })
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
  await page.goto(url)
  return { page, complaints }
}

const leave = async (): Promise<void> => {
  await (await browser)?.close()
}

/** Rules of axe that are broken, with the first place of each; pixels by which the page is wider than the screen. */
export async function faults({ page, complaints }: Shown): Promise<object> {
  await page.evaluate(AXE)
  const broken = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: { run(): Promise<AxeAnswer> } }).axe.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`)
  })
  const wider = await page.evaluate(() => {
    const main = document.querySelector('main')!
    return document.documentElement.scrollWidth - innerWidth + (main.scrollWidth - main.clientWidth)
  })
  return { axe: broken, wider, complaints }
}

export async function expectSound(shown: Shown): Promise<void> {
  expect(await faults(shown)).toEqual({ axe: [], wider: 0, complaints: [] })
}
