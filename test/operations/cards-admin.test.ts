/// <reference lib="dom" />
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { expectSound, fakeService, showTo, WITHOUT_BROWSER } from './kit.ts'
import { admin, calm, deadLetters, overview } from './sample.ts'

const LONG = { timeout: 120_000 }
const browser = test.skipIf(WITHOUT_BROWSER !== null)
/** The cards of others have nothing to say here. */
const ADMIN = { admin: { tiers: ['public', 'admin'] } } as const

const card = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true })
const focused = (page: Page) => page.evaluate(() => document.activeElement?.id)

browser('an incident says what, since when and what to do, and shows where it is [G-27]', LONG, async () => {
  const fake = await fakeService(admin(), ADMIN)
  const { page } = await showTo(fake, 'admin', 1280, 'light', '?zone=utc')
  const incidents = card(page, 'Action required')
  const open = incidents.getByRole('list', { name: 'Open incidents' }).getByRole('listitem')
  await open.first().waitFor()
  expect(await open.locator('.badge').allTextContents()).toEqual(['Critical', 'Warning', 'Warning'])
  expect(await open.locator('.incident-since').allTextContents()).toEqual([
    expect.stringMatching(/^for 1[12] min$/),
    expect.stringMatching(/^for [23] min$/),
    expect.stringMatching(/^for at least (5 h|4 h 59 min)$/),
  ])
  expect(await open.first().getByRole('link').getAttribute('href')).toBe('https://wiki.example.com/outbox-relay')
  expect(await open.first().locator('time').getAttribute('title')).toMatch(
    /^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC$/,
  )
  await open.first().getByRole('button', { name: 'Show where' }).click()
  expect(await focused(page)).toBe('queues')
  await incidents.getByText('Closed lately').click()
  await incidents.getByText('Server errors elevated').waitFor()
  const verdict = await card(page, 'At a glance').getByRole('status').textContent()
  expect(verdict).toBe('3 open incidentsCritical: 1 critical, 2 warnings')
  await page.close()
})

browser('where all is well and nothing is configured, each card says so, or what it takes', LONG, async () => {
  const none = { generated_at: new Date().toISOString(), scope: 'single-instance', instance: 'shop-1' }
  const fake = await fakeService(
    {
      ...admin(),
      '/admin/ops/overview': calm,
      '/admin/ops/objectives': { ...none, objectives: [] },
      '/admin/ops/watchlist': { ...none, items: [] },
    },
    ADMIN,
  )
  const shown = await showTo(fake, 'admin', 360, 'dark')
  const { page } = shown
  await card(page, 'At a glance').getByText('No open incident').waitFor()
  await card(page, 'Action required').getByText('Nothing to do').waitFor()
  await card(page, 'Errors by surface').getByText('Nothing has happened yet').waitFor()
  for (const [title, yaml] of [
    ['Objectives', 'slos:'],
    ['Watchlist', 'watchlist:'],
    ['Queues and outbox', 'ops:'],
  ] as const)
    expect(await card(page, title).locator('pre').textContent()).toMatch(new RegExp(`^${yaml}\n`))
  await expectSound({ ...shown, complaints: [] })
  await page.close()
})

browser('what is not known is not zero: a queue that cannot be counted says why [R-41]', LONG, async () => {
  const fake = await fakeService(admin(), ADMIN)
  const { page } = await showTo(fake, 'admin')
  const queues = card(page, 'Queues and outbox')
  const rows = queues.getByRole('list', { name: 'Queues' }).getByRole('listitem')
  await rows.first().waitFor()
  const texts = await rows.allInnerTexts()
  expect(texts[0]).toMatch(/orders\s+NATS\s+whole service\s+1,840\s+12 in flight\s+a backlog from 1,000/)
  expect(texts[1]).toMatch(/mails\s+metric\s+this instance\s+42/)
  expect(texts[2]).toMatch(/jobs\s+table\s+whole service\s+–.*\s+The database does not answer\./)
  await queues.getByText('relay fails').waitFor()
  await page.close()
})

browser('nothing moves when everything is asked again', LONG, async () => {
  const fake = await fakeService(admin(), ADMIN)
  // Paused, so that nothing is asked but what is told to.
  const { page } = await showTo(fake, 'admin', 1280, 'light', '?live=0')
  await card(page, 'Runtime control').getByText('as configured').first().waitFor()
  await card(page, 'Fleet').locator('canvas').first().waitFor()
  const places = () =>
    page.locator('.op-card').evaluateAll((cards) =>
      cards.map((one) => {
        const { left, top } = one.getBoundingClientRect()
        return `${one.id} ${left} ${top}`
      }),
    )
  // All of the first answers are there, and cards stay in their columns.
  await expect.poll(async () => (await page.locator('.busy').count()) === 0).toBe(true)
  const before = await places()
  let asked = 0
  fake.answers['/admin/ops/overview'] = () => {
    asked++
    const now = overview()
    return {
      ...now,
      throughput: { ...now.throughput, rps: 1234.5 },
      latency: { p50_ms: 200, p95_ms: 900, p99_ms: 2100 },
    }
  }
  await page.keyboard.press('r')
  await card(page, 'At a glance').getByText('1,235/s').waitFor()
  expect(asked).toBe(1)
  expect(await places()).toEqual(before)
  await page.close()
})

browser('cards are walked through, found and opened by key, and the help says how', LONG, async () => {
  const fake = await fakeService({ ...admin(), '/api/v1/admin/dlq/messages': () => deadLetters() }, ADMIN)
  const shown = await showTo(fake, 'admin')
  const { page } = shown
  await card(page, 'Health').getByText('search').waitFor()
  await page.locator('main').focus()
  for (const id of ['glance', 'incidents', 'health']) {
    await page.keyboard.press('j')
    expect(await focused(page)).toBe(id)
  }
  await page.keyboard.press('k')
  expect(await focused(page)).toBe('incidents')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('watch')
  await page.keyboard.press('Enter')
  await expect.poll(() => focused(page)).toBe('watchlist')
  await page.keyboard.press('z')
  await page.getByRole('button', { name: 'UTC: show local time instead' }).waitFor()
  await page.keyboard.press('?')
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  for (const words of ['Next card', 'Card before', 'Find a card', 'Pause or go on', 'Ask everything again now'])
    await sheet.getByText(words, { exact: true }).waitFor()
  await expectSound({ ...shown, complaints: [] })
  await page.keyboard.press('Escape')
  await page.keyboard.press('D')
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark')
  await page.close()
})
