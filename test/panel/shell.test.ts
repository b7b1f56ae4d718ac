/// <reference lib="dom" />
import { expect, test } from 'vitest'
import { traceUuid } from '../../src/context/correlation.ts'
import { SpanRare } from '../../src/model/span.ts'
import { Store } from '../../src/store/store.ts'
import { batch, log, resource, span, traceHex } from '../store/records.ts'
import { expectSound, servePanel, show, WITHOUT_BROWSER } from './kit.ts'
import { shopOfPanel } from './shop.ts'

const LONG = { timeout: 120_000 }
const browser = test.skipIf(WITHOUT_BROWSER !== null)
const shop = shopOfPanel()
const url = WITHOUT_BROWSER === null ? await servePanel(shop.store) : ''

browser('with nothing yet it shows where to send, and the first service appears by itself', LONG, async () => {
  const store = new Store()
  const shown = await show(`${await servePanel(store)}/`, 360, 'dark')
  const { page } = shown
  await page
    .getByText('OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 node --import telltale/register app.js')
    .waitFor()
  await expectSound(shown)
  store.accept(batch({ resource: resource('first'), spans: [span({ span: 1, start: Date.now() - 50 })] }))
  await page.getByRole('grid', { name: 'Services' }).getByText('first').waitFor()
  await page.close()
})

