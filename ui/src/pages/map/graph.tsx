// The picture of the map: boxes and arrows that are links, fitted to the page, moved with the hand, walked with arrow keys.
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { MapAnswer, MapEdge, MapNode } from '../../../../src/store/answers.ts'
import { Button } from '../../parts/button.tsx'
import { serviceColour } from '../../parts/colour.ts'
import { durationText, percentText, rateText } from '../../parts/format.ts'
import { BOX, type Layout, layOut, pathOf } from './layout.ts'
import { edgePlace, nodePlace } from './places.ts'
import { Shape } from './shape.tsx'
import { edgeWords, nodeWords } from './words.ts'

/** More edges than this, and their numbers show where one points only. */
const MANY = 16
/** Smaller than this, and only names are shown, larger. */
const FAR = 0.62
/** Characters of a name that fit beside a bar; beside a sign some fewer. */
const LONGEST = { near: 21, far: 12 } as const
const LARGEST = 1.2
const SMALLEST = 0.25

/** Text beside a link that says the same in words. */
const UNSAID = { 'aria-hidden': true } as const

interface View {
  readonly scale: number
  readonly x: number
  readonly y: number
}

export function Graph({ map }: { map: MapAnswer }) {
  const frame = useRef<HTMLDivElement>(null)
  const shape = JSON.stringify([map.nodes.map(({ id }) => id), map.edges.map(({ from, to, kind }) => [from, to, kind])])
  // Numbers alone move nothing.
  const many = map.edges.length > MANY
  const layout = useMemo(
    () =>
      layOut(
        map.nodes.map(({ id }) => id),
        map.edges,
        many ? 'plain' : 'labels',
      ),
    [shape],
  )
  const size = useSize(frame)
  const fitted = fitTo(layout, size.width, size.height)
  const [moved, setMoved] = useState<{ shape: string; view: View } | null>(null)
  const view = moved?.shape === shape ? moved.view : fitted
  const [near, setNear] = useState<string | null>(null)
  const nodes = new Map(map.nodes.map((node) => [node.id, node]))
  const lit = near === null ? null : around(near, map.edges)

  const zoom = (by: number, at = { x: size.width / 2, y: size.height / 2 }): void => {
    const scale = Math.min(2.5, Math.max(Math.min(SMALLEST, fitted.scale), view.scale * by))
    const share = scale / view.scale
    setMoved({ shape, view: { scale, x: at.x - (at.x - view.x) * share, y: at.y - (at.y - view.y) * share } })
  }
  const drag = useDrag(frame, view, (next) => setMoved({ shape, view: next }))
  useWheel(frame, zoom)

  const walk = (event: KeyboardEvent): void => {
    const from = (event.target as Element).getAttribute('data-node')
    const next = from === null ? null : beside(from, event.key, layout, map.edges)
    if (next === null) return
    event.preventDefault()
    frame.current?.querySelector<SVGElement>(`[data-node="${CSS.escape(next)}"]`)?.focus()
  }
  const boxes = new Map(layout.boxes.map((box) => [box.id, box]))
  const busiest = Math.max(...map.edges.map(({ requests }) => requests), 1)

  return (
    <div
      ref={frame}
      class={`map-frame${drag.dragging ? ' map-dragging' : ''}${view.scale < FAR ? ' map-far' : ''}`}
      style={{ '--wanted': `${Math.ceil(layout.height * Math.min(LARGEST, fitted.scale)) + 16}px` }}
      onPointerDown={drag.start}
      onClickCapture={drag.swallow}
    >
      <svg
        class="map-svg"
        role="group"
        aria-label="Map of services. Tab goes through nodes and connections, arrow keys go to neighbours; the list has the same as a table."
        width={size.width}
        height={size.height}
        onKeyDown={walk}
      >
        <defs>
          {(['plain', 'bad', 'lit'] as const).map((kind) => (
            <marker
              key={kind}
              id={`map-tip-${kind}`}
              class={`map-tip map-tip-${kind}`}
              viewBox="0 0 10 10"
              refX="9"
              refY="5"
              markerWidth="10"
              markerHeight="10"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M0 0.8L9.2 5 0 9.2z" />
            </marker>
          ))}
        </defs>
        <g transform={`translate(${view.x} ${view.y}) scale(${view.scale})`}>
          {map.edges.map((edge, i) => {
            const key = edgeKey(edge)
            return (
              <Edge
                key={key}
                edge={edge}
                nodes={nodes}
                path={pathOf(layout.routes[i]!.points)}
                weight={1.2 + 1.6 * Math.sqrt(edge.requests / busiest)}
                dim={lit !== null && !lit.has(key)}
                lit={lit?.has(key) ?? false}
                point={setNear}
              />
            )
          })}
          {map.nodes.map((node) => {
            const box = boxes.get(node.id)
            return (
              box && (
                <Node
                  key={node.id}
                  node={node}
                  x={box.x}
                  y={box.y}
                  dim={lit !== null && !lit.has(node.id)}
                  far={view.scale < FAR}
                  point={setNear}
                />
              )
            )
          })}
          {map.edges.map((edge, i) => {
            const key = edgeKey(edge)
            if (lit === null ? many : !lit.has(key)) return null
            return <Label key={key} edge={edge} {...layout.routes[i]!.label} />
          })}
        </g>
      </svg>
      <div class="map-zoom">
        <Button icon="plus" label="Larger" onClick={() => zoom(1.25)} />
        <Button icon="minus" label="Smaller" onClick={() => zoom(0.8)} />
        <Button icon="fit" label="Fit to the page" disabled={moved?.shape !== shape} onClick={() => setMoved(null)} />
      </div>
    </div>
  )
}

