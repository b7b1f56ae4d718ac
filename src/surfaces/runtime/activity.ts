// What keeps the event loop alive, by type. A type that is gone is not shown any more.
import type { Observable } from '../../metrics/observable.ts'
import type { Registry } from '../../metrics/registry.ts'
import { NAMES } from '../../model/names.ts'
import type { Part } from './runtime.ts'

/** Two listings that Node has and does not document; the third is public. */
interface Listings {
  _getActiveHandles?(): readonly object[]
  _getActiveRequests?(): readonly object[]
  getActiveResourcesInfo?(): readonly string[]
}

export function activity(registry: Registry): Part {
  const handles = registry.observe(NAMES.nodejs_active_handles)
  const handlesTotal = registry.observe(NAMES.nodejs_active_handles_total)
  const requests = registry.observe(NAMES.nodejs_active_requests)
  const requestsTotal = registry.observe(NAMES.nodejs_active_requests_total)
  const resources = registry.observe(NAMES.nodejs_active_resources)
  const resourcesTotal = registry.observe(NAMES.nodejs_active_resources_total)
  const listings = process as unknown as Listings

  return {
    collect() {
      tell(handles, handlesTotal, listings._getActiveHandles?.().map(typeName))
      tell(requests, requestsTotal, listings._getActiveRequests?.().map(typeName))
      tell(resources, resourcesTotal, listings.getActiveResourcesInfo?.())
    },
  }
}

function tell(byType: Observable, total: Observable, types: readonly string[] | undefined): void {
  if (types === undefined) return
  const counts = new Map<string, number>()
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1)
  for (const [type, count] of counts) byType.observe(count, { type })
  total.observe(types.length)
}

function typeName(thing: object): string {
  return thing?.constructor?.name || 'unknown'
}
