/// <reference lib="dom" />
// How often is asked: by the clock of the page, which the test moves.
import type { Page, Request } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import { figures } from './cards-sample.ts'
import { type Fake, fakeService, Refusal, showTo, WITHOUT_BROWSER } from './kit.ts'
import { admin, overview } from './sample.ts'

const LONG = { timeout: 120_000 }
const browser = test.skipIf(WITHOUT_BROWSER !== null)
const SECOND = 1000
const MINUTE = 60 * SECOND

const { PAGE_ASKS } = (await import(new URL('../../bench/server/page-asks.mjs', import.meta.url).href)) as {
  PAGE_ASKS: Readonly<Record<string, number>>
}

const times = ({ asked }: Fake, path: string): number => asked.filter(({ path: one }) => one.startsWith(path)).length

async function visible(page: Page, state: 'visible' | 'hidden'): Promise<void> {
  await page.evaluate((to) => {
    Object.defineProperty(document, 'visibilityState', { value: to, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, state)
}

/** Questions of the page that are on their way. */
const open = new Set<Request>()
beforeEach(() => open.clear())
const answered = () => expect.poll(() => open.size).toBe(0)

/** Time goes by, and what was asked is answered: nothing is planned anew before. */
async function passed(page: Page, ms: number): Promise<void> {
  await page.clock.runFor(ms)
  await answered()
  // The page has taken the answers.
  await page.evaluate(() => new Promise((resolve) => queueMicrotask(() => resolve(null))))
}

/** The page of an admin, who sees all of it, and whose clock stands still unless the test moves it. */
async function stilled(fake: Fake): Promise<Page> {
  // Only the test says what time it is.
  fake.dated = false
  const { page } = await showTo(fake, 'admin')
  await page.clock.install()
  // Between the moments at which pages ask, which begin at a whole minute.
  await page.clock.pauseAt(Math.ceil(Date.now() / MINUTE + 1) * MINUTE + SECOND / 2)
  page.on('request', (request) => open.add(request))
  page.on('requestfinished', (request) => open.delete(request))
  page.on('requestfailed', (request) => open.delete(request))
  // From its first timer on a page goes by this clock: what it planned by another one could not be taken back.
  await page.reload()
  const shown = page.locator('#health').getByText('search')
  while (!(await shown.isVisible())) await passed(page, SECOND / 10)
  return page
}

browser('one answer serves every card that is made of it, and is asked for every few seconds', LONG, async () => {
  const fake = await fakeService(admin())
  const page = await stilled(fake)
  // Glance (three times), incidents, health, queues, fleet and surfaces look at it.
  const moments: number[] = []
  for (let second = 0; second < 30; second++) {
    const before = times(fake, '/admin/ops/overview')
    await passed(page, SECOND)
    for (let asked = times(fake, '/admin/ops/overview'); asked > before; asked--) moments.push(second)
  }
  const [first = Number.NaN] = moments
  expect(moments).toEqual([0, 5, 10, 15, 20, 25].map((later) => first + later))
})

browser('a page that nobody sees asks nothing; once it is seen it asks at once', LONG, async () => {
  const fake = await fakeService(admin())
  const page = await stilled(fake)
  await visible(page, 'hidden')
  const before = fake.asked.length
  await page.clock.runFor(300 * SECOND)
  expect(fake.asked).toHaveLength(before)
  await visible(page, 'visible')
  await page.clock.runFor(1)
  await expect.poll(() => times({ ...fake, asked: fake.asked.slice(before) }, '/admin/ops/overview')).toBe(1)
})

browser('a page that is paused asks nothing until it goes on, or is told to', LONG, async () => {
  const fake = await fakeService(admin())
  const page = await stilled(fake)
  await page.keyboard.press('p')
  await page.getByRole('button', { name: 'Paused' }).waitFor()
  expect(new URL(page.url()).search).toBe('?live=0')
  const before = fake.asked.length
  await page.clock.runFor(300 * SECOND)
  expect(fake.asked).toHaveLength(before)
  await page.keyboard.press('r')
  await expect.poll(() => times({ ...fake, asked: fake.asked.slice(before) }, '/admin/ops/overview')).toBe(1)
  await page.clock.runFor(300 * SECOND)
  expect(times({ ...fake, asked: fake.asked.slice(before) }, '/admin/ops/overview')).toBe(1)
  await page.keyboard.press('p')
  await page.getByRole('button', { name: 'Live' }).waitFor()
  await page.clock.runFor(1)
  await expect.poll(() => times({ ...fake, asked: fake.asked.slice(before) }, '/admin/ops/overview')).toBe(2)
})

browser('an address is asked once at a time, however slow it is, and given up at last', LONG, async () => {
  const fake = await fakeService(admin())
  const page = await stilled(fake)
  let waiting = 0
  fake.answers['/admin/ops/overview'] = () => {
    waiting++
    return new Promise(() => {})
  }
  while (waiting < 1) await page.clock.runFor(SECOND)
  for (let i = 0; i < 5; i++) await page.keyboard.press('r')
  await page.clock.runFor(14 * SECOND)
  expect(waiting).toBe(1)
  await page.clock.runFor(7 * SECOND)
  await page.locator('#health').getByText('There was no answer within 20 s.').waitFor()
  await page.locator('#health').getByText('search').waitFor()
})

browser(
  'who refuses is asked less and less often, at last once a minute, and as before when it answers',
  LONG,
  async () => {
    const fake = await fakeService(admin())
    const page = await stilled(fake)
    let broken = true
    fake.answers['/admin/ops/overview'] = () =>
      broken ? new Refusal(503, 'service_unavailable', 'Not now.') : overview()
    const counted = () => times(fake, '/admin/ops/overview')
    // By the clock that all pages go by, and from then on by when it was asked last.
    const before = counted() + 1
    while (counted() < before) await passed(page, SECOND)
    await page.locator('#health').getByText('Not now.').waitFor()
    const waits = [10, 20, 40, 60, 60]
    for (const [i, wait] of waits.entries()) {
      await passed(page, (wait - 1) * SECOND)
      expect(counted()).toBe(before + i)
      await passed(page, SECOND)
      expect(counted()).toBe(before + i + 1)
      await expect.poll(() => page.locator('#health').getByText('Not now.').count()).toBe(1)
    }
    broken = false
    await page.clock.runFor(60 * SECOND)
    await expect.poll(() => page.locator('#health').getByText('Not now.').count()).toBe(0)
    const healed = counted()
    await page.clock.runFor(8 * SECOND)
    await expect.poll(counted).toBeGreaterThan(healed)
  },
)

browser('what the bench asks in the place of a page is what a page asks in two minutes', LONG, async () => {
  const fake = await fakeService({ ...admin(), ...figures() })
  const page = await stilled(fake)
  await expect.poll(() => page.locator('.op-age').count()).toBeGreaterThan(14)
  const before = fake.asked.length
  for (let second = 0; second < 120; second++) await passed(page, SECOND)
  const asked: Record<string, number> = {}
  for (const { path } of fake.asked.slice(before)) asked[path] = (asked[path] ?? 0) + 1
  expect(asked).toEqual(Object.fromEntries(Object.entries(PAGE_ASKS).map(([path, seconds]) => [path, 120 / seconds])))
})