browser('the palette goes to pages and services, and to the trace in whatever is pasted', LONG, async () => {
  const shown = await show(`${url}/services?from=-5m&live=0`)
  const { page } = shown
  await page.getByRole('grid').waitFor()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('worker')
  await expectSound(shown)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/services/shop-worker?from=-5m&live=0')
  await page.keyboard.press('Control+k')
  await page.keyboard.insertText(`{"level":30,"traceparent":"00-${shop.slowest}-00f067aa0ba902b7-01"}`)
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/traces/${shop.slowest}?from=-5m&live=0&span=00f067aa0ba902b7`)
  await page.close()
})

browser(
  'the palette finds a trace by its correlation id, of a caller or made of the trace id [G-10]',
  LONG,
  async () => {
    const shown = await show(`${url}/services?live=0`)
    const { page } = shown
    await page.getByRole('grid').waitFor()
    const words = [0, 8, 16, 24].map((at) => Number.parseInt(shop.slowest.slice(at, at + 8), 16))
    const uuid = traceUuid(words[0]!, words[1]!, words[2]!, words[3]!)
    await page.keyboard.press('Control+k')
    await page.keyboard.insertText(`x-correlation-id: ${uuid}`)
    await page.getByRole('option', { name: /Trace (now|\d+ \w+ ago)$/ }).waitFor()
    await expectSound(shown)
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/traces/${shop.slowest}?live=0`)
    shop.store.accept(
      batch({
        spans: [
          span({ trace: 9900, span: 9900, start: Date.now() - 500, attributes: ['correlation_id', 'order-4711'] }),
        ],
      }),
    )
    await page.keyboard.press('Control+k')
    await page.keyboard.insertText('order-4711')
    await page.getByRole('option', { name: /Trace (now|\d+ \w+ ago)$/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/traces/${traceHex(9900)}?live=0`)
    await page.goto(`${url}/traces?from=-30d&live=0&correlation_id=${uuid}`)
    await page.getByRole('button', { name: `Remove filter: Correlation id is ${uuid}` }).waitFor()
    await expect.poll(() => page.getByRole('grid', { name: 'Traces' }).getByRole('row').count()).toBe(2)
    await page.close()
  },
)

browser('what is typed right after the palette is called goes into it', LONG, async () => {
  const { page } = await show(`${url}/services`)
  await page.getByRole('grid').waitFor()
  const focused = await page.evaluate(async () => {
    document.body.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true, cancelable: true }),
    )
    await Promise.resolve()
    await Promise.resolve()
    return document.activeElement?.getAttribute('role')
  })
  expect(focused).toBe('combobox')
  await page.close()
})

browser('the help sheet says the keys that are known here, and they do what it says', LONG, async () => {
  const shown = await show(`${url}/services`)
  const { page } = shown
  await page.getByRole('grid').waitFor()
  await page.keyboard.press('?')
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  expect(await sheet.innerText()).toContain('Go to Traces')
  await expectSound(shown)
  await page.keyboard.press('Escape')
  await expect.poll(() => sheet.count()).toBe(0)
  // Both at once: a second stroke that comes late is a stroke of its own.
  await Promise.all([page.keyboard.press('g'), page.keyboard.press('t')])
  await page.waitForURL('**/traces')
  await page.keyboard.press('p')
  await page.waitForURL('**/traces?live=0')
  await page.close()
})

browser('time: chosen, zoned, shifted, all of it in the URL', LONG, async () => {
  const shown = await show(`${url}/traces`)
  const { page } = shown
  await page.getByRole('grid').waitFor()
  await page.keyboard.press('t')
  const panel = page.getByRole('dialog', { name: 'Time range' })
  await expectSound(shown)
  await panel.getByRole('button', { name: '5 min', exact: true }).click()
  await page.waitForURL('**/traces?from=-5m')
  await page.getByRole('button', { name: /^Time: Last 5 min/ }).click()
  await panel.getByRole('button', { name: 'UTC' }).click()
  await page.waitForURL('**/traces?from=-5m&zone=utc')
  const from = new Date(shop.now - 8 * 60_000).toISOString().replace('T', ' ').slice(0, 19)
  const to = new Date(shop.now - 6 * 60_000).toISOString().replace('T', ' ').slice(0, 19)
  await panel.getByLabel('From').fill(to)
  await panel.getByLabel('To').fill(from)
  await panel.getByRole('button', { name: 'Show this time' }).click()
  await panel.getByText('The first must be before the second.').waitFor()
  await panel.getByLabel('From').fill(from)
  await panel.getByLabel('To').fill(to)
  await panel.getByRole('button', { name: 'Show this time' }).click()
  const at = (text: string) => Date.parse(`${text.replace(' ', 'T')}Z`)
  await page.waitForURL(`**/traces?zone=utc&from=${at(from)}&to=${at(to)}`)
  await expect.poll(() => page.getByRole('grid').getByRole('row').count()).toBeGreaterThan(10)
  await page.keyboard.press('[')
  await page.waitForURL(`**/traces?zone=utc&from=${at(from) - 60_000}&to=${at(to) - 60_000}`)
  await page.close()
})

browser('the theme follows the system until one is chosen, which is remembered', LONG, async () => {
  const { page } = await show(`${url}/services`, 1280, 'dark')
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  await page.getByRole('grid').waitFor()
  const dark = await ground()
  await page.getByRole('button', { name: 'Light theme' }).click()
  await expect.poll(ground).not.toBe(dark)
  const light = await ground()
  await page.reload()
  await expect.poll(ground).toBe(light)
  await page.getByRole('button', { name: 'Dark theme' }).click()
  await expect.poll(ground).toBe(dark)
  expect(await page.evaluate(() => localStorage.getItem('telltale.theme'))).toBe(null)
  await page.close()
})

browser('a wrong address says so and leads back', LONG, async () => {
  const { page } = await show(`${url}/services`)
  await page.getByRole('grid').waitFor()
  await page.evaluate(() => {
    history.pushState(null, '', '/nowhere')
    dispatchEvent(new PopStateEvent('popstate'))
  })
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor()
  await page.getByRole('main').getByRole('link', { name: 'Traces' }).click()
  await page.getByRole('grid', { name: 'Traces' }).waitFor()
  await page.close()
})

browser('what hostile services send stays text on every page', LONG, async () => {
  const evil = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
  const store = new Store()
  const now = Date.now()
  const bad = span({
    trace: 7,
    span: 7,
    name: evil,
    start: now - 5000,
    error: evil,
    attributes: [evil, evil, 'url.full', 'javascript:alert(3)'],
  })
  bad.rare ??= new SpanRare()
  bad.rare.events = [{ name: evil, time: now - 4999, attributes: [evil, evil], dropped: 0 }]
  store.accept(
    batch({
      resource: resource(evil, [evil, evil]),
      spans: [bad],
      logs: [log({ time: now - 4000, trace: 7, span: 7, body: evil, attributes: [evil, evil] })],
    }),
  )
  const shown = await show(await servePanel(store))
  const { page } = shown
  const hostile = encodeURIComponent(evil)
  for (const path of [
    '/services',
    `/services/${hostile}`,
    `/traces?name=${hostile}`,
    `/traces/${traceHex(7)}?span=${'7'.padStart(16, '0')}`,
  ]) {
    await page.goto(new URL(path, page.url()).href)
    await page.getByRole('main').getByText('<img src=x').first().waitFor()
    expect(await page.locator('main :is(img, script, [onerror], a[href^="javascript"])').count()).toBe(0)
  }
  expect(shown.complaints).toEqual([])
  await page.close()
})
