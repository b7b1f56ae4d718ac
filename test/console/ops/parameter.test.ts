// What the addresses for administrators are asked with: nothing is clamped, and an empty text is the default.
import { expect, test } from 'vitest'
import { operationsOf } from './kit.ts'

const FLEET = '/api/v1/admin/telemetry/fleet'

test('a whole number beyond its bounds, or none, is refused by the code that these addresses owe [G-28]', async () => {
  const { ask } = operationsOf()
  const asked = async (query: string) => {
    const { points, ...refused } = (await ask(`${FLEET}?${query}`)) as { points?: unknown[] }
    return points?.length ?? refused
  }
  const given = ['', 'points=', 'points=2', 'points=500', 'points=007', 'range=&points=3']
  expect(await Promise.all(given.map(asked))).toEqual([60, 60, 2, 500, 7, 3])
  const wrong = ['1', '501', '-3', '+3', '3.5', '1e2', '0x3', 'x', '%20', '\u0663', '9'.repeat(400)]
  const detail = 'points has to be a whole number from 2 to 500.'
  expect(await Promise.all(wrong.map((points) => asked(`points=${points}`)))).toEqual(
    wrong.map(() => ({ status: 400, code: 'invalid_request', detail })),
  )
})
