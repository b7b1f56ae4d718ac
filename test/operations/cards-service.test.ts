/// <reference lib="dom" />
// What the cards show is what the endpoints of a real service say: a process of its own, records in PGlite, several tenants.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type {
  CardinalityAnswer,
  ExportersAnswer,
  InstrumentationAnswer,
  RuntimeAnswer,
} from '../../src/console/control/answers.ts'
import type { TenantsFigure } from '../../src/console/figures/tenants.ts'
import type { TrafficFigure } from '../../src/console/figures/traffic.ts'
import type { Activity } from '../../src/inventory/activity.ts'
import type { ResourceCounts } from '../../src/inventory/counts.ts'
import type { ResourceDistribution } from '../../src/inventory/distribution.ts'
import { expectSound, show, WITHOUT_BROWSER } from './kit.ts'
import { realService } from './service.ts'

const LONG = { timeout: 240_000 }
const browser = test.skipIf(WITHOUT_BROWSER !== null)
const service = WITHOUT_BROWSER === null ? await realService() : undefined!

if (WITHOUT_BROWSER === null) {
  await service.asks('main', 20)
  await service.asks('main', 2, '/404/1')
  await service.asks('main', 1, '/500/40')
  await service.asks('main', 3, '/301')
  await service.asks('acme', 9, '/200/15')
}

const card = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true })
const texts = (page: Page, title: string, selector: string) => card(page, title).locator(selector).allInnerTexts()
/** The numbers of a text, thousands and units aside. */
const numbers = (text: string) => (text.replaceAll(',', '').match(/\d+(\.\d+)?/g) ?? []).map(Number)
const near = (n: number) => Number(n.toPrecision(n < 1 ? 2 : 3))

browser('traffic shows what the endpoint says of the window that is chosen [H-35]', LONG, async () => {
  const shown = await show(`${service.url}/console?window=5m`)
  const { page } = shown
  const traffic = card(page, 'Traffic')
  await traffic.getByText('35 requests').waitFor()
  const said = await service.answer<TrafficFigure>('/console/metrics/traffic?window=300')
  expect(said).toMatchObject({ sample_count: 35, status_classes: { '2xx': 29, '3xx': 3, '4xx': 2, '5xx': 1 } })
  const { p50, p95, p99 } = said.latency_ms
  const tiles = (await texts(page, 'Traffic', '.tile-value')).map((text) => numbers(text)[0])
  expect(tiles).toEqual([near(p50), near(p95), near(p99), Number((said.error_rate * 100).toPrecision(3))])
  expect((await texts(page, 'Traffic', '.traffic-legend li')).map((text) => numbers(text)[1])).toEqual([29, 3, 2, 1])
  expect(await traffic.getByText(/Nothing is known here of the time before/).count()).toBe(1)
  expect(await traffic.getByText('this instance').getAttribute('title')).toContain('(shop-1)')

  const chart = traffic.getByRole('group', { name: /^p95 duration/ })
  await chart.focus()
  await page.keyboard.press('End')
  const tip = await chart.locator('.chart-tip').innerText()
  expect(tip).toMatch(/^\d\d:\d\d:\d\d to \d\d:\d\d:\d\d\n/)

  const answer = page.waitForResponse((response) => response.url().includes('/traffic?window=900'))
  await traffic.getByRole('button', { name: '15m' }).click()
  await expect.poll(() => new URL(page.url()).searchParams.get('window')).toBe('15m')
  await answer
  await traffic.getByText('35 requests').waitFor()
  await expectSound(shown)
  await page.close()
})