const edgeKey = ({ from, to, kind }: MapEdge): string => JSON.stringify([from, to, kind])

interface NodeProps {
  readonly node: MapNode
  readonly x: number
  readonly y: number
  readonly dim: boolean
  /** Only the name can be read. */
  readonly far: boolean
  point(id: string | null): void
}

function Node({ node, x, y, dim, far, point }: NodeProps) {
  const { width, height } = BOX
  const service = node.type === 'service'
  const colour = service ? serviceColour(node.name) : 'var(--faint)'
  const left = service ? 18 : 36
  return (
    <g
      class={`map-node map-node-${node.type}${dim ? ' map-dim' : ''}`}
      transform={`translate(${x - width / 2} ${y - height / 2})`}
      style={{ '--own': colour }}
    >
      <a
        href={nodePlace(node)}
        data-node={node.id}
        aria-label={nodeWords(node)}
        onPointerEnter={() => point(node.id)}
        onPointerLeave={() => point(null)}
        onFocus={() => point(node.id)}
        onBlur={() => point(null)}
      >
        <title>{nodeWords(node)}</title>
        <Shape type={node.type} width={width} height={height} failed={node.error_rate} />
      </a>
      <text class="map-name" x={left} y={far ? 37 : 25} {...UNSAID}>
        {short(node.name, LONGEST[far ? 'far' : 'near'] - (service ? 0 : far ? 2 : 4))}
      </text>
      <text class="map-rates" x={left} y={44} {...UNSAID}>
        {node.requests === 0 ? (
          <tspan>nothing came in</tspan>
        ) : (
          <>
            <tspan>{rateText(node.per_second)}</tspan>
            {node.errors > 0 && <tspan class="map-failed">{`  ${percentText(node.error_rate)}`}</tspan>}
            <tspan>{`  ${durationText(node.p95_ms)}`}</tspan>
          </>
        )}
      </text>
    </g>
  )
}

interface EdgeProps {
  readonly edge: MapEdge
  readonly nodes: ReadonlyMap<string, MapNode>
  readonly path: string
  readonly weight: number
  readonly dim: boolean
  readonly lit: boolean
  point(id: string | null): void
}

function Edge({ edge, nodes, path, weight, dim, lit, point }: EdgeProps) {
  const bad = edge.errors > 0
  const key = edgeKey(edge)
  return (
    <a
      href={edgePlace(edge, nodes)}
      class={`map-edge map-edge-${edge.kind}${bad ? ' map-edge-bad' : ''}${dim ? ' map-dim' : ''}${lit ? ' map-lit' : ''}`}
      aria-label={edgeWords(edge, nodes)}
      onPointerEnter={() => point(key)}
      onPointerLeave={() => point(null)}
      onFocus={() => point(key)}
      onBlur={() => point(null)}
    >
      <title>{edgeWords(edge, nodes)}</title>
      <path class="map-hit" d={path} />
      <path
        class="map-line"
        d={path}
        style={{ '--weight': `${weight}px` }}
        marker-end={`url(#map-tip-${bad ? 'bad' : lit ? 'lit' : 'plain'})`}
      />
    </a>
  )
}

function Label({ edge, x, y }: { edge: MapEdge; x: number; y: number }) {
  const parts = [
    rateText(edge.per_second),
    edge.errors > 0 ? percentText(edge.error_rate) : '',
    durationText(edge.p95_ms),
  ]
  const width = parts.join('  ').length * 5.9 + 10
  return (
    <g class="map-label" transform={`translate(${x} ${y})`}>
      <rect x={-width / 2} y={-9} width={width} height={17} rx={4} />
      <text y={3.5} {...UNSAID}>
        <tspan>{parts[0]}</tspan>
        {parts[1] && <tspan class="map-failed">{`  ${parts[1]}`}</tspan>}
        <tspan>{`  ${parts[2]}`}</tspan>
      </text>
    </g>
  )
}

