// Where nodes and edges of the map stand: columns from left (who asks) to right (who is asked), found from the names and
// the edges alone, so that the picture stays when only numbers change. Layered drawing after Sugiyama: cycles are broken,
// columns are longest paths, long edges get a place in each column they pass, crossings are reduced by barycentres.

export interface Box {
  readonly id: string
  /** Centre. */
  readonly x: number
  readonly y: number
}

export interface Route {
  readonly from: string
  readonly to: string
  /** Where it passes, from the side of one box to the side of the other. */
  readonly points: readonly { readonly x: number; readonly y: number }[]
  readonly label: { readonly x: number; readonly y: number }
  /** Against the direction of reading. */
  readonly back: boolean
}

export interface Layout {
  readonly width: number
  readonly height: number
  readonly boxes: readonly Box[]
  /** In the order of the edges that were given. */
  readonly routes: readonly Route[]
}

export interface Pair {
  readonly from: string
  readonly to: string
}

export const BOX = { width: 188, height: 60 } as const
/** Between columns, with room for the numbers on an edge or without. */
const GAP = { labels: 168, plain: 76 } as const
const ROW = BOX.height + 30
/** What an edge needs to pass between boxes. */
const LANE = 34
const LABEL = 19
const MARGIN = 28
/** Boxes in a column, before those that ask nobody go one further. */
const TALLEST = 9

interface Cell {
  readonly key: string
  readonly id: string | null
  column: number
  y: number
  readonly left: Cell[]
  readonly right: Cell[]
}

export function layOut(ids: readonly string[], pairs: readonly Pair[], gap: keyof typeof GAP = 'labels'): Layout {
  const sorted = [...new Set(ids)].sort()
  const known = new Set(sorted)
  const edges = pairs.filter(({ from, to }) => from !== to && known.has(from) && known.has(to))
  const linked = new Set(edges.flatMap(({ from, to }) => [from, to]))
  const back = backEdges(sorted, edges)
  const columns = columnsOf(
    sorted.filter((id) => linked.has(id)),
    edges,
    back,
  )
  const cells = new Map<string, Cell>()
  const grid: Cell[][] = []
  const place = (key: string, id: string | null, column: number): Cell => {
    const cell: Cell = { key, id, column, y: 0, left: [], right: [] }
    while (grid.length <= column) grid.push([])
    grid[column]!.push(cell)
    return cell
  }
  for (const id of sorted) if (linked.has(id)) cells.set(id, place(id, id, columns.get(id)!))
  const chains = new Map<string, Cell[]>()
  for (const { from, to } of edges) {
    const key = keyOf(from, to)
    if (chains.has(key)) continue
    const [first, last] = back.has(key) ? [to, from] : [from, to]
    const chain = [cells.get(first)!]
    for (let column = columns.get(first)! + 1; column < columns.get(last)!; column++)
      chain.push(place(`${key} ${column}`, null, column))
    chain.push(cells.get(last)!)
    for (let i = 1; i < chain.length; i++) {
      chain[i - 1]!.right.push(chain[i]!)
      chain[i]!.left.push(chain[i - 1]!)
    }
    chains.set(key, back.has(key) ? chain.reverse() : chain)
  }
  order(grid)
  align(grid)
  return drawn(sorted, pairs, grid, chains, back, linked, BOX.width + GAP[gap])
}

const keyOf = (from: string, to: string): string => JSON.stringify([from, to])

/** Edges that close a circle, found from those that nobody asks. */
function backEdges(ids: readonly string[], edges: readonly Pair[]): Set<string> {
  const out = new Map<string, string[]>()
  const asked = new Set(edges.map(({ to }) => to))
  for (const { from, to } of edges) out.set(from, [...(out.get(from) ?? []), to].sort())
  const back = new Set<string>()
  const state = new Map<string, 'open' | 'done'>()
  const visit = (id: string): void => {
    state.set(id, 'open')
    for (const to of out.get(id) ?? []) {
      if (state.get(to) === 'open') back.add(keyOf(id, to))
      else if (!state.has(to)) visit(to)
    }
    state.set(id, 'done')
  }
  for (const id of [...ids.filter((one) => !asked.has(one)), ...ids]) if (!state.has(id)) visit(id)
  return back
}

