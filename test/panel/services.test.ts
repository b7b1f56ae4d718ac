/// <reference lib="dom" />
import { expect, test } from 'vitest'
import { expectSound, servePanel, show, WITHOUT_BROWSER } from './kit.ts'
import { shopOfPanel } from './shop.ts'

const LONG = { timeout: 120_000 }
const browser = test.skipIf(WITHOUT_BROWSER !== null)
const shop = shopOfPanel()
const url = WITHOUT_BROWSER === null ? await servePanel(shop.store) : ''

browser('services show what the API says, and what got slower in the last minutes comes first', LONG, async () => {
  const shown = await show(`${url}/services?from=-10m&live=0`)
  const { page } = shown
  const grid = page.getByRole('grid', { name: 'Services' })
  await grid.waitFor()
  const { items } = await (await fetch(`${url}/api/v1/services`)).json()
  await expect
    .poll(() => grid.getByRole('row').locator('.service-name > :first-child').allInnerTexts())
    .toEqual(items.map(({ service }: { service: string }) => service))
  const [asked, answered] = await Promise.all([
    page.waitForRequest((request) => request.url().includes('/red?by=service')),
    page.waitForResponse((response) => response.url().includes('/api/v1/red') && response.url().includes('by=service')),
    page.getByRole('button', { name: /Ask again/ }).click(),
  ])
  expect(asked.url()).toContain('moments=')
  const red = await answered.json()
  const api = red.items.find(({ service }: { service: string }) => service === 'shop-api')
  const row = page.getByRole('row', { name: /shop-api/ })
  await expect.poll(() => row.innerText()).toContain(`${Number((api.now.error_rate * 100).toPrecision(3))} %`)

  const worse = page.getByRole('region', { name: /Got worse/ }).getByRole('link')
  await expect.poll(() => worse.first().innerText()).toMatch(/GET \/reports\/:period\s+×/)
  await expectSound(shown)

  await worse.first().click()
  await page.getByRole('grid', { name: 'Traces' }).waitFor()
  await expect
    .poll(() => new URL(page.url()).pathname + new URL(page.url()).search)
    .toBe('/traces?from=-10m&live=0&service=shop-api&route=/reports/:period&order=slowest')
  await page.goBack()
  await row.getByRole('link').click()
  await page.getByRole('grid', { name: 'Operations of shop-api' }).waitFor()
  await expect.poll(() => page.title()).toBe('shop-api · Telltale')
  await page.close()
})

browser('a service shows its operations beside the time before, sorted as the URL says', LONG, async () => {
  const shown = await show(`${url}/services/shop-api?from=-10m&live=0&sort=-change`, 1280, 'dark')
  const { page } = shown
  const grid = page.getByRole('grid', { name: 'Operations of shop-api' })
  await grid.waitFor()
  const names = () => grid.locator('.table-link').allInnerTexts()
  await expect.poll(async () => (await names())[0]).toBe('GET /reports/:period')
  await expect
    .poll(() => grid.getByRole('columnheader', { name: 'Change' }).getAttribute('aria-sort'))
    .toBe('descending')
  await grid.getByRole('button', { name: 'Operation' }).click()
  await grid.getByRole('button', { name: 'Operation' }).click()
  await expect.poll(() => page.url()).toContain('sort=name')
  await expect
    .poll(async () => {
      const all = await names()
      return all.length > 1 && String(all) === String([...all].sort())
    })
    .toBe(true)
  await expectSound(shown)
  await page.close()
})

browser('on a phone services and their operations fit', LONG, async () => {
  const shown = await show(`${url}/services?live=0`, 360, 'dark')
  await shown.page.getByRole('grid', { name: 'Services' }).waitFor()
  await expectSound(shown)
  await shown.page.goto(`${url}/services/shop-api?live=0`)
  await shown.page.getByRole('grid').waitFor()
  await expectSound(shown)
  await shown.page.close()
})

browser('dragging over a chart zooms into the time, by keyboard too, and back leads out again', LONG, async () => {
  const { page } = await show(`${url}/services/shop-api?live=0`)
  const chart = page.getByLabel('Duration. Arrow keys').first()
  // Where it stays.
  await chart.hover()
  const box = (await chart.boundingBox())!
  await page.mouse.move(box.x + box.width * 0.5, box.y + 60)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.7, box.y + 60, { steps: 4 })
  await page.mouse.up()
  await page.waitForURL(/from=\d{13}&to=\d{13}/)
  const chosen = new URL(page.url()).searchParams
  expect(Number(chosen.get('to')) - Number(chosen.get('from'))).toBeLessThan(6 * 60_000)
  await page.goBack()
  await expect.poll(() => new URL(page.url()).search).toBe('?live=0')
  await chart.focus()
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => chart.locator('.chart-tip').innerText()).toMatch(/p95/)
  for (let i = 0; i < 5; i++) await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Enter')
  await page.waitForURL(/from=\d{13}&to=\d{13}/)
  await page.close()
})
