// The whole trace in a strip: each span a stroke. Dragging over it chooses the time that the waterfall shows.
import { useEffect, useRef, useState } from 'preact/hooks'
import { resolveColour, serviceColour } from '../../parts/colour.ts'
import { durationText } from '../../parts/format.ts'
import { setQuery } from '../../shell/place.ts'
import { dark } from '../../shell/theme.ts'
import type { Shape } from './lines.ts'

interface MinimapProps {
  readonly shape: Shape
  readonly window: { readonly from: number; readonly to: number }
}

const HEIGHT = 44

export function Minimap({ shape, window }: MinimapProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const box = useRef<HTMLDivElement>(null)
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null)
  const length = shape.end - shape.start

  useEffect(() => {
    const element = canvas.current
    if (element === null) return
    const draw = (): void => paint(element, shape)
    draw()
    const sizes = new ResizeObserver(draw)
    sizes.observe(element)
    return () => sizes.disconnect()
  }, [shape, dark.value])

  const at = (event: PointerEvent): number => {
    const { left, width } = box.current!.getBoundingClientRect()
    return Math.max(0, Math.min(1, (event.clientX - left) / width)) * length
  }
  const finish = (): void => {
    if (drag === null) return
    setDrag(null)
    const [from, to] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)]
    if (to - from < length / 200) setQuery({ view: null }, { replace: true })
    else setQuery({ view: `${Number(from.toFixed(3))}-${Number(to.toFixed(3))}` })
  }
  const shown = drag === null ? window : { from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) }
  const whole = shown.from <= 0 && shown.to >= length
  return (
    <div
      ref={box}
      class="minimap"
      role="img"
      aria-label={`The whole trace, ${durationText(length)}${whole ? '' : `; shown is ${durationText(shown.from)} to ${durationText(shown.to)}`}`}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        box.current?.setPointerCapture(event.pointerId)
        setDrag({ from: at(event), to: at(event) })
      }}
      onPointerMove={(event) => drag !== null && setDrag({ from: drag.from, to: at(event) })}
      onPointerUp={finish}
      onPointerCancel={() => setDrag(null)}
    >
      <canvas ref={canvas} />
      {!whole && (
        <>
          <span class="minimap-out" style={{ left: 0, width: `${(shown.from / length) * 100}%` }} />
          <span class="minimap-out" style={{ left: `${(shown.to / length) * 100}%`, right: 0 }} />
        </>
      )}
    </div>
  )
}

function paint(canvas: HTMLCanvasElement, { spans, start, end }: Shape): void {
  const ratio = devicePixelRatio
  const width = canvas.clientWidth
  canvas.width = width * ratio
  canvas.height = HEIGHT * ratio
  const context = canvas.getContext('2d')
  if (context === null || width === 0) return
  context.scale(ratio, ratio)
  const step = Math.min(5, (HEIGHT - 6) / Math.max(1, spans.length))
  const height = Math.max(1, Math.min(3, step * 0.7))
  const colours = new Map<string, string>()
  const error = resolveColour('var(--error)')
  for (const { span, place } of spans) {
    let colour = colours.get(span.service)
    if (colour === undefined) colours.set(span.service, (colour = resolveColour(serviceColour(span.service))))
    context.fillStyle = span.status === 'error' ? error : colour
    const x = ((span.start_ms - start) / (end - start)) * width
    const w = Math.max(1, (span.duration_ms / (end - start)) * width)
    context.fillRect(Math.min(x, width - 1), 3 + place * step, w, height)
  }
}
