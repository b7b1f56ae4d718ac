/// <reference lib="dom" />
// A person with only the address of the hub, and a shop that runs: three questions, each answered in a few actions.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Hub, startHub } from '../../src/hub/hub.ts'
import { dist } from '../house/dist.ts'
import { expectSound, show, WITHOUT_BROWSER } from './kit.ts'

const SHOP = new URL('../../examples/shop/', import.meta.url)
const LONG = { timeout: 120_000 }
const browser = test.skipIf(WITHOUT_BROWSER !== null)
const parts: ChildProcess[] = []
let hub: Hub

async function part<T>(name: string, env: Record<string, string>): Promise<T> {
  const child = fork(fileURLToPath(new URL(`${name}.mjs`, SHOP)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  })
  parts.unshift(child)
  const [{ ready }] = (await once(child, 'message')) as [{ ready: T }]
  return ready
}

beforeAll(async () => {
  if (WITHOUT_BROWSER !== null) return
  await dist({ panel: true })
  hub = await startHub({ port: 0, uiPort: 0 })
  const env = { HUB: hub.endpoint, API_PORT: '0', API_ADMIN_PORT: '0', WORKER_ADMIN_PORT: '0' }
  const api = await part<{ url: string; database: string }>('api', env)
  await part('worker', { ...env, DATABASE: api.database })
  const { Traffic } = (await import(new URL('traffic.mjs', SHOP).href)) as {
    Traffic: new (url: string) => { burst(requests: number): Promise<void> }
  }
  await new Traffic(api.url).burst(150)
  const shipped = () => hub.query.traces({ service: 'shop-worker', limit: 1000 }).items.length > 10
  await vi.waitUntil(shipped, { timeout: 60_000 })
}, 180_000)

afterAll(async () => {
  for (const child of parts) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  await hub?.stop()
}, 60_000)

browser('the slowest failed order and its log line, in five actions', LONG, async () => {
  const { page } = await show(hub.ui)
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Traces' }).click()
  await page.getByRole('combobox', { name: 'Filter traces' }).click()
  await page.getByRole('option', { name: /Status\s*error/ }).click()
  await page.getByRole('navigation', { name: 'Order' }).getByRole('link', { name: 'Slowest' }).click()
  const order = page
    .getByRole('grid', { name: 'Traces' })
    .getByRole('link', { name: /^POST \/orders/ })
    .first()
  const isSlowest = async () => {
    const [slowest] = hub.query.traces({ status: 'error', route: '/orders', order: 'slowest' }).items
    return (await order.getAttribute('href'))?.includes(slowest!.trace_id)
  }
  await expect.poll(isSlowest).toBe(true)
  await order.click()
  await page.getByRole('treegrid').getByText('the payment provider does not answer').first().waitFor()
  await page.close()
})

browser('which service a job of the worker came from, in two actions', LONG, async () => {
  const shown = await show(hub.ui)
  const { page } = shown
  await page
    .getByRole('grid', { name: 'Services' })
    .getByRole('link', { name: /shop-worker/ })
    .click()
  const operations = page.getByRole('grid', { name: 'Operations of shop-worker' })
  await operations
    .getByRole('row', { name: /ship order/ })
    .locator('a.text-link')
    .click()
  const lines = page.getByRole('treegrid').locator('.line-title')
  await lines.first().waitFor()
  expect(await lines.first().innerText()).toContain('shop-api')
  expect(await lines.last().innerText()).toContain('shop-worker')
  await expectSound(shown)
  await page.close()
})

browser('every page of the hub shows the shop, sound at both widths', LONG, async () => {
  for (const [width, theme] of [
    [1280, 'dark'],
    [360, 'light'],
  ] as const) {
    const shown = await show(hub.ui, width, theme)
    for (const [path, ready] of [
      ['/services', 'shop-api'],
      ['/services/shop-api', 'operations'],
      ['/traces', 'GET /products'],
      ['/logs', 'order placed'],
      ['/explore', 'orders_placed'],
      ['/map', 'shop-worker'],
    ] as const) {
      await shown.page.goto(hub.ui + path)
      await shown.page.getByRole('main').getByText(ready).filter({ visible: true }).first().waitFor()
    }
    expect(shown.complaints).toEqual([])
    await shown.page.close()
  }
})
