/// <reference lib="dom" />
// The page of a real service, as each who may look at it: a process of its own, with authentication, records, an outbox, objectives
// and a watchlist.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Overview } from '../../src/console/ops/answers.ts'
import { expectSound, login, type Shown, show, WITHOUT_BROWSER } from './kit.ts'
import { openShop, tokenOf } from './shop.ts'

const LONG = { timeout: 240_000 }
const browser = test.skipIf(WITHOUT_BROWSER !== null)
const shop = WITHOUT_BROWSER === null ? await openShop() : undefined!

if (WITHOUT_BROWSER === null) await shop.asks(240)

type Role = keyof typeof tokenOf

async function as(role: Role, width = 1280, theme: 'dark' | 'light' = 'light'): Promise<Shown> {
  const shown = await show(`${shop.url}/console`, width, theme)
  await login(shown.page, tokenOf[role]())
  await shown.page.locator('.op-card').first().waitFor()
  return shown
}

const card = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true })
/** Nothing is on its way any more. */
const filled = (page: Page): Promise<unknown> =>
  expect.poll(() => page.locator('.op-card .busy').count(), { timeout: 60_000 }).toBe(0)
const titles = (page: Page): Promise<string[]> =>
  page.locator('.op-card').evaluateAll((cards) => cards.map((one) => one.querySelector('h2')?.textContent ?? ''))

const TENANT = ['At a glance', 'Investigate', 'Records over time', 'Records by type', 'Activity in the week']

browser('with a token that has expired, or one that is none, nobody gets in', LONG, async () => {
  const { page } = await show(`${shop.url}/console`)
  await login(page, tokenOf.expired())
  await page.getByText(/^This token does not hold\..*expired/).waitFor()
  await login(page, 'nonsense')
  await page.getByText(/^This token does not hold\./).waitFor()
  expect(await page.locator('.op-card').count()).toBe(0)
  await page.close()
})

browser('a tenant sees what is theirs, and no card of others', LONG, async () => {
  const shown = await as('tenant', 360, 'dark')
  const { page } = shown
  await filled(page)
  expect(await titles(page)).toEqual(TENANT)
  await card(page, 'At a glance').getByText('acme').waitFor()
  await card(page, 'Records by type').getByText('Order', { exact: true }).first().waitFor()
  await expectSound(shown)
  await page.close()
})

browser('who watches all tenants sees traffic and tenants besides', LONG, async () => {
  const shown = await as('system', 1280, 'dark')
  const { page } = shown
  await filled(page)
  expect(await titles(page)).toEqual([...TENANT.slice(0, 2), 'Traffic', 'Tenants', ...TENANT.slice(2)])
  await card(page, 'Tenants').getByText('globex').first().waitFor()
  await card(page, 'Traffic').getByText('240 requests').waitFor()
  await expectSound(shown)
  await page.close()
})

test.skipIf(WITHOUT_BROWSER !== null).each([
  [360, 'dark'],
  [1280, 'light'],
  [1280, 'dark'],
  [2560, 'dark'],
  [3840, 'light'],
] as const)(
  'an administrator sees every card at %i px, %s, and axe and the policy have nothing against it',
  LONG,
  async (width, theme) => {
    const shown = await as('admin', width, theme)
    const { page } = shown
    await filled(page)
    expect(await page.locator('.op-broken').allInnerTexts()).toEqual([])
    expect(await page.locator('.op-card').count()).toBe(19)
    await expectSound(shown)
    await page.close()
  },
)

