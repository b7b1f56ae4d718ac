// What kind of thing a node is, by its outline: a service is a card, a database a drum, a broker a queue, what is foreign
// has a broken edge. Along the bottom, the share that failed.
import type { MapNode } from '../../../../src/store/answers.ts'

interface ShapeProps {
  readonly type: MapNode['type']
  readonly width: number
  readonly height: number
  /** 0 to 1. */
  readonly failed: number
}

export function Shape({ type, width, height, failed }: ShapeProps) {
  return (
    <>
      <rect class="map-card" width={width} height={height} rx={type === 'external' ? height / 2 : 9} />
      {type === 'service' && <rect class="map-mark" x={7} y={12} width={4} height={height - 24} rx={2} />}
      {type === 'database' && <path class="map-sign" d={drum(12, 20)} />}
      {type === 'messaging' && <path class="map-sign" d="M12 22h16v15h-16zM16.5 22v15M21 22v15" />}
      {type === 'external' && (
        <path
          class="map-sign"
          d="M20 21a8.5 8.5 0 1 0 .01 0zM11.6 29.5h16.8M20 21c-5 5.6-5 11.4 0 17 5-5.6 5-11.4 0-17"
        />
      )}
      {failed > 0 && (
        <rect
          class="map-share"
          x={14}
          y={height - 4}
          width={Math.max(4, (width - 28) * failed)}
          height={2.5}
          rx={1.25}
        />
      )}
    </>
  )
}

function drum(x: number, y: number): string {
  return `M${x} ${y + 3}a8 3 0 0 1 16 0v13a8 3 0 0 1-16 0zM${x} ${y + 3}a8 3 0 0 0 16 0M${x} ${y + 9.5}a8 3 0 0 0 16 0`
}
