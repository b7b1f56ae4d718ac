// The cards, one row each, in the order in which they stand (G-27): what to decide on, what to do, how it is, where to look
// further, and the details. A card exists for who may see what it asks, and asks nothing before it is there.
import type { ComponentType } from 'preact'
import { Control } from './admin/control.tsx'
import { Fleet } from './admin/fleet.tsx'
import { Glance } from './admin/glance.tsx'
import { Health } from './admin/health.tsx'
import { Incidents } from './admin/incidents.tsx'
import { Objectives } from './admin/objectives.tsx'
import { Queues } from './admin/queues.tsx'
import { Surfaces } from './admin/surfaces.tsx'
import { Watchlist } from './admin/watchlist.tsx'
import { Activity } from './cards/activity.tsx'
import { Cardinality } from './cards/cardinality.tsx'
import { Distribution } from './cards/distribution.tsx'
import { Exporters } from './cards/exporters.tsx'
import { Instrumentation } from './cards/instrumentation.tsx'
import { Investigation } from './cards/investigation.tsx'
import { ResourceCounts } from './cards/resource-counts.tsx'
import { Runtime } from './cards/runtime.tsx'
import { Tenants } from './cards/tenants.tsx'
import { Traffic } from './cards/traffic.tsx'
import type { Tier } from './session.ts'

export interface CardSpec {
  /** In the address of the card (`#traffic`) and of its parts. */
  readonly id: string
  readonly title: string
  /** Of everything that it asks. */
  readonly tier: Tier
  readonly view: ComponentType
  /** Twice as wide, or as wide as the page. */
  readonly wide?: true | 'page'
  /** Pixels that it has from the beginning, so that nothing moves when its answer comes. */
  readonly height: number
}

export const CARDS: readonly CardSpec[] = [
  { id: 'glance', title: 'At a glance', tier: 'public', view: Glance, wide: 'page', height: 84 },
  { id: 'incidents', title: 'Action required', tier: 'admin', view: Incidents, wide: true, height: 190 },
  { id: 'health', title: 'Health', tier: 'admin', view: Health, height: 140 },
  { id: 'investigation', title: 'Investigate', tier: 'public', view: Investigation, wide: true, height: 136 },
  { id: 'objectives', title: 'Objectives', tier: 'admin', view: Objectives, wide: true, height: 300 },
  { id: 'queues', title: 'Queues and outbox', tier: 'admin', view: Queues, height: 300 },
  { id: 'traffic', title: 'Traffic', tier: 'system', view: Traffic, wide: true, height: 406 },
  { id: 'tenants', title: 'Tenants', tier: 'system', view: Tenants, height: 412 },
  { id: 'counts', title: 'Records over time', tier: 'tenant', view: ResourceCounts, wide: true, height: 364 },
  { id: 'distribution', title: 'Records by type', tier: 'tenant', view: Distribution, height: 240 },
  { id: 'activity', title: 'Activity in the week', tier: 'tenant', view: Activity, wide: true, height: 400 },
  { id: 'fleet', title: 'Fleet', tier: 'admin', view: Fleet, wide: true, height: 290 },
  { id: 'surfaces', title: 'Errors by surface', tier: 'admin', view: Surfaces, height: 200 },
  { id: 'watchlist', title: 'Watchlist', tier: 'admin', view: Watchlist, height: 260 },
  { id: 'control', title: 'Runtime control', tier: 'admin', view: Control, height: 320 },
  { id: 'runtime', title: 'Runtime', tier: 'admin', view: Runtime, height: 530 },
  { id: 'exporters', title: 'Exporters', tier: 'admin', view: Exporters, height: 420 },
  { id: 'cardinality', title: 'Cardinality', tier: 'admin', view: Cardinality, height: 472 },
  { id: 'instrumentation', title: 'Instrumentation', tier: 'admin', view: Instrumentation, wide: true, height: 326 },
]
