// What is said of nodes and edges, to those who see and to those who listen.
import type { MapEdge, MapNode } from '../../../../src/store/answers.ts'
import { durationText, percentText, plural, rateText } from '../../parts/format.ts'

const TYPES = { service: 'Service', database: 'Database', messaging: 'Message broker', external: 'External' } as const

export const typeText = (type: MapNode['type']): string => TYPES[type]

/** Without its own name, where the type says it: `postgresql shop` is a database. */
export function nodeWords(node: MapNode): string {
  if (node.requests === 0) return `${typeText(node.type)} ${node.name}, nothing came in`
  return `${typeText(node.type)} ${node.name}: ${rateText(node.per_second)}, ${percentText(node.error_rate)} failed, 95 % within ${durationText(node.p95_ms)}`
}

export function edgeWords(edge: MapEdge, nodes: ReadonlyMap<string, MapNode>): string {
  const what = edge.kind === 'message' ? 'sends messages to' : 'calls'
  const rates = `${rateText(edge.per_second)}, ${percentText(edge.error_rate)} failed, 95 % within ${durationText(edge.p95_ms)}`
  return `${nodes.get(edge.from)!.name} ${what} ${nodes.get(edge.to)!.name}: ${rates}, ${plural(edge.requests, 'request')}`
}