browser('tenants are sorted and found, and one that is chosen is the filter of the traffic [H-36]', LONG, async () => {
  const shown = await show(`${service.url}/console?window=15m`)
  const { page } = shown
  const grid = page.getByRole('grid', { name: 'Tenants' })
  await grid.waitFor()
  const said = await service.answer<TenantsFigure>('/console/metrics/tenants?window=900')
  const rows = async () => (await grid.getByRole('row').allInnerTexts()).slice(1).map((row) => row.split(/\s+/)[0])
  expect(said.tenants.map(({ tenant, resources }) => [tenant, resources])).toEqual([
    ['main', 21],
    ['acme', 4],
  ])
  expect(await rows()).toEqual(['main', 'acme'])
  expect(numbers(await grid.getByRole('row', { name: /main/ }).innerText())[0]).toBe(21)
  expect((await texts(page, 'Tenants', '.tenants-scopes dd')).map((text) => text.trim())).toEqual([
    'this instance',
    'this instance',
  ])
  await grid.getByRole('button', { name: 'Tenant' }).click()
  await grid.getByRole('button', { name: 'Tenant' }).click()
  await expect.poll(rows).toEqual(['acme', 'main'])
  await card(page, 'Tenants').getByRole('searchbox').fill('AC')
  await expect.poll(rows).toEqual(['acme'])
  await grid.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  const traffic = card(page, 'Traffic')
  await traffic.getByText('9 requests').waitFor()
  expect(await traffic.getByRole('combobox', { name: 'Tenant' }).inputValue()).toBe('acme')
  expect(new URL(page.url()).search).toBe('?window=15m&sort=tenant&tenants=AC&tenant=acme')
  await traffic.getByRole('combobox', { name: 'Tenant' }).fill('nobody')
  await page.keyboard.press('Enter')
  await traffic.getByText('No request in the last 15 minutes').waitFor()
  await traffic.getByRole('button', { name: 'Show all tenants' }).last().click()
  await traffic.getByText('35 requests').waitFor()
  await expectSound(shown)
  await page.close()
})

