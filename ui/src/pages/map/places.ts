// Where the map leads: a service to its page, everything else to the traces that asked it, and a failed part to the failed ones.
import type { MapEdge, MapNode } from '../../../../src/store/answers.ts'
import { href } from '../../shell/place.ts'

export function nodePlace({ type, name, where }: MapNode): string {
  return type === 'service' ? href(`/services/${encodeURIComponent(name)}`) : href('/traces', { attribute: where })
}

/** Traces in which the callee was asked: by its own spans when it tells of itself, by those of the caller when not. */
export function edgePlace(edge: MapEdge, nodes: ReadonlyMap<string, MapNode>): string {
  const from = nodes.get(edge.from)!
  const to = nodes.get(edge.to)!
  const asked =
    to.type === 'service'
      ? { service: to.name, kind: edge.kind === 'message' ? 'consumer' : null }
      : { service: from.name, attribute: to.where }
  return href('/traces', { ...asked, status: edge.errors > 0 ? 'error' : null })
}
