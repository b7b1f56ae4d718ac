/// <reference lib="dom" />
// What people who look cost the service that they look at.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { login, show, WITHOUT_BROWSER } from './kit.ts'
import { openShop, tokenOf } from './shop.ts'

const LONG = { timeout: 240_000 }
const browser = test.skipIf(WITHOUT_BROWSER !== null)
const VIEWERS = 3
const LOOKED_MS = 10_000
const AGGREGATED = [
  '/admin/ops/overview',
  '/console/metrics/traffic',
  '/console/metrics/tenants',
  '/api/v1/admin/telemetry/fleet',
]

interface Cost {
  requests: number
  bytes: number
  /** By address, when what was answered was made. */
  readonly made: Map<string, Set<string>>
}

/** Counts what comes over the wire, heads included. */
async function meter(page: Page, cost: Cost): Promise<void> {
  const wire = await page.context().newCDPSession(page)
  await wire.send('Network.enable')
  wire.on('Network.loadingFinished', ({ encodedDataLength }) => {
    cost.bytes += encodedDataLength
  })
  page.on('response', async (response) => {
    cost.requests++
    const text = await response.text().catch(() => '')
    const at = /"generated_at":"([^"]+)"/.exec(text)?.[1]
    if (at === undefined) return
    const { pathname } = new URL(response.url())
    const made = cost.made.get(pathname) ?? new Set()
    cost.made.set(pathname, made.add(at))
  })
}

browser('three who look on cost at most one aggregation a second, and 20 KB a second', LONG, async () => {
  const shop = await openShop()
  await shop.asks(300)
  const pages: Page[] = []
  for (let i = 0; i < VIEWERS; i++) {
    const { page } = await show(`${shop.url}/console`)
    await login(page, tokenOf.admin())
    await expect.poll(() => page.locator('.op-age').count(), { timeout: 60_000 }).toBeGreaterThan(14)
    pages.push(page)
  }
  // A page that another covers is not seen: in a browser without a screen each believes that it is.
  for (const page of pages) expect(await page.evaluate(() => document.visibilityState)).toBe('visible')
  const cost: Cost = { requests: 0, bytes: 0, made: new Map() }
  for (const page of pages) await meter(page, cost)
  const from = performance.now()
  await shop.asks(200)
  await new Promise((resolve) => setTimeout(resolve, LOOKED_MS))
  const seconds = (performance.now() - from) / 1000
  const { requests, bytes, made } = cost
  // Of the request log, all of it together; the others are not made more often than that each.
  const aggregations = AGGREGATED.reduce((sum, path) => sum + (made.get(path)?.size ?? 0), 0)
  const most = Math.max(...Array.from(made.values(), (moments) => moments.size))
  // All of them were asked in this time.
  expect(requests).toBeGreaterThan(VIEWERS * 5)
  expect([aggregations / seconds <= 1, most / seconds <= 1, bytes / 1000 / seconds < 20]).toEqual([true, true, true])
  for (const page of pages) await page.close()
})
