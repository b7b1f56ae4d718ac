/// <reference lib="dom" />
import { expect, test } from 'vitest'
import { type Exemplar, Series } from '../../src/model/metric.ts'
import { KIND_CLIENT } from '../../src/model/span.ts'
import { Store } from '../../src/store/store.ts'
import { fillShop } from '../console/telemetry/shop.ts'
import { batch, family, log, resource, span, spanHex, traceHex } from '../store/records.ts'
import { expectSound, servePanel, show, WITHOUT_BROWSER } from './kit.ts'

const LONG = 240_000
const browser = test.skipIf(WITHOUT_BROWSER !== null)

function shop(): { store: Store; now: number } {
  const now = Date.now()
  const store = new Store()
  fillShop(store, now - 600_000, now - 1000, 80)
  return { store, now }
}

/** A histogram with the trace behind one of its measurements. */
function withExemplar(store: Store, now: number): void {
  for (const [i, count] of [0, 40, 80].entries()) {
    const waits = family('checkout.wait', 'histogram', [], {
      bounds: [0.1, 0.5, 1],
      unit: 's',
      help: 'Time that people waited.',
    })
    for (const [plan, share] of [
      ['pro', 1],
      ['free', 3],
    ] as const) {
      const series = new Series(['plan', plan], Float64Array.of(count * share, count, 0, 0), now - 300_000)
      series.count = count * share + count
      series.value = series.count / 10
      series.time = now - 120_000 + i * 50_000
      const exemplar: Exemplar = {
        time: now - 45_000,
        value: 0.42,
        t0: 0,
        t1: 0,
        t2: 0,
        t3: 6,
        s0: 0,
        s1: 501,
        attributes: null,
      }
      if (plan === 'pro') series.exemplars = [exemplar]
      waits.series.push(series)
    }
    store.accept(batch({ resource: resource('shop-api'), series: [waits] }))
  }
}

browser('the map shows who asks whom with links, and its list says the same', { timeout: LONG }, async () => {
  const { store } = shop()
  const url = await servePanel(store)
  const shown = await show(`${url}/map`)
  const { page } = shown
  const worker = page.locator('[data-node="service:shop-worker"]')
  await worker.waitFor()
  expect(
    await page.locator('[data-node]').evaluateAll((all) => all.map((one) => one.getAttribute('data-node'))),
  ).toEqual(['database:postgresql shop', 'service:shop-api', 'service:shop-worker'])
  expect(await page.locator('.map-edge-message').getAttribute('aria-label')).toMatch(
    /^shop-api sends messages to shop-worker: .* 0 % failed, 95 % within 30 ms, 16 requests$/,
  )
  await expectSound(shown)
  // From a node to its neighbour by arrow, and along the link to the page of the service.
  await page.locator('[data-node="service:shop-api"]').focus()
  await page.keyboard.press('ArrowRight')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-node'))).toMatch(
    /^(database|service:shop-worker)/,
  )
  await worker.focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/services\/shop-worker/)
  await page.goBack()
  await page.locator('[data-node="database:postgresql shop"]').click()
  await page.waitForURL(/\/traces\?/)
  await expect
    .poll(() => new URL(page.url()).searchParams.getAll('attribute'))
    .toEqual(['db.system.name="postgresql"', 'db.namespace="shop"'])
  await page.goBack()
  await page.getByRole('button', { name: 'List' }).click()
  const rows = page.getByRole('grid', { name: 'Connections' }).getByRole('row')
  await expect.poll(() => rows.count()).toBe(3)
  await expectSound(shown)
})

for (const [width, theme] of [
  [360, 'dark'],
  [1280, 'dark'],
  [2560, 'light'],
] as const) {
  browser(`logs, metrics and map are sound at ${width} px, ${theme}`, { timeout: LONG }, async () => {
    const { store, now } = shop()
    withExemplar(store, now)
    const url = await servePanel(store)
    for (const [path, ready] of [
      ['/logs', '.logs-line'],
      ['/explore', '[role=gridcell]'],
      ['/explore/checkout.wait?by=plan', '.explore-legend td'],
      ['/explore/checkout.wait?as=heatmap', '.explore-cell'],
      ['/map', '[data-node], [role=gridcell]'],
    ] as const) {
      const shown = await show(url + path, width, theme)
      await shown.page.locator(ready).first().waitFor()
      await expectSound(shown)
      await shown.page.close()
    }
  })
}