const short = (name: string, most: number): string => (name.length > most ? `${name.slice(0, most - 1)}…` : name)

/** Keys of what is pointed at and of all that it is joined with. */
function around(key: string, edges: readonly MapEdge[]): Set<string> {
  const lit = new Set([key])
  for (const edge of edges) {
    const own = edgeKey(edge)
    if (own !== key && edge.from !== key && edge.to !== key) continue
    lit.add(own).add(edge.from).add(edge.to)
  }
  return lit
}

/** To the right whom it asks, to the left who asks it, above and below in the same column. */
function beside(from: string, key: string, layout: Layout, edges: readonly MapEdge[]): string | null {
  const here = layout.boxes.find(({ id }) => id === from)
  if (here === undefined) return null
  const near = (ids: readonly string[]): string | null => {
    const boxes = layout.boxes.filter(({ id }) => ids.includes(id))
    boxes.sort((a, b) => Math.abs(a.y - here.y) - Math.abs(b.y - here.y))
    return boxes[0]?.id ?? null
  }
  if (key === 'ArrowRight') return near(edges.filter((edge) => edge.from === from).map(({ to }) => to))
  if (key === 'ArrowLeft') return near(edges.filter((edge) => edge.to === from).map((edge) => edge.from))
  const down = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0
  if (down === 0) return null
  const column = layout.boxes.filter((box) => box.x === here.x && (box.y - here.y) * down > 0)
  return near(column.map(({ id }) => id))
}

/** What the buttons cover at the bottom, pixels. */
const BUTTONS = 48
/** Narrower than this is held in a hand, pixels. */
const HAND = 500

function fitTo(layout: Layout, width: number, height: number): View {
  // A hand that holds a phone moves the map rather than reads what is tiny.
  const least = width < HAND ? 0.5 : 0
  const scale = Math.min(
    LARGEST,
    Math.max(least, Math.min(width / layout.width, Math.max((height - BUTTONS) / layout.height, 0.6))),
  )
  return {
    scale,
    x: Math.max(0, (width - layout.width * scale) / 2),
    y: Math.max(0, (height - (layout.height * scale > height - 2 * BUTTONS ? BUTTONS : 0) - layout.height * scale) / 2),
  }
}

function useSize(frame: { current: HTMLDivElement | null }): { width: number; height: number } {
  const [size, setSize] = useState({ width: 900, height: 500 })
  useLayoutEffect(() => {
    const element = frame.current
    if (element === null) return
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = element
      setSize((now) => (now.width === width && now.height === height ? now : { width, height }))
    }
    measure()
    const sizes = new ResizeObserver(measure)
    sizes.observe(element)
    return () => sizes.disconnect()
  }, [])
  return size
}

function useDrag(frame: { current: HTMLDivElement | null }, view: View, move: (view: View) => void) {
  const [dragging, setDragging] = useState(false)
  const wasDragged = useRef(false)
  const start = (event: PointerEvent): void => {
    if (event.button !== 0 || (event.target as Element).closest('button') !== null) return
    wasDragged.current = false
    const origin = { x: event.clientX, y: event.clientY }
    const stop = new AbortController()
    const { signal } = stop
    addEventListener(
      'pointermove',
      (now) => {
        const by = { x: now.clientX - origin.x, y: now.clientY - origin.y }
        if (!wasDragged.current && Math.hypot(by.x, by.y) < 5) return
        wasDragged.current = true
        setDragging(true)
        frame.current?.setPointerCapture?.(event.pointerId)
        move({ scale: view.scale, x: view.x + by.x, y: view.y + by.y })
      },
      { signal },
    )
    const end = (): void => {
      stop.abort()
      setDragging(false)
    }
    addEventListener('pointerup', end, { signal })
    addEventListener('pointercancel', end, { signal })
  }
  /** The click that ends a drag is none. */
  const swallow = (event: MouseEvent): void => {
    if (!wasDragged.current) return
    wasDragged.current = false
    event.preventDefault()
    event.stopPropagation()
  }
  return { dragging, start, swallow }
}

/** With Ctrl or a pinch, so that the page can still be scrolled over the map. */
function useWheel(frame: { current: HTMLDivElement | null }, zoom: (by: number, at: { x: number; y: number }) => void) {
  const latest = useRef(zoom)
  latest.current = zoom
  useLayoutEffect(() => {
    const element = frame.current
    if (element === null) return
    const wheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      const box = element.getBoundingClientRect()
      latest.current(Math.exp(-event.deltaY / 300), { x: event.clientX - box.left, y: event.clientY - box.top })
    }
    element.addEventListener('wheel', wheel, { passive: false })
    return () => element.removeEventListener('wheel', wheel)
  }, [])
}
