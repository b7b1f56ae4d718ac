import { expect, test } from 'vitest'
import { humanDuration } from '../../../src/console/figures/uptime.ts'
import { asked, figuresOf, NOW } from './kit.ts'

test('uptime says exactly these keys, and nothing that tells hosts or stores apart [H-30] [H-39]', async () => {
  const { fetch } = figuresOf({ seconds: 90_061.5 })
  expect(await asked(fetch, 'uptime')).toEqual({
    service: 'shop',
    scope: 'single-instance',
    version: '1.2.3',
    started_at: '2027-01-14T06:58:58.500Z',
    now: new Date(NOW).toISOString(),
    uptime_seconds: 90_061.5,
    uptime_human: '1d 1h 1m 1s',
    availability: {
      tracked: false,
      note: 'One process cannot know when it was not there; availability comes from who asks from outside.',
    },
  })
})

test('durations for people: leading zeroes are dropped, inner ones kept, at least seconds [H-30]', () => {
  expect([0, 45, 90, 3661, 90_061, 86_400, 3600, -5, 0.9].map(humanDuration)).toEqual([
    ...['0s', '45s', '1m 30s', '1h 1m 1s', '1d 1h 1m 1s', '1d 0h 0m 0s', '1h 0m 0s', '0s', '0s'],
  ])
})
