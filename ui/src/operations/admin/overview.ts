// What most of the admin's cards are made of: one answer that they share.
import type { Overview, Severity } from '../../../../src/console/ops/answers.ts'
import type { IncidentClass } from '../../../../src/objectives/incidents.ts'
import type { Tone } from '../../parts/colour.ts'
import { type Figure, useFigure } from '../figure.ts'

export const OVERVIEW = '/admin/ops/overview'

export const useOverview = (): Figure<Overview> => useFigure<Overview>(OVERVIEW, { everyMs: 5000 })

export const CLASSES: Readonly<Record<IncidentClass, { readonly words: string; readonly card: string }>> = {
  outbox_relay_degraded: { words: 'Outbox relay degraded', card: 'queues' },
  dlq_backlog: { words: 'Dead letters wait', card: 'queues' },
  queue_backlog: { words: 'Queue backlog', card: 'queues' },
  api_5xx_elevated: { words: 'Server errors elevated', card: 'surfaces' },
  worker_failures: { words: 'Workers fail', card: 'surfaces' },
  fleet_telemetry_degraded: { words: 'Fleet telemetry degraded', card: 'fleet' },
  health_check: { words: 'Health check fails', card: 'health' },
  slo: { words: 'Objective breached', card: 'objectives' },
  watchlist: { words: 'Watchlist signal breached', card: 'watchlist' },
}

export const SEVERITIES: Readonly<Record<Severity, { readonly words: string; readonly tone: Tone }>> = {
  critical: { words: 'Critical', tone: 'error' },
  warning: { words: 'Warning', tone: 'warn' },
}
