// What the document says of the figures, of the session and of itself.
import { DOCUMENT_PATH } from '../document.ts'
import { SESSION_PATH } from '../session.ts'
import { clamped, type Operations } from './operation.ts'

const days = clamped('Days, of which today is the last (UTC).', 1, 365, 30)
const window = clamped('Seconds before now.', 60, 86_400, 3600)
const text = (description: string) => ({ description, schema: { type: 'string' } })

const COUNTED = {
  500: 'The records cannot be counted as they are declared.',
  503: 'The database is not there, or has not answered in time: `Retry-After` says when to ask again.',
}

export const FIGURE_OPERATIONS: Operations = {
  [`GET ${DOCUMENT_PATH}`]: { operation: 'getDocument', summary: 'This document.', answer: 'Document' },
  [`GET ${SESSION_PATH}`]: {
    operation: 'getSession',
    summary: 'Who asks, and which tiers would answer them. A credential that does not hold is refused.',
    answer: 'Session',
    also: { 401: 'The credential does not hold.' },
  },
  'GET /console/metrics/uptime': {
    operation: 'getUptime',
    summary: 'How long this instance runs; nothing that tells hosts, instances or stores apart.',
    answer: 'UptimeFigure',
  },
  'GET /console/metrics/resource-counts': {
    operation: 'getResourceCounts',
    summary: 'Records of the tenant by type, day by day: every day has its point, the last `cumulative` is the total.',
    parameters: {
      days,
      types: text('Comma list of record types, at most 50; the first eight declared where none is named.'),
    },
    answer: 'ResourceCounts',
    also: COUNTED,
  },
  'GET /console/metrics/activity': {
    operation: 'getActivity',
    summary: 'When in the week records of the tenant are written: 168 hours from Sunday on, UTC.',
    parameters: { days },
    answer: 'Activity',
    also: COUNTED,
  },
  'GET /console/metrics/resource-distribution': {
    operation: 'getResourceDistribution',
    summary:
      'Which types the records of the tenant are of, busiest first; what is beyond the top is one entry `other`.',
    parameters: { top: clamped('Types to name.', 1, 100, 20) },
    answer: 'ResourceDistribution',
    also: COUNTED,
  },
  'GET /console/metrics/traffic': {
    operation: 'getTraffic',
    summary: 'Requests as this instance saw them: rates, latency, status classes, and a series of 30 buckets.',
    parameters: { window, tenant: text('Of this tenant alone.') },
    answer: 'TrafficFigure',
  },
  'GET /console/metrics/tenants': {
    operation: 'getTenants',
    summary: 'Who has how many records, and what each tenant asks of this instance.',
    parameters: { window },
    answer: 'TenantsFigure',
    also: COUNTED,
  },
}