function columnsOf(ids: readonly string[], edges: readonly Pair[], back: ReadonlySet<string>): Map<string, number> {
  const columns = new Map(ids.map((id) => [id, 0]))
  const forward = edges.map(({ from, to }) => (back.has(keyOf(from, to)) ? { from: to, to: from } : { from, to }))
  for (let turn = 0, moved = true; moved && turn <= ids.length; turn++) {
    moved = false
    for (const { from, to } of forward) {
      if (columns.get(to)! > columns.get(from)!) continue
      columns.set(to, columns.get(from)! + 1)
      moved = true
    }
  }
  // Many hosts that only one service asks would make a tower.
  const asks = new Set(forward.map(({ from }) => from))
  const count: number[] = []
  for (const id of ids) {
    let column = columns.get(id)!
    if (!asks.has(id)) while ((count[column] ?? 0) >= TALLEST) column++
    columns.set(id, column)
    count[column] = (count[column] ?? 0) + 1
  }
  return columns
}

function order(grid: Cell[][]): void {
  for (const column of grid) column.sort((a, b) => (a.key < b.key ? -1 : 1))
  let best = grid.map((column) => [...column])
  let fewest = crossings(grid)
  for (let turn = 0; turn < 12 && fewest > 0; turn++) {
    const down = turn % 2 === 0
    for (let i = 1; i < grid.length; i++) {
      const at = down ? i : grid.length - 1 - i
      const beside = new Map((grid[down ? at - 1 : at + 1] ?? []).map((cell, row) => [cell, row]))
      const centre = new Map(
        grid[at]!.map((cell, row) => {
          const rows = (down ? cell.left : cell.right).map((one) => beside.get(one)!)
          return [cell, rows.length === 0 ? row : rows.reduce((sum, one) => sum + one, 0) / rows.length]
        }),
      )
      grid[at]!.sort((a, b) => centre.get(a)! - centre.get(b)!)
    }
    const now = crossings(grid)
    if (now >= fewest) continue
    fewest = now
    best = grid.map((column) => [...column])
  }
  for (let i = 0; i < grid.length; i++) grid[i] = best[i]!
}

function crossings(grid: readonly Cell[][]): number {
  let count = 0
  for (let i = 0; i + 1 < grid.length; i++) {
    const rows = new Map(grid[i + 1]!.map((cell, row) => [cell, row]))
    const ends = grid[i]!.flatMap((cell) => cell.right.map((one) => rows.get(one)!).sort((a, b) => a - b))
    for (let a = 0; a < ends.length; a++) for (let b = a + 1; b < ends.length; b++) if (ends[a]! > ends[b]!) count++
  }
  return count
}

/** Each cell as near as it can be to those it is joined with. */
function align(grid: readonly Cell[][]): void {
  for (const column of grid)
    spread(
      column,
      column.map((_, i) => i * ROW),
    )
  for (let turn = 0; turn < 8; turn++) {
    for (const column of turn % 2 === 0 ? grid : [...grid].reverse()) {
      spread(
        column,
        column.map((cell) => {
          const beside = [...cell.left, ...cell.right]
          return beside.length === 0 ? cell.y : beside.reduce((sum, one) => sum + one.y, 0) / beside.length
        }),
      )
    }
  }
}

function spread(column: readonly Cell[], wanted: readonly number[]): void {
  const gaps = column.map((cell, i) => {
    const before = column[i - 1]
    if (before === undefined) return 0
    return cell.id !== null && before.id !== null
      ? ROW
      : cell.id === null && before.id === null
        ? LANE
        : (ROW + LANE) / 2
  })
  const places = apart(wanted, gaps)
  column.forEach((cell, i) => {
    cell.y = places[i]!
  })
}

/**
 * Places in the given order, at least `gaps[i]` after the one before, as near as can be to where they are wanted: those
 * that would collide share their means.
 */
export function apart(wanted: readonly number[], gaps: readonly number[]): number[] {
  const offsets: number[] = []
  let offset = 0
  for (const gap of gaps) offsets.push((offset += gap))
  const blocks: { mean: number; size: number }[] = []
  wanted.forEach((place, i) => {
    let block = { mean: place - offsets[i]!, size: 1 }
    for (
      let last = blocks[blocks.length - 1];
      last !== undefined && last.mean > block.mean;
      last = blocks[blocks.length - 1]
    ) {
      block = {
        mean: (last.mean * last.size + block.mean * block.size) / (last.size + block.size),
        size: last.size + block.size,
      }
      blocks.pop()
    }
    blocks.push(block)
  })
  return blocks.flatMap(({ mean, size }) => new Array<number>(size).fill(mean)).map((mean, i) => mean + offsets[i]!)
}