browser('records over time are those of the endpoint, as charts and as a table [H-31]', LONG, async () => {
  const shown = await show(`${service.url}/console?days=7`)
  const { page } = shown
  const counts = card(page, 'Records over time')
  await counts.getByText('21 records').waitFor()
  const said = await service.answer<ResourceCounts>('/console/metrics/resource-counts?days=7')
  const heads = await texts(page, 'Records over time', '.counts-type')
  expect(heads.map((text) => [text.split(/\s/)[0], numbers(text)[0]])).toEqual(
    said.series.map(({ resource_type, total }) => [resource_type, total]),
  )
  expect(await counts.getByText(/Basket has no history/).count()).toBe(1)
  const day = said.window.until
  const orders = counts.getByRole('group', { name: /^Order, in all/ })
  await orders.focus()
  await page.keyboard.press('End')
  await expect.poll(() => orders.locator('.chart-tip').innerText()).toBe(`${day}\n\nIn all\n12`)

  await counts.getByRole('button', { name: 'Per day' }).click()
  const changes = counts.getByRole('group', { name: /^Order, per day/ })
  await changes.focus()
  for (const key of ['End', 'ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key)
  const { date, count } = said.series[0]!.points.at(-3)!
  expect(count).toBe(12)
  await expect.poll(() => changes.locator('.chart-tip').innerText()).toBe(`${date}\n\nChange\n12`)

  await counts.getByRole('button', { name: 'Table' }).click()
  expect(await counts.getByRole('row').allInnerTexts()).toEqual([
    'Type\tIn all\tChange\tLargest of a day',
    `Order\t12\t+12\t+12 ${date}`,
    `Invoice\t7\t+7\t+7 ${date}`,
    `Basket last change\t2\t+2\t+2 ${date}`,
  ])
  await counts.getByRole('button', { name: 'Types' }).click()
  await counts.getByRole('checkbox', { name: /Invoice/ }).uncheck()
  await expect.poll(() => new URL(page.url()).searchParams.get('types')).toBe('Order,Basket')
  await counts.getByText('14 records').waitFor()
  await expectSound(shown)
  await page.close()
})

browser(
  'the week and the types are those of the endpoint; arrows go through the hours [H-33] [H-34]',
  LONG,
  async () => {
    const shown = await show(`${service.url}/console`, 1280, 'dark')
    const { page } = shown
    const week = card(page, 'Activity in the week')
    await week.locator('.op-note').getByText('21 writes').waitFor()
    const said = await service.answer<Activity>('/console/metrics/activity?days=30')
    const cells = await week.locator('td[data-cell]').allInnerTexts()
    expect(cells).toHaveLength(168)
    // Rows begin with Monday.
    expect(cells.map(Number)).toEqual([...said.cells.slice(24), ...said.cells.slice(0, 24)].map(({ count }) => count))
    const { weekday } = said.cells.find(({ count }) => count > 0)!
    const names = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
    const line = week.locator('.activity-said')
    expect(await line.innerText()).toBe(`Busiest: ${names[weekday]} 12:00 to 13:00 UTC: 21 writes 100 %`)
    await week.locator('td[tabindex="0"]').focus()
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => line.innerText()).toBe(`${names[weekday]} 13:00 to 14:00 UTC: 0 writes`)
    await week.getByRole('button', { name: 'Table' }).click()
    const sums = week.locator('tfoot td')
    expect([await sums.nth(12).innerText(), await sums.nth(24).innerText()]).toEqual(['21', '21'])

    const { types } = await service.answer<ResourceDistribution>('/console/metrics/resource-distribution?top=10')
    const bars = async () =>
      (await texts(page, 'Records by type', '.distribution li')).map((text) => [text.split(/\s/)[0], numbers(text)[0]])
    await expect.poll(bars).toEqual(types.map(({ resource_type, count }) => [resource_type, count]))
    await expectSound(shown)
    await page.close()
  },
)

browser('the insides of the process are those of its endpoints', LONG, async () => {
  const shown = await show(`${service.url}/console`)
  const { page } = shown
  const runtime = await service.answer<RuntimeAnswer>('/admin/ops/runtime')
  const insides = card(page, 'Runtime')
  await insides.getByText(`Node ${runtime.node_version.slice(1)}`).waitFor()
  const limit = near(runtime.heap.limit_bytes / 2 ** 30)
  expect(await insides.getByText(`of its limit of ${limit} GiB`).count()).toBe(1)
  expect(await insides.getByRole('meter', { name: 'Heap' }).getAttribute('aria-valuetext')).toContain(`${limit} GiB`)
  expect(await insides.getByText(`of ${runtime.cpu.cores} core`).count()).toBe(1)

  const { exporters } = await service.answer<ExportersAnswer>('/admin/ops/exporters')
  const out = card(page, 'Exporters')
  await out.getByText('does not deliver').first().waitFor()
  expect(await texts(page, 'Exporters', '.exporter h3')).toEqual(exporters.map(({ name, type }) => `${name}\n${type}`))
  await out
    .getByText(/ECONNREFUSED/)
    .first()
    .waitFor()
  expect(await out.locator('.exporter-endpoint').first().innerText()).toBe('http://127.0.0.1:9/v1/traces')

  // The very answer that the page was given: which series there are changes while the process runs.
  const [response] = await Promise.all([
    page.waitForResponse((one) => one.url().includes('/admin/ops/cardinality?top=20')),
    card(page, 'Cardinality').getByRole('button', { name: 'Top 20' }).click(),
  ])
  const { top, limits } = (await response.json()) as CardinalityAnswer
  const metrics = () => texts(page, 'Cardinality', '.cardinality-metric summary .mono')
  await expect.poll(async () => new Set(await metrics())).toEqual(new Set(top.map(({ name }) => name)))
  expect(top).toHaveLength(20)
  expect(limits.series_per_metric).toBe(2000)
  expect(await card(page, 'Cardinality').getByText('at most 2,000 series each').count()).toBe(1)

  const { items } = await service.answer<InstrumentationAnswer>('/admin/ops/instrumentation')
  const seen = card(page, 'Instrumentation')
  for (const [state, title] of [
    ['on', 'On'],
    ['waiting', 'Waiting'],
    ['off', 'Off'],
  ] as const) {
    const wanted = items.filter((item) => item.state === state)
    await seen.getByRole('button', { name: `${title} ${wanted.length}` }).click()
    await expect
      .poll(() => seen.locator('.instrumentation-line b').allInnerTexts())
      .toEqual(expect.arrayContaining(wanted.map((item) => item.title)))
    await expect.poll(() => seen.locator('.instrumentation-item').count()).toBe(wanted.length)
  }
  await expectSound(shown)
  await page.close()
})

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const UUID = '0af76519-16cd-43dd-8448-eb211c80319c'

browser('whatever is pasted leads to its trace, in a tab of its own [G-27]', LONG, async () => {
  const shown = await show(`${service.url}/console`)
  const { page } = shown
  const box = card(page, 'Investigate')
  await box.waitFor()
  expect(await box.getByRole('link', { name: 'dashboard' }).getAttribute('href')).toBe('https://dashboards.example/')
  await page.keyboard.press('/')
  await page.keyboard.insertText(
    `api | {"level":"warn","message":"late","trace_id":"${TRACE}","span_id":"b7ad6b7169203331","correlation_id":"${UUID}"}`,
  )
  await expect
    .poll(async () => (await box.locator('dl > div').allInnerTexts()).map((row) => row.replace(/\s+/g, ' ').trim()))
    .toEqual([
      `Trace ${TRACE} from the field trace_id`,
      'Span b7ad6b7169203331 from the field span_id',
      `Correlation id ${UUID} from the field correlation_id`,
    ])
  expect(await box.getByText('is the trace id, written as a UUID').count()).toBe(1)
  const link = box.getByRole('link', { name: 'Open the trace' })
  expect(await link.getAttribute('rel')).toBe('noopener noreferrer')
  expect(await link.getAttribute('href')).toBe(`https://traces.example/trace/${TRACE}`)
  await expectSound(shown)
  await page.context().route('https://*.example/**', (route) => route.fulfill({ body: 'there' }))
  const [opened] = await Promise.all([page.context().waitForEvent('page'), page.keyboard.press('Enter')])
  await opened.waitForURL(`https://traces.example/trace/${TRACE}`)
  expect(await opened.evaluate(() => opener)).toBe(null)
  await opened.close()

  const field = box.getByRole('textbox')
  await field.fill('x-correlation-id: order-4711')
  const logs = box.getByRole('link', { name: 'Open its log lines' })
  await expect.poll(() => logs.getAttribute('href')).toBe('https://logs.example/?id=order-4711')
  expect(await box.getByRole('link', { name: 'Open the trace' }).count()).toBe(0)
  const [found] = await Promise.all([page.context().waitForEvent('page'), logs.click()])
  await found.close()
  await field.fill('nothing of that kind')
  await box.getByText(/No id in it/).waitFor()
  await page.reload()
  const recent = card(page, 'Investigate').getByRole('region', { name: 'Looked for in this tab' })
  await expect.poll(() => recent.getByRole('listitem').allInnerTexts()).toEqual(['order-4711', TRACE])
  await recent.getByRole('button', { name: TRACE }).click()
  await expect
    .poll(() => box.getByRole('link', { name: 'Open the trace' }).getAttribute('href'))
    .toBe(`https://traces.example/trace/${TRACE}`)
  await recent.getByRole('button', { name: 'Forget' }).click()
  await expect.poll(() => recent.count()).toBe(0)
  await page.close()
})

const SIZES = [
  [360, 'dark', '?activity=table&counts=table&instrumentation=waiting'],
  [360, 'light', '?counts=change'],
  [2560, 'dark', ''],
  [3840, 'light', '?counts=change'],
] as const

test.skipIf(WITHOUT_BROWSER !== null).each(SIZES)(
  'at %i pixels, %s, everything fits%s',
  LONG,
  async (width, theme, query) => {
    const shown = await show(`${service.url}/console${query}`, width, theme)
    const { page } = shown
    for (const title of [
      'Traffic',
      'Records over time',
      'Activity in the week',
      'Runtime',
      'Cardinality',
      'Instrumentation',
    ])
      await card(page, title).locator('time.op-age').waitFor()
    await page.getByRole('textbox', { name: /^Paste/ }).fill(`00-${TRACE}-b7ad6b7169203331-01`)
    await expectSound(shown)
    await page.close()
  },
)
