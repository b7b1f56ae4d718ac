import { expect, test } from 'vitest'
import { current, currentIds, enter, runApply, runIn, runWith } from '../../src/context/current.ts'
import { Frame } from '../../src/context/frame.ts'
import { parseTraceparent } from '../../src/context/traceparent.ts'

function remote(flags: string): Frame {
  const frame = new Frame(null)
  parseTraceparent(`00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-${flags}`, frame)
  return frame
}

test('the frame that was entered is current until the function returns or throws [R-09]', () => {
  const frame = new Frame(null)
  expect(runIn(frame, current)).toBe(frame)
  expect(runWith(frame, (n: number) => [current(), n], 7)).toEqual([frame, 7])
  const self = { n: 1 }
  const sum = function (this: typeof self, ...args: unknown[]) {
    return [current(), this.n, ...args]
  }
  expect(runApply(frame, sum as never, self, [2, 3])).toEqual([frame, 1, 2, 3])
  expect(() =>
    runIn(frame, () => {
      throw new Error('x')
    }),
  ).toThrow('x')
  expect(current()).toBeUndefined()
})

test('enter lasts for the rest of the turn and what it starts, and not beyond [R-09]', async () => {
  const frame = new Frame(null)
  const outer = new Frame(null)
  await runIn(outer, async () => {
    enter(frame)
    expect(current()).toBe(frame)
    await null
    expect(current()).toBe(frame)
    await new Promise<void>((done) => setTimeout(done, 1))
    expect(current()).toBe(frame)
  })
  expect(current()).toBeUndefined()
})

test('ids for an exemplar are those of a sampled span, and nothing is written otherwise [R-09]', () => {
  const into = { t0: 9, t1: 9, t2: 9, t3: 9, s0: 9, s1: 9, flags: 9 }
  const before = { ...into }
  expect(currentIds(into)).toBe(false)
  expect(runIn(remote('00'), () => currentIds(into))).toBe(false)
  const empty = new Frame(null)
  empty.flags = 1
  expect(runIn(empty, () => currentIds(into))).toBe(false)
  expect(into).toEqual(before)
  const frame = remote('01')
  expect(runIn(frame, () => currentIds(into))).toBe(true)
  const { t0, t1, t2, t3, s0, s1, flags } = frame
  expect(into).toEqual({ t0, t1, t2, t3, s0, s1, flags })
})
