// The same messages in SQLite, where a transaction begins and ends within one turn.
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { NODE24, noNode24 } from '../../audit/kit.ts'

test.skipIf(noNode24)('an outbox in node:sqlite is counted, shown and changed as in PostgreSQL [G-28]', () => {
  const ran = spawnSync(NODE24!, ['--no-warnings', 'test/console/ops/apps/sqlite.ts'], { encoding: 'utf8' })
  expect(ran.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('telltale '))).toEqual([])
  const message = { status: 'pending', failed_at: null, attempts: 0, last_error: null }
  const done = (id: string, list: string, changed: boolean) => ({
    id,
    list,
    action: 'requeue',
    changed,
    status: 'pending',
  })
  expect(JSON.parse(ran.stdout)).toEqual({
    counts: [
      { pending: 2, failed: 1, oldest: Date.UTC(2027, 0, 15, 7, 58), recent: 2 },
      { pending: 2, failed: 1, oldest: Date.UTC(2027, 0, 15, 7, 58), recent: 2 },
    ],
    page: [
      { ...message, id: '1', event_type: 'order.placed', created_at: '2027-01-15T07:58:00.000Z' },
      {
        ...{ ...message, id: '2', event_type: 'order.paid', created_at: '2027-01-15T07:50:00.000Z' },
        ...{ failed_at: '2027-01-15T07:59:00.000Z', attempts: 2 },
      },
    ],
    requeued: [done('3', 'outbox', true), done('3', 'outbox', false)],
    revived: [done('7', 'dlq', true), done('7', 'dlq', false)],
    missing: [404, 'not_found'],
    busy: [503, 'service_unavailable'],
    unrecorded: [503, 'service_unavailable'],
    locked: [503, 'service_unavailable'],
    discarded: { id: '2', list: 'outbox', action: 'discard', changed: true, status: 'gone' },
    rows: [
      'outbox.requeue 3 success failed pending',
      'outbox.requeue 3 success pending pending',
      'dlq.requeue 7 success failed pending',
      'dlq.requeue 7 success pending pending',
      "outbox.discard 1' OR '1'='1 failure not_found",
      'outbox.discard 1 failure service_unavailable',
      'outbox.discard 1 failure service_unavailable',
      'outbox.discard 2 success pending gone',
    ],
    left: ['1 pending 0 s1 2', '3 pending 0 s3 2', '7 pending 0 s7 2'],
    dead: 0,
  })
})