browser(
  'lines follow as they are written, wait while one reads, and lead to their trace',
  { timeout: LONG },
  async () => {
    const { store } = shop()
    const url = await servePanel(store)
    const shown = await show(`${url}/logs`)
    const { page } = shown
    const first = page.locator('.logs-line').first()
    await first.waitFor()
    await page.waitForFunction(() => document.querySelectorAll('.logs-line').length > 10)
    const write = (body: string) =>
      store.accept(
        batch({
          resource: resource('shop-api'),
          logs: [log({ body, time: Date.now(), severity: 'error', trace: 6, span: 501, attributes: ['order.id', 7] })],
        }),
      )
    write('the newest line')
    await page.getByText('the newest line').waitFor()
    await page.locator('main').evaluate((main) => main.scrollTo(0, 700))
    await page.waitForFunction(() => document.querySelector('main')!.scrollTop > 600)
    write('a line that waits')
    const pill = page.getByRole('button', { name: '1 new line' })
    await pill.waitFor()
    expect(await page.getByText('a line that waits').count()).toBe(0)
    // Asked again, as every few seconds while it is live: it waits on.
    const answered = page.waitForResponse((response) => response.url().includes('/logs/histogram'))
    await page.keyboard.press('r')
    await answered
    await page.waitForTimeout(300)
    expect([await pill.count(), await page.getByText('a line that waits').count()]).toEqual([1, 0])
    await pill.click()
    await page.getByText('a line that waits').waitFor()
    await page.getByText('a line that waits').click()
    await page.getByRole('link', { name: 'Open the trace' }).first().waitFor()
    await expectSound(shown)
    // An attribute becomes a filter, and a chip that lets go of it.
    await page.getByRole('link', { name: 'Only order.id 7' }).click()
    await page.getByRole('button', { name: 'Remove filter: order.id=7' }).waitFor()
    await page.waitForFunction(() => document.querySelectorAll('.logs-line').length === 2)
    await page.getByText('a line that waits').click()
    await page.locator('.logs-detail').getByRole('link', { name: 'Open the trace' }).click()
    await page.waitForURL(new RegExp(`/traces/${traceHex(6)}\\?.*span=${spanHex(501)}`))
    expect(shown.complaints).toEqual([])
  },
)

browser(
  'lines are narrowed by level, service and text, and an empty list says which filter to let go of',
  { timeout: LONG },
  async () => {
    const { store } = shop()
    const url = await servePanel(store)
    const { page, complaints } = await show(`${url}/logs`)
    const lines = () =>
      page
        .locator('.logs-line')
        .evaluateAll((all) => [...new Set(all.map((one) => one.className.match(/logs-(info|warn|error)/)?.[1]))].sort())
    await page.locator('.logs-warn').first().waitFor()
    await expect.poll(lines).toEqual(['error', 'info', 'warn'])
    await page.getByRole('complementary', { name: 'Narrow' }).getByRole('link', { name: /^warn/ }).click()
    await page.waitForURL(/severity=warn/)
    await page.waitForFunction(() => document.querySelector('.logs-info') === null)
    await expect.poll(lines).toEqual(['error', 'warn'])
    const field = page.getByRole('combobox', { name: 'Filter log lines' })
    await field.fill('no such words')
    await field.press('Enter')
    await page.getByRole('heading', { name: /No log lines .* match these filters/ }).waitFor()
    await page.locator('.empty').getByRole('button', { name: 'Text has no such words' }).click()
    await page.locator('.logs-warn').first().waitFor()
    expect(complaints).toEqual([])
  },
)

browser(
  'a metric is found, grouped by a label, lines are hidden, and an exemplar opens its trace',
  { timeout: LONG },
  async () => {
    const { store, now } = shop()
    withExemplar(store, now)
    const url = await servePanel(store)
    const shown = await show(`${url}/explore`)
    const { page } = shown
    await page.getByRole('searchbox', { name: 'Search metrics' }).fill('people waited')
    await page.getByText('1 of 5').waitFor()
    await page.getByRole('link', { name: /checkout\.wait/ }).click()
    await page.waitForURL(/\/explore\/checkout\.wait/)
    const legend = () => page.locator('.explore-legend tbody th').allInnerTexts()
    await page.locator('.explore-legend tbody tr').nth(2).waitFor()
    await expect.poll(legend).toEqual(['p50', 'p95', 'p99'])
    await page.getByRole('group', { name: 'Show' }).getByRole('button', { name: 'Rate' }).click()
    await page.getByRole('group', { name: 'By' }).getByRole('button', { name: /^plan/ }).click()
    await page.waitForURL(/as=rate&by=plan/)
    await page.waitForFunction(() => document.querySelectorAll('.explore-legend tbody tr').length === 2)
    await expect.poll(legend).toEqual(['free', 'pro'])
    await page.locator('.explore-legend').getByRole('button', { name: 'free' }).click()
    await expect.poll(() => new URL(page.url()).searchParams.getAll('hide')).toEqual(['free'])
    await expectSound(shown)
    await page
      .getByRole('region', { name: 'Exemplars' })
      .getByRole('link', { name: /420 ms/ })
      .click()
    await page.waitForURL(new RegExp(`/traces/${traceHex(6)}`))
    expect(shown.complaints).toEqual([])
  },
)

browser('what is missing is said: nothing at all, or one kind of telemetry', { timeout: LONG }, async () => {
  const nothing = await servePanel(new Store())
  for (const path of ['/logs', '/explore', '/map']) {
    const shown = await show(nothing + path, 360)
    await shown.page.getByRole('heading', { name: 'Waiting for the first telemetry' }).waitFor()
    await expectSound(shown)
    await shown.page.close()
  }
  const store = new Store()
  store.accept(batch({ spans: [span({ span: 1, kind: KIND_CLIENT, start: Date.now() - 1000 })] }))
  const traces = await servePanel(store)
  for (const [path, words] of [
    ['/logs', 'Traces arrive, log lines do not'],
    ['/explore', 'Traces arrive, metrics do not'],
  ] as const) {
    const shown = await show(traces + path)
    await shown.page.getByRole('heading', { name: words }).waitFor()
    await expectSound(shown)
    await shown.page.close()
  }
  const { page } = await show(`${traces}/explore/no.such.metric`)
  await page.getByRole('heading').first().waitFor()
})
