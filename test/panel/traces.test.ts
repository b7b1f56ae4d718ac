/// <reference lib="dom" />
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { batch, resource, span } from '../store/records.ts'
import { expectSound, servePanel, show, WITHOUT_BROWSER } from './kit.ts'
import { shopOfPanel } from './shop.ts'

const LONG = { timeout: 120_000 }
const browser = test.skipIf(WITHOUT_BROWSER !== null)
const shop = shopOfPanel()
const url = WITHOUT_BROWSER === null ? await servePanel(shop.store) : ''

browser('the slowest failed order and its log line are four actions away', LONG, async () => {
  const shown = await show(`${url}/traces`)
  const { page } = shown
  const field = page.getByRole('combobox', { name: 'Filter traces' })
  await page.getByRole('grid', { name: 'Traces' }).waitFor()
  await page.keyboard.press('/')
  await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true)
  // Written out it is the status, before a part of a name.
  await page.keyboard.type('error')
  await page.keyboard.press('Enter')
  await field.fill('orders')
  await page.keyboard.press('Enter')
  await page.getByRole('navigation', { name: 'Order' }).getByRole('link', { name: 'Slowest' }).click()
  await expect.poll(() => new URL(page.url()).search).toBe('?status=error&name=orders&order=slowest')
  const grid = page.getByRole('grid', { name: 'Traces' })
  await expect.poll(() => grid.locator('.table-link').first().getAttribute('href')).toContain(shop.slowest)
  await expectSound(shown)
  await grid.locator('.table-link').first().click()
  await page.getByRole('treegrid').getByText('payment failed: the card company is away').waitFor()
  await page.close()
})

browser('the list is what the API says; a chip is let go of by a click, and back brings it again', LONG, async () => {
  const { page } = await show(`${url}/traces?status=error&live=0`)
  const grid = page.getByRole('grid', { name: 'Traces' })
  await grid.waitFor()
  // The very question of the page: a moment later the oldest would have left the time that is asked about.
  const asked = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => name)
      .findLast((name) => name.includes('/api/v1/traces?')),
  )
  const { items } = await (await fetch(asked!)).json()
  const links = () =>
    grid.locator('.table-link').evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).pathname))
  await expect.poll(links).toEqual(items.map(({ trace_id: id }: { trace_id: string }) => `/traces/${id}`))
  await page.getByRole('button', { name: 'Remove filter: Status is error' }).click()
  await expect.poll(() => new URL(page.url()).search).toBe('?live=0')
  await expect.poll(async () => (await links()).length).toBeGreaterThan(items.length)
  await page.goBack()
  await expect.poll(async () => (await links()).length).toBe(items.length)
  await page.close()
})

browser('what matches nothing says which filter to let go of', LONG, async () => {
  const shown = await show(`${url}/traces?service=nobody&live=0`, 360)
  const { page } = shown
  await page.getByRole('heading', { name: 'No traces in the last 15 min match these filters' }).waitFor()
  await expectSound(shown)
  await page.getByRole('button', { name: 'Service is nobody', exact: true }).click()
  await page.getByRole('grid', { name: 'Traces' }).waitFor()
  await expectSound(shown)
  await page.close()
})

browser('a question that the hub does not understand is answered in its words', LONG, async () => {
  const { page } = await show(`${url}/traces?min_duration_ms=soon`)
  await page.getByText('a number of milliseconds, 0 or more').first().waitFor()
  await page.close()
})

browser('the keyboard walks the rows and opens one; what arrives comes on top by itself', LONG, async () => {
  const { page } = await show(`${url}/traces`, 1280, 'dark')
  const grid = page.getByRole('grid', { name: 'Traces' })
  await grid.waitFor()
  shop.store.accept(
    batch({
      resource: resource('shop-api'),
      spans: [span({ trace: 9_000_001, span: 1, name: 'fresh', start: Date.now() - 20 })],
    }),
  )
  await grid.getByRole('link', { name: 'fresh' }).waitFor()
  await expect.poll(() => grid.locator('.table-link').first().innerText()).toBe('fresh')
  await grid.focus()
  await page.keyboard.press('End')
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowDown')
  // Rows are in the page from the next frame on.
  await expect.poll(() => grid.getAttribute('aria-activedescendant')).toBeTruthy()
  const active = await grid.getAttribute('aria-activedescendant')
  const href = await page.locator(`[id="${active}"] a`).getAttribute('href')
  await page.keyboard.press('Enter')
  await page.getByRole('treegrid').waitFor()
  await expect.poll(() => new URL(page.url()).pathname).toBe(href)
  await page.close()
})

browser('a dot of the scatter leads to its trace, by keyboard too', LONG, async () => {
  const { page } = await show(`${url}/traces?status=error&live=0`)
  const chart = page.getByLabel('Duration of each trace. Arrow keys')
  await chart.focus()
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => chart.locator('.chart-tip').innerText()).toContain('POST /orders')
  await page.keyboard.press('Enter')
  await page.getByRole('treegrid').waitFor()
  await expect.poll(() => new URL(page.url()).pathname).toMatch(/^\/traces\/[0-9a-f]{32}$/)
  await page.close()
})

/** Follows a link, and calls `act` in the first task after what it looks for is in the page. */
function atOnce(page: Page, link: string, wanted: string, act: (found: HTMLElement) => unknown): Promise<unknown> {
  const program = `new Promise((resolve) => {
    const look = new MutationObserver(() => {
      const found = document.querySelector(${JSON.stringify(wanted)})
      if (found === null) return
      look.disconnect()
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => resolve((${act})(found))
      port2.postMessage(null)
    })
    look.observe(document.body, { childList: true, subtree: true })
    document.querySelector(${JSON.stringify(link)}).click()
  })`
  return page.evaluate(program)
}

browser('a key that comes as soon as a chart or a trace is there is heard by it', LONG, async () => {
  const { page } = await show(`${url}/services?live=0`)
  await page.getByRole('grid').waitFor()
  await atOnce(page, 'nav a[href^="/traces"]', '.chart', (chart) => {
    chart.focus()
    chart.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }))
  })
  await page.locator('.chart .chart-tip').waitFor()
  const focused = await atOnce(
    page,
    '.table-link',
    '[role=treegrid]',
    (tree) => tree.contains(document.activeElement) || document.activeElement!.outerHTML,
  )
  expect(focused).toBe(true)
  await page.close()
})

browser('ten thousand rows: only those in sight are in the page', LONG, async () => {
  const many = shopOfPanel().store
  for (let i = 0; i < 10_000; i++)
    many.accept(
      batch({ spans: [span({ trace: 100_000 + i, span: 1, name: `many ${i}`, start: shop.now - 60_000 + i })] }),
    )
  const { page } = await show(`${await servePanel(many)}/traces?live=0&name=many`)
  const grid = page.getByRole('grid', { name: 'Traces' })
  await grid.waitFor()
  await grid.focus()
  const rows = async () => {
    await page.keyboard.press('End')
    return grid.locator('.table-body').evaluate((body) => body.clientHeight / 36)
  }
  await expect.poll(rows, { timeout: 60_000 }).toBeGreaterThan(600)
  await expect.poll(() => grid.getByRole('row').count()).toBeLessThan(60)
  await expect.poll(() => grid.getAttribute('aria-rowcount')).toBe('10001')
  await page.close()
})
