// Two drawings: a line chart of series over time, and the small bars of a timeline.
import { el, fill, svg } from './dom.js'
import { clock } from './words.js'

const HEIGHT = 260
const EDGE = { top: 12, right: 12, bottom: 24, left: 64 }

/** `lines`: { colour, points: [{ time_ms, value }] }. `show(value)` writes a value; `point(time)` hears where the pointer is. */
export function lineChart(holder, lines, { show, point }) {
  const width = Math.max(280, holder.clientWidth || 800)
  const all = lines.flatMap(({ points }) => points.filter(({ value }) => value !== null))
  if (all.length === 0) return fill(holder, el('p', { class: 'nothing' }, 'No points in this time.'))
  const [from, to] = spread(
    all.map(({ time_ms }) => time_ms),
    30_000,
  )
  let [low, high] = spread(
    all.map(({ value }) => value),
    0,
  )
  if (low > 0) low = 0
  if (high < 0) high = 0
  if (high === low) high = low + 1
  const ticks = nice(low, high, 4)
  low = Math.min(low, ticks[0])
  high = Math.max(high, ticks[ticks.length - 1])
  const x = (time) => EDGE.left + ((time - from) / (to - from)) * (width - EDGE.left - EDGE.right)
  const y = (value) => HEIGHT - EDGE.bottom - ((value - low) / (high - low)) * (HEIGHT - EDGE.top - EDGE.bottom)
  const pointer = svg('line', { class: 'pointer', y1: EDGE.top, y2: HEIGHT - EDGE.bottom, visibility: 'hidden' })
  const times = Math.max(2, Math.min(6, Math.floor(width / 130)))
  const drawing = svg(
    'svg',
    {
      class: 'chart',
      width,
      height: HEIGHT,
      viewBox: `0 0 ${width} ${HEIGHT}`,
      role: 'img',
      'aria-label': 'Line chart',
    },
    ticks.map((value) => [
      svg('line', { class: 'grid', x1: EDGE.left, x2: width - EDGE.right, y1: y(value), y2: y(value) }),
      svg('text', { x: EDGE.left - 8, y: y(value) + 4, 'text-anchor': 'end' }, show(value)),
    ]),
    Array.from({ length: times }, (_, i) => from + ((to - from) * i) / (times - 1)).map((time, i) =>
      svg(
        'text',
        { x: x(time), y: HEIGHT - 6, 'text-anchor': i === 0 ? 'start' : i === times - 1 ? 'end' : 'middle' },
        clock(time, false),
      ),
    ),
    lines.map(({ colour, points }) => svg('path', { class: `line ${colour}`, d: pathOf(points, x, y) })),
    lines.map(({ colour, points }) =>
      lonely(points).map(({ time_ms, value }) =>
        svg('circle', { class: `dot ${colour}`, cx: x(time_ms), cy: y(value), r: 2.5 }),
      ),
    ),
    pointer,
  )
  drawing.addEventListener('pointermove', (event) => {
    const at = event.clientX - drawing.getBoundingClientRect().left
    const time = from + ((at - EDGE.left) / (width - EDGE.left - EDGE.right)) * (to - from)
    pointer.setAttribute('visibility', 'visible')
    pointer.setAttribute('x1', at)
    pointer.setAttribute('x2', at)
    point(time)
  })
  drawing.addEventListener('pointerleave', () => {
    pointer.setAttribute('visibility', 'hidden')
    point(null)
  })
  return fill(holder, drawing)
}

function spread(numbers, least) {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const number of numbers) {
    if (number < low) low = number
    if (number > high) high = number
  }
  return high - low < least ? [high - least, high] : [low, high]
}

/** Steps of 1, 2 or 5 times a power of ten. */
function nice(low, high, about) {
  const rough = (high - low) / about
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].find((one) => one * power >= rough) * power
  const ticks = []
  for (let i = Math.floor(low / step); i <= Math.ceil(high / step); i++) ticks.push(Number((i * step).toPrecision(12)))
  return ticks
}

/** A value that is not known breaks the line. */
function pathOf(points, x, y) {
  let path = ''
  let pen = 'M'
  for (const { time_ms, value } of points) {
    if (value === null) pen = 'M'
    else {
      path += `${pen}${x(time_ms).toFixed(1)} ${y(value).toFixed(1)}`
      pen = 'L'
    }
  }
  return path
}

/** Points that no line reaches. */
function lonely(points) {
  return points.filter(
    ({ value }, i) =>
      value !== null && (points[i - 1]?.value ?? null) === null && (points[i + 1]?.value ?? null) === null,
  )
}

/** Requests of each moment as bars, the failed part in red. */
export function bars(timeline, width = 120, height = 24) {
  const most = Math.max(1, ...timeline.map(({ requests }) => requests))
  const each = width / timeline.length
  return svg(
    'svg',
    { class: 'bars', width, height, viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' },
    timeline.map(({ requests, errors }, i) => {
      if (requests === 0) return null
      const tall = Math.max(1.5, (requests / most) * height)
      const red = errors === 0 ? 0 : Math.max(1.5, (errors / requests) * tall)
      const at = { x: i * each, width: Math.max(1, each - 1) }
      return [
        svg('rect', { ...at, y: height - tall, height: tall }),
        red > 0 && svg('rect', { ...at, class: 'bad', y: height - red, height: red }),
      ]
    }),
  )
}
