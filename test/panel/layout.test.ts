import { expect, test } from 'vitest'
import { apart, BOX, layOut } from '../../ui/src/pages/map/layout.ts'

const pairs = (text: string) => text.split(' ').map((pair) => ({ from: pair[0]!, to: pair[1]! }))

test('who asks stands to the left of who is asked, and one that asks itself in a circle still has a place', () => {
  const { boxes, routes } = layOut([...'abcd'], pairs('ab bc ca cd'))
  const x = new Map(boxes.map((box) => [box.id, box.x]))
  expect([...'abcd'].map((id) => x.get(id)! - x.get('a')!)).toEqual([0, 356, 712, 1068])
  expect(routes.map(({ back }) => back)).toEqual([false, false, true, false])
})

test('the picture does not depend on the order in which nodes and edges come', () => {
  const edges = pairs('ab ac bd cd ae ef df')
  const one = layOut([...'abcdefg'], edges)
  const other = layOut([...'gfedcba'], [...edges].reverse())
  const byId = (boxes: typeof one.boxes) => [...boxes].sort((a, b) => (a.id < b.id ? -1 : 1))
  expect(byId(other.boxes)).toEqual(byId(one.boxes))
  expect([...other.routes].reverse()).toEqual(one.routes)
})

test.each([2, 7, 20, 50])('of %i nodes no two cover each other, and all of it is inside of the picture', (count) => {
  const ids = Array.from({ length: count }, (_, i) => `n${i}`)
  const edges = ids
    .slice(1)
    .flatMap((id, i) => [
      { from: ids[Math.floor(i / 3)]!, to: id },
      ...(i % 5 === 0 ? [{ from: id, to: ids[(i * 7) % count]! }] : []),
    ])
  const { boxes, width, height, routes } = layOut([...ids, 'alone', 'lonely'], edges)
  expect(boxes).toHaveLength(count + 2)
  const covering = boxes.flatMap((a, i) =>
    boxes
      .slice(i + 1)
      .filter((b) => Math.abs(a.x - b.x) < BOX.width && Math.abs(a.y - b.y) < BOX.height)
      .map((b) => [a.id, b.id]),
  )
  expect(covering).toEqual([])
  for (const { x, y } of [...boxes, ...routes.flatMap(({ points }) => points)]) {
    expect(x >= 0 && x <= width && y >= 0 && y <= height).toBe(true)
  }
})

test('edges whose ends are not there, and of one to itself, are not drawn', () => {
  const { routes } = layOut(
    ['a', 'b'],
    [
      { from: 'a', to: 'a' },
      { from: 'a', to: 'gone' },
      { from: 'a', to: 'b' },
    ],
  )
  expect(routes.map(({ points }) => points.length)).toEqual([0, 0, 2])
})

test('two edges between the same two run beside each other, and labels do not cover each other', () => {
  const { routes } = layOut(
    ['a', 'b'],
    [
      { from: 'a', to: 'b' },
      { from: 'a', to: 'b' },
    ],
  )
  const [first, second] = routes
  expect(second!.points[0]!.y - first!.points[0]!.y).toBe(22)
  expect(second!.label.y - first!.label.y).toBeGreaterThanOrEqual(19)
})

test('places stay as near to what is wanted as their distance allows', () => {
  expect(apart([10, 20, 100], [0, 10, 10])).toEqual([10, 20, 100])
  expect(apart([50, 50, 50], [0, 10, 10])).toEqual([40, 50, 60])
  expect(apart([], [])).toEqual([])
})
