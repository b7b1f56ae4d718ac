/// <reference lib="dom" />
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { MessageAction } from '../../src/console/ops/answers.ts'
import { expectSound, fakeService, type Question, Refusal, showTo, WITHOUT_BROWSER } from './kit.ts'
import { admin, control, deadLetters } from './sample.ts'

const LONG = { timeout: 120_000 }
const browser = test.skipIf(WITHOUT_BROWSER !== null)
/** The cards of others have nothing to say here. */
const ADMIN = { admin: { tiers: ['public', 'admin'] } } as const

const dlq = '/api/v1/admin/dlq/messages'
const changes = (asked: readonly Question[]): string[] =>
  asked
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path, token, body }) => `${method} ${path} ${token} ${body}`)

browser('dead letters are listed by page, requeued and discarded, each only when that is meant', LONG, async () => {
  let left = 45
  const gone: string[] = []
  const act =
    (action: MessageAction['action']) =>
    ({ path }: Question): MessageAction | Refusal => {
      const id = decodeURIComponent(path.split('/').at(-2)!)
      if (id.endsWith('0902')) return new Refusal(409, 'conflict', 'The message was published meanwhile.')
      left--
      gone.push(id)
      return { id, list: 'dlq', action, changed: true, status: action === 'requeue' ? 'pending' : 'gone' }
    }
  const all = () => deadLetters(45).messages.filter(({ id }) => !gone.includes(id))
  const fake = await fakeService(
    {
      ...admin(),
      [dlq]: ({ path }: Question) => {
        const query = new URLSearchParams(path.split('?')[1])
        const offset = Number(query.get('offset'))
        return { ...deadLetters(0), total: left, offset, messages: all().slice(offset, offset + 20) }
      },
    },
    ADMIN,
  )
  for (const { id } of deadLetters(45).messages) {
    fake.answers[`POST ${dlq}/${id}/requeue`] = act('requeue')
    fake.answers[`POST ${dlq}/${id}/discard`] = act('discard')
  }
  const shown = await showTo(fake, 'admin', 360)
  const { page } = shown
  const queues = page.locator('#queues')
  await queues.getByRole('button', { name: 'Dead letters' }).click()
  await queues.getByText('1 to 20 of 45').waitFor()
  await queues.getByRole('button', { name: 'Next page' }).click()
  await queues.getByText('21 to 40 of 45').waitFor()
  await queues.getByRole('button', { name: 'Page before' }).click()
  await queues.getByText('1 to 20 of 45').waitFor()
  const [first, second, third] = deadLetters(3).messages.map(({ id }) => id)

  // Cancel, and Escape, do nothing.
  await queues.getByRole('button', { name: `Requeue ${first}` }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('publishes it as it does the others').waitFor()
  await expectSound({ ...shown, complaints: [] })
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await queues.getByRole('button', { name: `Discard ${first}` }).click()
  await dialog.getByText('is never published').waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => dialog.count()).toBe(0)
  expect(changes(fake.asked)).toEqual([])

  await queues.getByRole('button', { name: `Requeue ${first}` }).click()
  await dialog.getByRole('button', { name: 'Requeue' }).click()
  await queues.getByText(`${first} is requeued: it is pending now.`).waitFor()
  await queues.getByText('1 to 20 of 44').waitFor()
  await queues.getByRole('button', { name: `Discard ${second}` }).focus()
  await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'Discard' }).click()
  await queues.getByText(`${second} is discarded: it is gone now.`).waitFor()
  await queues.getByRole('button', { name: `Requeue ${third}` }).click()
  await dialog.getByRole('button', { name: 'Requeue' }).click()
  await dialog.getByText('It is in the way of something else: The message was published meanwhile.').waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  expect(changes(fake.asked)).toEqual([
    `POST ${dlq}/${first}/requeue admin {}`,
    `POST ${dlq}/${second}/discard admin {}`,
    `POST ${dlq}/${third}/requeue admin {}`,
  ])
  // Whatever was changed is seen in the overview, too.
  const after = () => fake.asked.slice(fake.asked.findIndex(({ method }) => method === 'POST'))
  await expect.poll(() => after().map(({ path }) => path)).toContain('/admin/ops/overview')
  await page.close()
})

