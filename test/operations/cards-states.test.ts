/// <reference lib="dom" />
// What cards say when there is nothing, too much, or no answer: each for itself, and never a number that nobody knows.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import {
  activity,
  cardinality,
  counts,
  distribution,
  exporters,
  figures,
  quiet,
  runtime,
  tenants,
} from './cards-sample.ts'
import { expectSound, type Fake, fakeService, Refusal, showTo, WITHOUT_BROWSER } from './kit.ts'
import { admin } from './sample.ts'

const LONG = { timeout: 180_000 }
const browser = test.skipIf(WITHOUT_BROWSER !== null)

const serviceWith = (answers: Parameters<typeof fakeService>[0] = {}): Promise<Fake> =>
  fakeService({ ...admin(), ...figures(), ...answers })

const card = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true })

/** Each card is answered for itself: one that shows its figures says nothing of the next. */
async function answered(page: Page, ...titles: string[]): Promise<void> {
  for (const title of titles) await card(page, title).locator('time.op-age').waitFor()
}

browser('what is near or beyond its limit is marked, and whose numbers these are is said', LONG, async () => {
  const shown = await showTo(await serviceWith(), 'admin', 1280, 'dark')
  const { page } = shown
  const runtimeCard = card(page, 'Runtime')
  await answered(page, 'Runtime', 'Exporters', 'Cardinality', 'Instrumentation', 'Tenants')
  expect(await runtimeCard.locator('.runtime-value.bad').allInnerTexts()).toEqual([
    '95 % busy',
    '700 MiB used',
    '950 MiB RSS',
    '12 s of the last minute',
  ])
  const out = card(page, 'Exporters')
  expect(await out.getByText('13 dropped').count()).toBe(1)
  expect(await out.getByText('(12 queue full, 1 not encodable)').count()).toBe(1)
  expect(await out.getByText('3 lost').count()).toBe(1)
  expect(await out.getByText('15 MiB of 16 MiB wait').count()).toBe(1)
  expect(await out.getByText(/was taken in part, .* delivered since/).count()).toBe(1)
  expect(await out.locator('.badge').allInnerTexts()).toEqual([
    'this instance',
    'delivers',
    'does not tell',
    'cannot be loaded',
  ])
  const families = card(page, 'Cardinality')
  expect(await families.getByText('4,711 recordings overflowed').first().isVisible()).toBe(true)
  await families.getByText('http_request_duration_seconds').click()
  expect(
    await families
      .getByRole('list', { name: /^Labels/ })
      .getByRole('listitem')
      .allInnerTexts(),
  ).toEqual(['http_route 1,900 values', 'http_request_method 4 values'])
  await families.getByText('Refused', { exact: true }).click()
  expect(await families.getByText('other labels than declared').isVisible()).toBe(true)
  const seen = card(page, 'Instrumentation')
  expect(await seen.getByText('mode no-span').count()).toBe(1)
  expect(await seen.getByText('trace is taken by NodeTracerProvider').count()).toBe(1)
  expect(await seen.getByText('not installed: grpc').count()).toBe(1)
  expect(
    (await card(page, 'Tenants').locator('.tenants-scopes dd').allInnerTexts()).map((text) => text.trim()),
  ).toEqual(['whole service', 'this instance'])
  await expectSound(shown)
  await page.close()
})

browser('where nothing is configured a card says what to configure', LONG, async () => {
  const fake = await serviceWith({
    '/console/metrics/traffic': quiet,
    '/console/metrics/tenants': () => tenants(0),
    '/console/metrics/resource-counts': () => counts([]),
    '/console/metrics/activity': () => activity(() => 0),
    '/console/metrics/resource-distribution': () => distribution([]),
    '/admin/ops/exporters': () => exporters({ exporters: [] }),
    '/admin/ops/cardinality': () => cardinality({ series: 0, top: [] }),
    '/admin/ops/runtime': () =>
      runtime({ event_loop: null, event_loop_reason: 'system metrics are off', gc: null, gc_reason: 'nobody watches' }),
  })
  const shown = await showTo(fake, 'admin')
  const { page } = shown
  await card(page, 'Traffic').getByText('No request in the last hour').waitFor()
  await card(page, 'Tenants').getByText('No tenant asked anything in the last hour, and none has records').waitFor()
  for (const title of ['Records over time', 'Records by type', 'Activity in the week']) {
    await card(page, title).getByText('No records are counted').waitFor()
    expect(await card(page, title).getByRole('group', { name: 'Command' }).innerText()).toContain('resources:')
    expect(await card(page, title).getByText('provideInventory(pool)').count()).toBe(1)
  }
  await card(page, 'Exporters').getByText('Nothing is exported').waitFor()
  await card(page, 'Cardinality').getByText('No metric has a series').waitFor()
  await card(page, 'Runtime').getByText('system metrics are off').first().waitFor()
  await page.getByRole('textbox', { name: /^Paste/ }).fill('0af7651916cd43dd8448eb211c80319c')
  await card(page, 'Investigate')
    .getByText(/^No link takes a trace id/)
    .waitFor()
  expect(await card(page, 'Investigate').getByRole('group', { name: 'Command' }).innerText()).toContain('links:')
  await expectSound(shown)
  await page.close()
})

