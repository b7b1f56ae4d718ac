/// <reference lib="dom" />
import { expect, test } from 'vitest'
import { type Fake, fakeService, Refusal, show, showTo, WITHOUT_BROWSER } from './kit.ts'
import { admin } from './sample.ts'

const LONG = { timeout: 120_000 }
const browser = test.skipIf(WITHOUT_BROWSER !== null)

const TENANT = [
  '/console/metrics/activity',
  '/console/metrics/resource-counts',
  '/console/metrics/resource-distribution',
]
const SYSTEM = ['/console/metrics/tenants', '/console/metrics/traffic']
const ADMIN = [
  '/admin/ops/cardinality',
  '/admin/ops/control',
  '/admin/ops/exporters',
  '/admin/ops/instrumentation',
  '/admin/ops/objectives',
  '/admin/ops/overview',
  '/admin/ops/runtime',
  '/admin/ops/watchlist',
  '/api/v1/admin/telemetry/fleet',
]
const EVERYBODY = ['/console/metrics/uptime', '/console/session']

const ROLES = {
  tenant: { tiers: ['public', 'tenant'], caller: { method: 'jwt', subject: 'tom', roles: [] }, instance: 'shop-1' },
  system: { tiers: ['public', 'tenant', 'system'], caller: { method: 'jwt', subject: 'sys', roles: [] } },
  admin: { tiers: ['public', 'tenant', 'system', 'admin'] },
} as const

const CARDS: Readonly<Record<string, readonly string[]>> = {
  tenant: ['glance', 'investigation', 'counts', 'distribution', 'activity'],
  system: ['glance', 'investigation', 'traffic', 'tenants', 'counts', 'distribution', 'activity'],
  admin: [
    'glance',
    'incidents',
    'health',
    'investigation',
    'objectives',
    'queues',
    'traffic',
    'tenants',
    'counts',
    'distribution',
    'activity',
    'fleet',
    'surfaces',
    'watchlist',
    'control',
    'runtime',
    'exporters',
    'cardinality',
    'instrumentation',
  ],
}

/** What was asked, by whom, each address once. */
const questions = ({ asked }: Fake): string[] =>
  [...new Set(asked.map(({ path, token }) => `${token ?? 'nobody'} ${path.split('?')[0]}`))].sort()

browser('nobody is shown nothing, and nothing is asked for nobody', LONG, async () => {
  const fake = await fakeService(admin())
  const { page } = await show(`${fake.url}/console`)
  await page.getByLabel('Token').waitFor()
  // Whoever asks again is nobody still.
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('r')
  await page.reload()
  await page.getByLabel('Token').waitFor()
  expect(await page.locator('.op-card').count()).toBe(0)
  expect(questions(fake)).toEqual(['nobody /console/session'])
  await page.close()
})

test.skipIf(WITHOUT_BROWSER !== null).each(['tenant', 'system', 'admin'] as const)(
  'with the role %s its cards are there in their order, nothing else is, and nothing else is asked',
  LONG,
  async (role) => {
    const fake = await fakeService(admin(), ROLES)
    const { page } = await showTo(fake, role)
    const wanted = [
      ...EVERYBODY,
      ...TENANT,
      ...(role === 'tenant' ? [] : SYSTEM),
      ...(role === 'admin' ? ADMIN : []),
    ].map((path) => `${role} ${path}`)
    await expect.poll(() => questions(fake)).toEqual(['nobody /console/session', ...wanted].sort())
    const ids = () => page.locator('.op-card').evaluateAll((cards) => cards.map(({ id }) => id))
    expect(await ids()).toEqual(CARDS[role])
    // Everything again, every card walked through, every address still one of theirs.
    await page.keyboard.press('r')
    for (const _ of CARDS[role]!) await page.keyboard.press('j')
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe(CARDS[role]!.at(-1))
    await page.getByRole('button', { name: 'Find a card' }).click()
    await expect
      .poll(() => page.getByRole('listbox', { name: 'Found' }).getByRole('option').count())
      .toBe(CARDS[role]!.length)
    await page.keyboard.press('Escape')
    expect(questions(fake)).toEqual(['nobody /console/session', ...wanted].sort())
    await page.close()
  },
)

browser('a role that is taken away takes its cards with it', LONG, async () => {
  const fake = await fakeService(admin(), ROLES)
  const { page } = await showTo(fake, 'admin')
  await page.locator('#incidents').getByText('Outbox relay degraded').waitFor()
  fake.sessions['admin'] = ROLES.tenant
  fake.answers['/admin/ops/overview'] = new Refusal(403, 'admin_required', 'This needs the role of an administrator.')
  await page.keyboard.press('r')
  await expect.poll(() => page.locator('#incidents').count()).toBe(0)
  await page.locator('#counts').waitFor()
  expect(await page.locator('.op-card').evaluateAll((cards) => cards.map(({ id }) => id))).toEqual(CARDS['tenant'])
  expect(await page.locator('#glance').textContent()).not.toContain('incident')
  await page.close()
})