browser('the log level is set for a time, holds until then, and is set back', LONG, async () => {
  let now = control({ log_level: { configured: 'info', current: 'info', held: null, unavailable: null } })
  const fake = await fakeService(
    {
      ...admin(),
      '/admin/ops/control': () => now,
      'POST /admin/ops/control/log-level': ({ body }: Question) => {
        const { level } = JSON.parse(body)
        if (level === 'trace') return new Refusal(403, 'cross_site', 'Another site asked for this change.')
        const held = {
          since: new Date().toISOString(),
          until: new Date(Date.now() + 1_800_000).toISOString(),
          by: 'ada',
        }
        now = control({ log_level: { configured: 'info', current: level, held, unavailable: null } })
        return now
      },
      'DELETE /admin/ops/control/log-level': () => {
        now = control({ log_level: { configured: 'info', current: 'info', held: null, unavailable: null } })
        return now
      },
    },
    ADMIN,
  )
  const shown = await showTo(fake, 'admin')
  const { page } = shown
  const level = page.getByRole('region', { name: 'Log level' })
  await level.getByText('as configured').waitFor()
  await level.getByLabel('Level', { exact: true }).selectOption('trace')
  await level.getByRole('button', { name: 'Set' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Set the level' }).click()
  await dialog.getByText('It is not allowed: Another site asked for this change.').waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await level.getByLabel('Level', { exact: true }).selectOption('debug')
  await level.getByLabel('Log level: for how long').selectOption('30 min')
  await level.getByRole('button', { name: 'Set' }).click()
  await dialog.getByText('For 30 min lines from debug on are written and sent; then info holds again.').waitFor()
  await expectSound({ ...shown, complaints: [] })
  await dialog.getByRole('button', { name: 'Set the level' }).click()
  await level.getByText(/ends in (30|29) min.*, by ada; configured info/).waitFor()
  await level.getByRole('button', { name: 'Back to configured' }).click()
  await dialog.getByRole('button', { name: 'Set it back' }).click()
  await level.getByText('as configured').waitFor()
  expect(changes(fake.asked)).toEqual([
    'POST /admin/ops/control/log-level admin {"level":"trace","seconds":600}',
    'POST /admin/ops/control/log-level admin {"level":"debug","seconds":1800}',
    'DELETE /admin/ops/control/log-level admin ',
  ])
  await page.close()
})

browser(
  'the part of traces that is recorded is set for a time; where it cannot be, the reason stands there',
  LONG,
  async () => {
    let now = control()
    const fake = await fakeService(
      {
        ...admin(),
        '/admin/ops/control': () => now,
        'POST /admin/ops/control/sampling': ({ body }: Question) => {
          const { ratio, seconds } = JSON.parse(body)
          const held = {
            since: new Date().toISOString(),
            until: new Date(Date.now() + seconds * 1000).toISOString(),
            by: null,
          }
          now = control({ sampling: { ...now.sampling, current: ratio, held } })
          return now
        },
      },
      ADMIN,
    )
    const { page } = await showTo(fake, 'admin')
    const sampling = page.getByRole('region', { name: 'Sampling' })
    await sampling.getByText('as configured: 10 %, parentbased_traceidratio').waitFor()
    await sampling.getByLabel('Part of the traces').selectOption('50 %')
    await sampling.getByRole('button', { name: 'Set' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Set the part' }).click()
    await sampling.getByText(/ends in (10|9) min.*; configured 10 %/).waitFor()
    expect(changes(fake.asked)).toEqual(['POST /admin/ops/control/sampling admin {"ratio":0.5,"seconds":600}'])
    now = control({ sampling: { ...now.sampling, unavailable: 'Spans are recorded by another SDK.' } })
    await page.keyboard.press('r')
    await sampling.getByText('Spans are recorded by another SDK.').waitFor()
    expect(await sampling.getByRole('button').count()).toBe(0)
    await page.close()
  },
)

browser('a CPU profile is downloaded as what the service calls it; one that is refused says why', LONG, async () => {
  let free = true
  const profile = '{"nodes":[],"startTime":0,"endTime":1}'
  const fake = await fakeService(
    {
      ...admin(),
      '/admin/ops/control': () => control({ heap_snapshot: { ...control().heap_snapshot, enabled: true } }),
      'POST /admin/ops/control/cpu-profile': () =>
        free
          ? new Response(profile, {
              headers: {
                'content-type': 'application/json',
                'content-disposition': 'attachment; filename="shop-api-20261121.cpuprofile"',
              },
            })
          : new Refusal(409, 'conflict', 'A profile is being taken.'),
      'POST /admin/ops/control/heap-snapshot': () =>
        new Refusal(503, 'service_unavailable', 'Too little memory is left.'),
    },
    ADMIN,
  )
  const { page } = await showTo(fake, 'admin')
  const part = page.getByRole('region', { name: 'CPU profile' })
  const dialog = page.getByRole('dialog')
  await part.getByLabel('CPU profile: for how long').selectOption('5 s')
  await part.getByRole('button', { name: 'Download' }).click()
  const saved = page.waitForEvent('download')
  await dialog.getByRole('button', { name: 'Take the profile' }).click()
  const download = await saved
  expect([download.suggestedFilename(), readFileSync(await download.path(), 'utf8')]).toEqual([
    'shop-api-20261121.cpuprofile',
    profile,
  ])
  await page.getByText('shop-api-20261121.cpuprofile is downloaded (38 B).').waitFor()
  free = false
  await part.getByRole('button', { name: 'Download' }).click()
  await dialog.getByRole('button', { name: 'Take the profile' }).click()
  await dialog.getByText('It is in the way of something else: A profile is being taken.').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('region', { name: 'Heap snapshot' }).getByRole('button', { name: 'Download' }).click()
  await dialog.getByText('secrets and data of customers too').waitFor()
  await dialog.getByRole('button', { name: 'Take the snapshot' }).click()
  await dialog.getByText('It is not available now: Too little memory is left.').waitFor()
  expect(changes(fake.asked)).toEqual([
    'POST /admin/ops/control/cpu-profile admin {"seconds":5}',
    'POST /admin/ops/control/cpu-profile admin {"seconds":5}',
    'POST /admin/ops/control/heap-snapshot admin {}',
  ])
  await page.close()
})

browser('what cannot be taken now says what is in the way', LONG, async () => {
  const fake = await fakeService(
    {
      ...admin(),
      '/admin/ops/control': () =>
        control({
          cpu_profile: {
            enabled: true,
            running: { since: new Date(Date.now() - 4000).toISOString(), by: 'eve' },
            next_at: null,
            last_at: null,
          },
          heap_snapshot: {
            enabled: true,
            running: null,
            next_at: new Date(Date.now() + 240_000).toISOString(),
            last_at: null,
          },
        }),
    },
    ADMIN,
  )
  const { page } = await showTo(fake, 'admin')
  const cpu = page.getByRole('region', { name: 'CPU profile' })
  await cpu.getByText(/^for \d+ s, by eve$/).waitFor()
  expect(await cpu.getByRole('button', { name: 'Download' }).isDisabled()).toBe(true)
  const heap = page.getByRole('region', { name: 'Heap snapshot' })
  await heap.getByText(/^possible again in [34] min/).waitFor()
  expect(await heap.getByRole('button', { name: 'Download' }).isDisabled()).toBe(true)
  await page.close()
})
