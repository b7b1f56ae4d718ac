// The map as two lists.
import type { MapAnswer, MapEdge, MapNode } from '../../../../src/store/answers.ts'
import { Badge, Dot } from '../../parts/button.tsx'
import { serviceColour } from '../../parts/colour.ts'
import { countText, durationText, percentText, rateText } from '../../parts/format.ts'
import { type Column, Table } from '../../parts/table.tsx'
import { edgePlace, nodePlace } from './places.ts'
import { typeText } from './words.ts'

const rates: readonly Column<MapEdge | MapNode>[] = [
  {
    name: 'rate',
    title: 'Rate',
    align: 'end',
    width: '84px',
    cell: ({ per_second, requests }) => <span class="num">{requests === 0 ? '–' : rateText(per_second)}</span>,
  },
  {
    name: 'errors',
    title: 'Errors',
    align: 'end',
    width: '72px',
    cell: ({ error_rate, errors }) => (
      <span class={`num${errors > 0 ? ' map-bad' : ''}`}>{percentText(error_rate)}</span>
    ),
  },
  {
    name: 'p95',
    title: 'p95',
    align: 'end',
    width: '84px',
    from: 'medium',
    cell: ({ p95_ms }) => <span class="num">{durationText(p95_ms)}</span>,
  },
  {
    name: 'requests',
    title: 'Requests',
    align: 'end',
    width: '84px',
    from: 'wide',
    cell: ({ requests }) => <span class="num">{countText(requests)}</span>,
  },
]

export function Connections({ map, narrow }: { map: MapAnswer; narrow: boolean }) {
  const nodes = new Map(map.nodes.map((node) => [node.id, node]))
  const edgeColumns: readonly Column<MapEdge>[] = [
    {
      name: 'from',
      title: 'From → to',
      width: 'minmax(120px, 3fr)',
      cell: ({ from, to }) => (
        <span class="map-pair clip">
          <Who node={nodes.get(from)!} />
          <span class="map-to">
            <span aria-hidden="true">→</span>
            <span class="said">to</span>
            <Who node={nodes.get(to)!} />
          </span>
        </span>
      ),
    },
    { name: 'kind', title: 'Kind', width: '92px', from: 'wide', cell: ({ kind }) => <Badge>{kind}</Badge> },
    ...rates,
  ]
  const nodeColumns: readonly Column<MapNode>[] = [
    { name: 'name', title: 'Name', width: 'minmax(120px, 3fr)', cell: (node) => <Who node={node} /> },
    { name: 'type', title: 'Type', width: '116px', from: 'wide', cell: ({ type }) => typeText(type) },
    ...rates,
  ]
  const edges = [...map.edges].sort((a, b) => b.errors - a.errors || b.requests - a.requests)
  return (
    <>
      {edges.length > 0 && (
        <section class="map-list">
          <h2>Connections</h2>
          <Table
            label="Connections"
            rows={edges}
            columns={edgeColumns}
            keyOf={({ from, to, kind }) => JSON.stringify([from, to, kind])}
            href={(edge) => edgePlace(edge, nodes)}
            rowHeight={narrow ? 54 : 36}
          />
        </section>
      )}
      <section class="map-list">
        <h2>Nodes</h2>
        <Table label="Nodes" rows={map.nodes} columns={nodeColumns} keyOf={({ id }) => id} href={nodePlace} />
      </section>
    </>
  )
}

function Who({ node: { name, type } }: { node: MapNode }) {
  return (
    <span class="map-who clip">
      <Dot colour={type === 'service' ? serviceColour(name) : 'var(--line-strong)'} />
      <span class="clip">{name}</span>
    </span>
  )
}