browser('records that are declared and empty are not the same as none', LONG, async () => {
  const shown = await showTo(
    await serviceWith({
      '/console/metrics/activity': () => activity(() => 0),
      '/console/metrics/resource-distribution': () => distribution([]),
    }),
    'admin',
  )
  await card(shown.page, 'Activity in the week').getByText('Nothing was written in the last 30 days').waitFor()
  await card(shown.page, 'Records by type').getByText('There is no record yet').waitFor()
  await expectSound(shown)
  await shown.page.close()
})

browser('a card that is not answered says so alone, keeps what it knew, and asks again when told', LONG, async () => {
  const fake = await serviceWith()
  const { page } = await showTo(fake, 'admin')
  await card(page, 'Tenants').getByText('3 tenants').waitFor()
  fake.answers['/console/metrics/tenants'] = () => new Refusal(503, 'unavailable', 'The database has no time.')
  fake.answers['/console/metrics/activity'] = () => new Refusal(503, 'unavailable', 'The database has no time.')
  await page.keyboard.press('r')
  await card(page, 'Tenants').getByText('The database has no time.').waitFor()
  expect(await card(page, 'Tenants').getByRole('grid').getByRole('row').count()).toBe(4)
  expect(await card(page, 'Traffic').getByText('The database has no time.').count()).toBe(0)
  await card(page, 'Activity in the week').getByRole('button', { name: '7d' }).click()
  const week = card(page, 'Activity in the week')
  await week.getByText('The database has no time.').waitFor()
  // Of the days before, and marked so.
  await expect.poll(() => week.locator('.op-stale td[data-cell]').count()).toBe(168)
  fake.answers['/console/metrics/activity'] = () => activity(() => 1)
  await week.getByRole('button', { name: 'Retry' }).click()
  await week.getByText('168 writes').first().waitFor()
  await expect.poll(() => week.locator('.op-stale').count()).toBe(0)
  fake.answers['/admin/ops/runtime'] = () => new Refusal(503, 'unavailable', 'Gone.')
  await page.reload()
  await card(page, 'Runtime').getByText('Not available').waitFor()
  await page.close()
})

browser('of ten thousand tenants those in sight are in the page, and all of them are found', LONG, async () => {
  const fake = await serviceWith({ '/console/metrics/tenants': () => tenants(10_000) })
  const shown = await showTo(fake, 'admin', 360, 'dark')
  const { page } = shown
  const grid = page.getByRole('grid', { name: 'Tenants' })
  await grid.waitFor()
  expect(await grid.getAttribute('aria-rowcount')).toBe('10001')
  expect(await grid.getByRole('row').count()).toBeLessThan(60)
  await grid.focus()
  await page.keyboard.press('End')
  await grid.getByText('tenant-09999').waitFor()
  await card(page, 'Tenants').getByRole('searchbox').fill('-04711')
  await expect.poll(() => grid.getByRole('row').count()).toBe(2)
  await expectSound(shown)
  await page.close()
})

browser('the other types are one bar with how many they are, as the endpoint sums them up [H-34]', LONG, async () => {
  const fake = await serviceWith({
    '/console/metrics/resource-distribution': ({ path }: { path: string }) =>
      distribution(
        path.endsWith('top=5')
          ? [
              { resource_type: 'Order', count: 600 },
              { resource_type: 'other', count: 400, types: 12 },
            ]
          : [{ resource_type: 'other', count: 1000 }],
      ),
  })
  const { page } = await showTo(fake, 'admin')
  const bars = card(page, 'Records by type')
  await bars.getByText('1 type', { exact: true }).waitFor()
  const lines = async () => (await bars.getByRole('listitem').allInnerTexts()).map((text) => text.split(/\n+/))
  // A type of that name is a type.
  expect(await lines()).toEqual([['other', '1,000', '100 %']])
  await bars.getByRole('button', { name: 'Top 5', exact: true }).click()
  await expect.poll(lines).toEqual([
    ['Order', '600', '60 %'],
    ['other: 12 types', '400', '40 %'],
  ])
  await page.close()
})

browser('days are of UTC in every zone, and nothing moves when the answers come', LONG, async () => {
  const fake = await serviceWith()
  const { page } = await showTo(fake, 'admin', 1280, 'light', '?zone=utc')
  await card(page, 'Records over time').getByText('2,000 records').waitFor()
  const tip = async (): Promise<string> => {
    const chart = page.getByRole('group', { name: /^Order, in all/ })
    await chart.focus()
    await page.keyboard.press('End')
    return chart.locator('.chart-tip').innerText()
  }
  const today = counts(['Order']).window.until
  expect(await tip()).toMatch(today)
  await page.evaluate(() => (document.activeElement as HTMLElement).blur())
  await page.keyboard.press('z')
  await expect.poll(() => new URL(page.url()).searchParams.get('zone')).toBe(null)
  expect(await tip()).toMatch(today)
  await page.close()
})