function drawn(
  ids: readonly string[],
  pairs: readonly Pair[],
  grid: readonly Cell[][],
  chains: ReadonlyMap<string, readonly Cell[]>,
  back: ReadonlySet<string>,
  linked: ReadonlySet<string>,
  pitch: number,
): Layout {
  const all = grid.flat()
  const top = all.length === 0 ? 0 : Math.min(...all.map(({ y }) => y))
  const xOf = (column: number): number => MARGIN + BOX.width / 2 + column * pitch
  const yOf = (y: number): number => MARGIN + BOX.height / 2 + y - top
  const boxes: Box[] = all.flatMap(({ id, column, y }) => (id === null ? [] : [{ id, x: xOf(column), y: yOf(y) }]))
  let bottom = boxes.length === 0 ? MARGIN : Math.max(...all.map(({ y }) => yOf(y))) + BOX.height / 2 + MARGIN
  // Those without edges stand below, side by side.
  const alone = ids.filter((id) => !linked.has(id))
  const across = Math.max(grid.length, Math.min(4, Math.ceil(Math.sqrt(alone.length))))
  const width = BOX.width + (all.length === 0 ? ROW / 2 : pitch - BOX.width)
  alone.forEach((id, i) => {
    const x = MARGIN + BOX.width / 2 + (i % across) * width
    boxes.push({ id, x, y: bottom + Math.floor(i / across) * ROW + BOX.height / 2 })
  })
  if (alone.length > 0) bottom += Math.ceil(alone.length / across) * ROW - (ROW - BOX.height) + MARGIN
  const times = new Map<string, number>()
  const routes = pairs.map(({ from, to }) => {
    const key = keyOf(from, to)
    const nth = times.get(key) ?? 0
    times.set(key, nth + 1)
    const chain = chains.get(key)
    // A second edge between the same two runs beside the first; one against the direction keeps clear of its counterpart.
    const beside = nth * 22 + (back.has(key) && chains.has(keyOf(to, from)) ? 22 : 0)
    const points = chain === undefined ? [] : pointsOf(chain, xOf, yOf, beside)
    return { from, to, points, label: labelOf(points), back: back.has(key) }
  })
  return {
    width: Math.max(...boxes.map(({ x }) => x), 0) + BOX.width / 2 + MARGIN,
    height: bottom,
    boxes,
    routes: separate(routes),
  }
}

function pointsOf(
  chain: readonly Cell[],
  xOf: (column: number) => number,
  yOf: (y: number) => number,
  beside: number,
): { x: number; y: number }[] {
  const right = chain[chain.length - 1]!.column > chain[0]!.column
  const side = (BOX.width / 2) * (right ? 1 : -1)
  return chain.flatMap(({ column, y, id }, i) => {
    const at = {
      x: xOf(column),
      y: yOf(y) + (i > 0 && i < chain.length - 1 ? 0 : beside === 0 ? 0 : Math.min(beside, 22)),
    }
    if (i === 0) return [{ x: at.x + side, y: at.y }]
    if (i === chain.length - 1) return [{ x: at.x - side, y: at.y }]
    // Straight through the column that it passes.
    return id === null
      ? [
          { x: at.x - side, y: at.y + beside },
          { x: at.x + side, y: at.y + beside },
        ]
      : []
  })
}

/** In the gap before its end. */
function labelOf(points: readonly { x: number; y: number }[]): { x: number; y: number } {
  const end = points[points.length - 1]
  const before = points[points.length - 2]
  return end === undefined || before === undefined
    ? { x: 0, y: 0 }
    : { x: (end.x + before.x) / 2, y: (end.y + before.y) / 2 }
}

/** Labels in one gap do not cover each other. */
function separate(routes: readonly Route[]): Route[] {
  const gaps = new Map<number, Route[]>()
  for (const route of routes) {
    const x = Math.round(route.label.x)
    gaps.set(x, [...(gaps.get(x) ?? []), route])
  }
  const places = new Map<Route, number>()
  for (const group of gaps.values()) {
    group.sort((a, b) => a.label.y - b.label.y)
    const ys = apart(
      group.map(({ label }) => label.y),
      group.map((_, i) => (i === 0 ? 0 : LABEL)),
    )
    group.forEach((route, i) => {
      places.set(route, ys[i]!)
    })
  }
  return routes.map((route) => ({ ...route, label: { x: route.label.x, y: places.get(route)! } }))
}

/** A smooth line that leaves and arrives level. */
export function pathOf(points: readonly { x: number; y: number }[]): string {
  const [first, ...rest] = points
  if (first === undefined) return ''
  let path = `M${first.x} ${first.y}`
  let { x, y } = first
  for (const point of rest) {
    const bend = (point.x - x) / 2
    path += `C${x + bend} ${y} ${point.x - bend} ${point.y} ${point.x} ${point.y}`
    ;({ x, y } = point)
  }
  return path
}
