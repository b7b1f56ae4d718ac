// What the document says of the overview of operations, of the fleet and of messages.
import type { Operation, Operations } from './operation.ts'

const INVALID = { 400: 'A parameter is not one that is allowed: `invalid_request`.' }
const CLOSED = { 503: 'The database does not answer, or none was handed over: `service_unavailable`.' }

const LISTS = {
  outbox: { one: 'message of the outbox', many: 'Messages of the outbox, the oldest first.', operation: 'Message' },
  dlq: {
    one: 'message that failed for good',
    many: 'Messages that failed for good, the last first.',
    operation: 'DeadLetter',
  },
} as const

function listed(list: keyof typeof LISTS): Operation {
  const status = {
    status: {
      description: 'Which of them.',
      schema: { type: 'string', enum: ['pending', 'failed', 'all'], default: 'pending' },
    },
  }
  return {
    operation: `list${LISTS[list].operation}s`,
    summary: `${LISTS[list].many} What is in them is not shown.`,
    parameters: {
      ...(list === 'outbox' && status),
      limit: { description: 'Messages of a page.', schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 } },
      offset: {
        description: 'Messages that are passed over.',
        schema: { type: 'integer', minimum: 0, maximum: 10_000, default: 0 },
      },
    },
    answer: 'MessagesAnswer',
    also: { ...INVALID, 404: 'No `ops.outbox` is configured.', ...CLOSED },
  }
}

function changed(list: keyof typeof LISTS, action: 'requeue' | 'discard'): Operation {
  const { one, operation } = LISTS[list]
  const does = action === 'requeue' ? 'Puts it back among those that wait' : 'Discards it'
  return {
    operation: `${action}${operation}`,
    summary: `${does}: a ${one}. Once more changes nothing.`,
    place: { id: { description: 'As the list has it.', schema: { type: 'string', maxLength: 200 } } },
    answer: 'MessageAction',
    also: {
      400: 'The id or the body is not one: `invalid_request`, `invalid_json`.',
      404: 'There is no such message: `not_found`.',
      409: 'It is in a state that does not allow it: `conflict`.',
      415: 'The body is not `application/json`.',
      503: 'The database or the audit trail does not answer, and nothing was changed: `service_unavailable`.',
    },
  }
}

export const OPS_OPERATIONS: Operations = {
  'GET /admin/ops/overview': {
    operation: 'getOverview',
    summary: 'Health, what waits, what fails, how fast it goes, and incidents.',
    answer: 'Overview',
  },
  'GET /api/v1/admin/telemetry/fleet': {
    operation: 'getFleetSeries',
    summary: 'Rate, errors and latency over time: of the whole service from Prometheus, else of this instance.',
    parameters: {
      range: {
        description: 'How far back, from `5m` to `7d`.',
        schema: { type: 'string', pattern: '^[0-9]+[smhd]$', default: '1h' },
      },
      points: {
        description: 'Values of each line.',
        schema: { type: 'integer', minimum: 2, maximum: 500, default: 60 },
      },
    },
    answer: 'FleetSeries',
    also: { ...INVALID, 503: 'Prometheus does not answer: `service_unavailable`.' },
  },
  'GET /api/v1/admin/outbox/messages': listed('outbox'),
  'POST /api/v1/admin/outbox/messages/:id/requeue': changed('outbox', 'requeue'),
  'POST /api/v1/admin/outbox/messages/:id/discard': changed('outbox', 'discard'),
  'GET /api/v1/admin/dlq/messages': listed('dlq'),
  'POST /api/v1/admin/dlq/messages/:id/requeue': changed('dlq', 'requeue'),
  'POST /api/v1/admin/dlq/messages/:id/discard': changed('dlq', 'discard'),
}
