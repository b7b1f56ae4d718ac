/// <reference lib="dom" />
// How far the page moves by itself until everything is answered, as browsers count it: https://web.dev/articles/cls calls less
// than 0.1 good.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { figures } from './cards-sample.ts'
import { type Fake, fakeService, type Question, showTo, WITHOUT_BROWSER } from './kit.ts'
import { admin } from './sample.ts'

const LONG = { timeout: 180_000 }
const browser = test.skipIf(WITHOUT_BROWSER !== null)

interface Shift extends PerformanceEntry {
  readonly value: number
}

/** From the next load on. */
const countShifts = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    const moved = { shifts: 0 }
    Object.assign(globalThis, { moved })
    new PerformanceObserver((list) => {
      for (const { value } of list.getEntries() as Shift[]) moved.shifts += value
    }).observe({ type: 'layout-shift', buffered: true })
  })

/** Two frames: what changed is painted, and what moved is counted. */
const painted = (page: Page): Promise<unknown> =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))

async function shiftsOf(page: Page): Promise<number> {
  await expect.poll(() => page.locator('.op-card .busy, .verdict-plain').count()).toBe(0)
  await painted(page)
  return page.evaluate(() => (globalThis as unknown as { moved: { shifts: number } }).moved.shifts)
}

/** Holds answers back; returns who wait for one. */
function hold(fake: Fake): (() => void)[] {
  const waiting: (() => void)[] = []
  for (const [path, reply] of Object.entries(fake.answers))
    fake.answers[path] = async (asked: Question) => {
      await new Promise<void>((go) => waiting.push(go))
      return typeof reply === 'function' ? reply(asked) : reply
    }
  return waiting
}

const EVERYONE = [
  ['admin', 1280],
  ['admin', 360],
  ['tenant', 1280],
  ['tenant', 360],
] as const

async function loaded(role: string, width: number): Promise<{ fake: Fake; page: Page }> {
  const fake = await fakeService({ ...admin(), ...figures() }, { tenant: { tiers: ['public', 'tenant'] } })
  const { page } = await showTo(fake, role, width)
  await countShifts(page)
  return { fake, page }
}

browser.each(EVERYONE.slice(0, 2))(
  'for %s at %i pixels little moves when answers come at once',
  LONG,
  async (role, width) => {
    const { page } = await loaded(role, width)
    await page.reload()
    expect(await shiftsOf(page)).toBeLessThan(0.1)
    await page.close()
  },
)

browser.each(EVERYONE)(
  'for %s at %i pixels little moves when answers come late, one by one',
  LONG,
  async (role, width) => {
    const { fake, page } = await loaded(role, width)
    const waiting = hold(fake)
    await page.reload()
    // They are shown without their answers.
    await page.locator('.op-card').first().waitFor()
    while (waiting.length > 0) {
      waiting.shift()!()
      await painted(page)
    }
    expect(await shiftsOf(page)).toBeLessThan(0.1)
    await page.close()
  },
)
