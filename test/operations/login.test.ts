/// <reference lib="dom" />
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { expectSound, type Fake, fakeService, login, Refusal, show, WITHOUT_BROWSER } from './kit.ts'
import { admin } from './sample.ts'

const LONG = { timeout: 120_000 }
const browser = test.skipIf(WITHOUT_BROWSER !== null)

const paths = ({ asked }: Fake): string[] => [...new Set(asked.map(({ path }) => path.split('?')[0]!))].sort()
const field = (page: Page) => page.getByLabel('Token')
const cards = (page: Page) => page.locator('.op-card')

browser(
  'nobody is asked for a token, is told what is wrong with it, and stays in with one that holds',
  LONG,
  async () => {
    const fake = await fakeService(admin(), { nobody: { tiers: ['public'] } })
    const shown = await show(`${fake.url}/console`, 360, 'dark')
    const { page } = shown
    await field(page).waitFor()
    await expectSound(shown)
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('token')
    expect(paths(fake)).toEqual(['/console/session'])

    await login(page, 'two words')
    await page.getByText('A token has no spaces').waitFor()
    await login(page, 'stale')
    await page.getByText('This token does not hold. The token has expired.').waitFor()
    await login(page, 'nobody')
    await page.getByText('This token opens nothing here').waitFor()
    expect(paths(fake)).toEqual(['/console/session'])
    expect(await page.evaluate(() => [sessionStorage.length, localStorage.length, document.cookie])).toEqual([0, 0, ''])

    await login(page, '  Bearer admin ')
    await cards(page).first().waitFor()
    await page.reload()
    await cards(page).first().waitFor()
    const held = await page.evaluate(() => [
      Object.values(sessionStorage),
      localStorage.length,
      document.cookie,
      location.href.includes('admin'),
    ])
    expect(held).toEqual([['admin'], 0, '', false])
    expect(fake.asked.every(({ path }) => !path.includes('token'))).toBe(true)
    await page.close()
  },
)

browser('logging out forgets the token and what it showed', LONG, async () => {
  const fake = await fakeService(admin())
  const { page } = await show(`${fake.url}/console`)
  await login(page, 'admin')
  await page.getByText('3 open incidents').first().waitFor()
  await page.getByRole('button', { name: 'Log out ada' }).click()
  await field(page).waitFor()
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0)
  expect(await cards(page).count()).toBe(0)
  const before = fake.asked.length
  await login(page, 'admin')
  await page.getByText('3 open incidents').first().waitFor()
  // Nothing that was held for the one before is shown to the next: it is asked anew.
  expect(fake.asked.slice(before).map(({ path }) => path)).toContain('/admin/ops/overview')
  await page.close()
})

browser('a session that ends leads back to the login, and from there to the same place', LONG, async () => {
  const fake = await fakeService(admin())
  const { page } = await show(`${fake.url}/console?zone=utc`, 1280, 'dark')
  await login(page, 'admin')
  await page.locator('#control .control-part').first().waitFor()
  await page.getByRole('button', { name: 'Find a card' }).click()
  await page.keyboard.type('control')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('control')
  fake.sessions['again'] = {}
  delete fake.sessions['admin']
  await page.keyboard.press('r')
  await page.getByText('The session has ended: the token does not hold any more.').waitFor()
  expect(await cards(page).count()).toBe(0)
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0)
  await login(page, 'again')
  await page.locator('#control .control-part').first().waitFor()
  const since = fake.asked.findIndex(({ token }) => token === 'again')
  expect(new Set(fake.asked.slice(since).map(({ token }) => token))).toEqual(new Set(['again']))
  expect(new URL(page.url()).search).toBe('?zone=utc')
  await expect.poll(() => inSight(page, 'control')).toBe(true)
  await page.close()
})

browser('without authentication nobody logs in, and the page says so all the time', LONG, async () => {
  const open = { authentication: false, caller: null }
  const fake = await fakeService(admin(), { '': open })
  const { page } = await show(`${fake.url}/console`, 360)
  await cards(page).first().waitFor()
  const mark = page.getByText('open: no authentication configured')
  await mark.waitFor()
  await page.locator('main').evaluate((main) => main.scrollTo(0, main.scrollHeight))
  expect(await mark.isVisible()).toBe(true)
  expect(await page.getByRole('button', { name: /^Log out/ }).count()).toBe(0)
  expect(fake.asked.every(({ token }) => token === null)).toBe(true)
  await page.close()
})

browser('a service that does not answer is said so, and asked again', LONG, async () => {
  const fake = await fakeService(admin(), { '': { authentication: false } })
  let broken = true
  const { page } = await show(`${fake.url}/console/`)
  await cards(page).first().waitFor()
  fake.answers['/admin/ops/overview'] = () =>
    broken
      ? new Refusal(503, 'service_unavailable', 'The figures are being counted.')
      : admin()['/admin/ops/overview']()
  await page.keyboard.press('r')
  const health = page.locator('#health')
  await health.getByText('The figures are being counted.').waitFor()
  // What was known before stays.
  await health.getByText('search').waitFor()
  await page.reload()
  await health.getByText('Not available').waitFor()
  await page.locator('#glance').getByText('Not known').waitFor()
  await page.locator('#control .control-part').first().waitFor()
  broken = false
  await health.getByRole('button', { name: 'Retry' }).click()
  await health.getByText('search').waitFor()
  await page.close()
})

const inSight = (page: Page, id: string): Promise<boolean> =>
  page.evaluate((card) => {
    const { top, bottom } = document.getElementById(card)!.getBoundingClientRect()
    return top < innerHeight && bottom > 0
  }, id)
