/// <reference lib="dom" />
// Logs, metrics and map with what the demo's shop really sends: its API and its worker as processes of their own, a hub between.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { startHub } from '../../src/hub/hub.ts'
import { dist } from '../house/dist.ts'
import { expectSound, servePanel, show, WITHOUT_BROWSER } from './kit.ts'

const SHOP = new URL('../../examples/shop/', import.meta.url)
const stops: (() => unknown)[] = []
afterAll(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function part(name: string, env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const child: ChildProcess = fork(fileURLToPath(new URL(`${name}.mjs`, SHOP)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  })
  stops.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  })
  const [{ ready }] = (await once(child, 'message')) as [{ ready: Record<string, string> }]
  return ready
}

test.skipIf(WITHOUT_BROWSER !== null)(
  'a failed line leads to its trace and a measurement to its own, with the real data of the demo',
  { timeout: 240_000 },
  async () => {
    await dist()
    const hub = await startHub({ port: 0, uiPort: 0 })
    stops.push(() => hub.stop(500))
    const env = { HUB: hub.endpoint, API_PORT: '0', API_ADMIN_PORT: '0', WORKER_ADMIN_PORT: '0' }
    const api = await part('api', env)
    await part('worker', { ...env, DATABASE: api['database']! })
    const { Traffic } = await import(new URL('traffic.mjs', SHOP).href)
    const traffic = new Traffic(api['url'])
    const flowing = traffic.flow(30)
    stops.push(async () => {
      traffic.stop()
      await flowing
    })
    const url = await servePanel(hub.store)
    const enough = () => {
      const { spans, logs } = hub.query.status().signals
      return (
        spans.held > 200 &&
        logs.held > 200 &&
        hub.query.chart({ name: 'http.server.request.duration' })?.exemplars.length
      )
    }
    while (!enough()) await new Promise((resolve) => setTimeout(resolve, 100))

    const shown = await show(`${url}/?from=-5m`, 1280, 'dark')
    const { page } = shown
    const visit = async (name: string, ready: string): Promise<void> => {
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click()
      await page.locator(ready).first().waitFor()
      await expectSound(shown)
    }
    await page.getByText('shop-worker').first().waitFor()
    await expectSound(shown)
    await visit('Map', '[data-node="service:shop-worker"]')
    expect(
      await page.locator('[data-node]').evaluateAll((all) => all.map((one) => one.getAttribute('data-node'))),
    ).toEqual(['service:shop-api', 'service:shop-worker'])

    // A failed order: its line, its trace, and back to all lines of the trace.
    await visit('Logs', '.logs-error')
    // Paused, so that no line moves away from under the pointer, and failed ones alone, so that one is in sight.
    await page.keyboard.press('p')
    await page.waitForURL(/live=0/)
    await page
      .getByRole('complementary', { name: 'Narrow' })
      .getByRole('link', { name: /^error/ })
      .click()
    await page.waitForURL(/severity=error/)
    await page.locator('.logs-error').first().click()
    const detail = page.locator('.logs-detail')
    const trace = (await detail.locator('dd.mono').first().textContent())!.trim()
    await expectSound(shown)
    await detail.getByRole('link', { name: 'Open the trace' }).click()
    await page.waitForURL(new RegExp(`/traces/${trace}`))
    await page.locator('main').getByText('shop-api').first().waitFor()
    await expectSound(shown)

    // A metric of ours, and the trace behind its highest measurement.
    await visit('Metrics', '[role=gridcell]')
    await page.getByRole('searchbox', { name: 'Search metrics' }).fill('http server request duration')
    await page.getByRole('link', { name: /http\.server\.request\.duration/ }).click()
    const exemplar = page.getByRole('region', { name: 'Exemplars' }).getByRole('link').first()
    await exemplar.waitFor()
    await expectSound(shown)
    await exemplar.click()
    await page.waitForURL(/\/traces\/[0-9a-f]{32}/)
    expect(shown.complaints).toEqual([])
  },
)
