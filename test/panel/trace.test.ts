/// <reference lib="dom" />
import { expect, test } from 'vitest'
import { Store } from '../../src/store/store.ts'
import { batch, log, resource, span, spanHex, traceHex } from '../store/records.ts'
import { expectSound, servePanel, show, WITHOUT_BROWSER } from './kit.ts'
import { shopOfPanel } from './shop.ts'

const LONG = { timeout: 120_000 }
const browser = test.skipIf(WITHOUT_BROWSER !== null)
const shop = shopOfPanel()
const url = WITHOUT_BROWSER === null ? await servePanel(shop.store) : ''
const spanId = (trace: string, n: number) => spanHex(Number.parseInt(trace, 16) * 10 + n)

browser('a failed trace shows its spans, its log line inline, and the details that the URL names', LONG, async () => {
  const shown = await show(`${url}/traces/${shop.slowest}`)
  const { page } = shown
  const tree = page.getByRole('treegrid', { name: 'Spans' })
  await tree.waitFor()
  const trace = await (await fetch(`${url}/api/v1/traces/${shop.slowest}`)).json()
  await expect
    .poll(() => tree.locator('.line-title').allInnerTexts())
    .toEqual(trace.tree.map(({ name, service }: { name: string; service: string }) => `${name}${service}`))
  await expect
    .poll(() => tree.locator('.line-words').allInnerTexts())
    .toEqual(['payment failed: the card company is away'])
  await expectSound(shown)
  await page.keyboard.press('e')
  await page.getByRole('complementary', { name: 'Span POST /orders' }).waitFor()
  await expect.poll(() => new URL(page.url()).searchParams.get('span')).toBe(spanId(shop.slowest, 0))
  await page.getByText('the card company is away', { exact: true }).waitFor()
  await expectSound(shown)
  await page.keyboard.press('Escape')
  await expect.poll(() => new URL(page.url()).search).toBe('')
  await page.goBack()
  await page.getByRole('complementary', { name: 'Span POST /orders' }).waitFor()
  await page.close()
})

browser('a line of the first millisecond has its moment at the left edge, whole', LONG, async () => {
  const store = new Store()
  const start = Math.floor(Date.now()) - 60_000
  const spans = [span({ trace: 9, span: 90, start: start + 0.6, took: 50 })]
  const logs = [
    log({ time: start, trace: 9, span: 90, body: 'begins' }),
    log({ time: start - 5, trace: 9, span: 90, body: 'was before' }),
  ]
  store.accept(batch({ resource: resource('early'), spans, logs }))
  const { page } = await show(`${await servePanel(store)}/traces/${traceHex(9)}`)
  const line = page.getByRole('row').filter({ hasText: 'begins' })
  await line.waitFor()
  expect(await line.locator('.line-moment').innerText()).toBe('0 ms after the start')
  const [dot, time] = [await line.locator('.line-moment').boundingBox(), await line.locator('.line-time').boundingBox()]
  expect(dot!.x).toBe(time!.x)
  expect(await page.getByRole('row').filter({ hasText: 'was before' }).locator('.line-moment').count()).toBe(0)
  await page.close()
})

browser('a job leads to the order that it came from, and the order to its job', LONG, async () => {
  const { page } = await show(`${url}/traces/${shop.job}`)
  await page
    .getByRole('list', { name: 'Linked traces' })
    .getByRole('link', { name: /shop-api\s+POST \/orders/ })
    .click()
  await page.waitForURL(new RegExp(`/traces/${shop.order}\\?span=${spanId(shop.order, 0)}`))
  await page
    .getByRole('complementary')
    .getByRole('link', { name: /shop-worker\s+ship order/ })
    .click()
  await page.waitForURL(new RegExp(`/traces/${shop.job}`))
  await page.close()
})

browser('the keyboard walks, folds and unfolds; what is folded is in the URL', LONG, async () => {
  const { page } = await show(`${url}/traces/${shop.order}?logs=0`)
  const tree = page.getByRole('treegrid')
  await tree.waitFor()
  await tree.focus()
  await page.keyboard.press('Home')
  await expect.poll(() => tree.getByRole('row').count()).toBe(2)
  await page.keyboard.press('ArrowLeft')
  await expect.poll(() => tree.getByRole('row').count()).toBe(1)
  await expect.poll(() => new URL(page.url()).searchParams.get('fold')).toBe(spanId(shop.order, 0))
  await expect.poll(() => tree.getByRole('row').getAttribute('aria-expanded')).toBe('false')
  await page.reload()
  await tree.waitFor()
  await expect.poll(() => tree.getByRole('row').count()).toBe(1)
  await tree.focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await expect.poll(() => new URL(page.url()).searchParams.get('span')).toBe(spanId(shop.order, 1))
  await page.close()
})

browser('a thousand spans: few are in the page, a search finds the one that is meant', LONG, async () => {
  const shown = await show(`${url}/traces/${shop.long}`, 1280, 'dark')
  const { page } = shown
  const tree = page.getByRole('treegrid')
  await tree.waitFor()
  await expect.poll(() => tree.getAttribute('aria-rowcount')).toBe('1000')
  await expect.poll(() => tree.getByRole('row').count()).toBeLessThan(60)
  await page.getByRole('textbox', { name: 'Find in this trace' }).fill('needle')
  await page.keyboard.press('Enter')
  await page.getByRole('complementary', { name: 'Span the needle' }).waitFor()
  const row = tree.getByRole('row', { selected: true })
  await expect.poll(() => row.innerText()).toContain('the needle')
  // It comes into sight with the next frame.
  const inSight = async () => {
    const { y } = (await row.boundingBox())!
    return y > 150 && y < 790
  }
  await expect.poll(inSight).toBe(true)
  await expectSound(shown)
  await page.getByRole('button', { name: '1 failed', exact: true }).click()
  await page.getByText('it broke here').first().waitFor()
  await page.close()
})

browser('on a phone the details are a sheet over the trace', LONG, async () => {
  const shown = await show(`${url}/traces/${shop.slowest}`, 360)
  const { page } = shown
  await page.getByRole('treegrid').getByText('POST /orders').click()
  const sheet = page.getByRole('complementary')
  await sheet.waitFor()
  const box = (await sheet.boundingBox())!
  expect([box.x, Math.round(box.width), Math.round(box.y + box.height)]).toEqual([0, 360, 780])
  await expectSound(shown)
  await sheet.getByRole('button', { name: 'Close the details' }).click()
  await expect.poll(() => sheet.count()).toBe(0)
  await expectSound(shown)
  await page.close()
})

browser('a trace that is not here says so', LONG, async () => {
  const { page } = await show(`${url}/traces/${'f'.repeat(32)}`)
  await page.getByRole('heading', { name: 'This trace is not here' }).waitFor()
  await page.close()
})