browser('what the page says is what the service says', LONG, async () => {
  const { page } = await as('admin')
  await filled(page)
  const headers = { authorization: `Bearer ${tokenOf.admin()}` }
  const said = (await (await fetch(`${shop.url}/admin/ops/overview`, { headers })).json()) as Overview
  const glance = card(page, 'At a glance')
  await glance.getByText(`${said.incidents.length} open incident`).waitFor()
  await glance.getByText('version 1.4.2').waitFor()
  const health = card(page, 'Health')
  expect(await health.getByRole('listitem').allTextContents()).toHaveLength(said.health.components.length)
  await health.getByText('degraded').waitFor()
  const incidents = card(page, 'Action required')
  for (const { detail } of said.incidents) await incidents.getByText(detail).waitFor()
  expect(
    await incidents
      .getByRole('link', { name: /Runbook/ })
      .first()
      .getAttribute('href'),
  ).toBe('https://wiki.example/queue-backlog')
  const objectives = card(page, 'Objectives')
  expect(await objectives.locator('.entry-head b.clip').allTextContents()).toEqual([
    'api-p95',
    'api-p99',
    'availability',
    'allocation-event',
    'webhook-credit',
  ])
  expect(await objectives.locator('.entry-head .badge').allTextContents()).toEqual([
    'Met',
    'Met',
    'Breached',
    'Met',
    'No data',
  ])
  const watchlist = card(page, 'Watchlist')
  await watchlist.getByText('5.41M').waitFor()
  expect(await watchlist.locator('.badge').allTextContents()).toEqual(['this instance', 'watch', 'ok'])
  const queues = card(page, 'Queues and outbox')
  await queues.getByText('jobs', { exact: true }).waitFor()
  await queues.getByText('relay ok').waitFor()
  // Single-instance figures say so, one by one.
  for (const title of ['Action required', 'Health', 'Objectives', 'Watchlist', 'Runtime control', 'Fleet'])
    await card(page, title).locator('.op-head').getByText('this instance').waitFor()
  await page.close()
})

browser('a dead letter that is requeued waits in the outbox, one that is discarded is gone', LONG, async () => {
  const shown = await as('admin')
  const { page } = shown
  const queues = card(page, 'Queues and outbox')
  await queues.getByRole('button', { name: 'Dead letters' }).click()
  const dialog = page.getByRole('dialog')
  await queues.getByRole('button', { name: 'Requeue dl-1' }).click()
  await dialog.getByRole('button', { name: 'Requeue' }).click()
  await queues.getByText('dl-1 is requeued: it is pending now.').waitFor()
  await queues.getByRole('button', { name: 'Discard dl-2' }).click()
  await dialog.getByRole('button', { name: 'Discard' }).click()
  await queues.getByText(/^dl-2 is discarded/).waitFor()
  await expect.poll(() => queues.getByRole('list', { name: 'Dead letters' }).getByRole('listitem').count()).toBe(2)
  expect(await shop.ask('dead')).toEqual([{ id: 'dl-0' }, { id: 'dl-3' }])
  expect(await shop.ask<{ id: string }[]>('messages')).toContainEqual({ id: 'dl-1', status: 'pending' })
  expect(shown.complaints).toEqual([])
  await page.close()
})

browser('another log level holds until it is set back', LONG, async () => {
  const shown = await as('admin')
  const { page } = shown
  const level = page.getByRole('region', { name: 'Log level' })
  const dialog = page.getByRole('dialog')
  await level.getByLabel('Level', { exact: true }).selectOption('debug')
  await level.getByRole('button', { name: 'Set' }).click()
  await dialog.getByRole('button', { name: 'Set the level' }).click()
  await level.getByText(/^ends in .*, by ada; configured info$/).waitFor()
  await level.getByRole('button', { name: 'Back to configured' }).click()
  await dialog.getByRole('button', { name: 'Set it back' }).click()
  await level.getByText('as configured').waitFor()
  expect(shown.complaints).toEqual([])
  await page.close()
})

browser('a CPU profile is downloaded', LONG, async () => {
  const { page, complaints } = await as('admin')
  const part = page.getByRole('region', { name: 'CPU profile' })
  await part.getByLabel('CPU profile: for how long').selectOption('5 s')
  await part.getByRole('button', { name: 'Download' }).click()
  const saved = page.waitForEvent('download')
  await page.getByRole('dialog').getByRole('button', { name: 'Take the profile' }).click()
  expect((await saved).suggestedFilename()).toMatch(/\.cpuprofile$/)
  await page.getByText(/\.cpuprofile is downloaded/).waitFor()
  expect(complaints).toEqual([])
  await page.close()
})
