import { afterEach, expect, test } from 'vitest'
import { onNotice } from '../../../src/base/notice.ts'
import { ALICE, controlled, HEAD } from './kit.ts'

afterEach(() => void onNotice(undefined))

const IDLE = {
  ...HEAD,
  log_level: { configured: 'info', current: 'info', held: null, unavailable: null },
  sampling: {
    sampler: 'parentbased_traceidratio',
    configured: 0.5,
    current: 0.5,
    held: null,
    unavailable: null,
  },
  cpu_profile: { enabled: true, running: null, next_at: null, last_at: null },
  heap_snapshot: { enabled: true, running: null, next_at: null, last_at: null },
}
const HELD = { since: '2027-01-15T08:00:00.000Z', until: '2027-01-15T08:10:00.000Z', by: 'alice' }
const ROW = {
  actor_user_id: 'alice',
  actor_role: 'admin',
  target_type: 'instance',
  target_id: 'shop-1',
  result: 'success',
  correlation_id: 'c-1',
  user_agent: null,
}

test('another log level holds for ten minutes unless told otherwise, and goes back by itself [R-42]', async () => {
  const { ask, clock, logs, rows, said } = controlled()
  expect(await (await ask('GET', '')).json()).toEqual(IDLE)

  const changed = await ask('POST', '/log-level', { level: 'debug' })
  const answer = { ...IDLE, log_level: { ...IDLE.log_level, current: 'debug', held: HELD } }
  expect([changed.status, await changed.json(), logs.level]).toEqual([200, answer, 'debug'])

  clock.pass(599)
  expect(logs.level).toBe('debug')
  clock.pass(1)
  expect([logs.level, clock.timers]).toEqual(['info', 0])
  const generated_at = '2027-01-15T08:10:00.000Z'
  expect(await (await ask('GET', '')).json()).toEqual({ ...IDLE, generated_at })

  expect(rows).toEqual([
    {
      ...ROW,
      action: 'ops.log_level',
      metadata: { policy_key: 'admin', old_value: 'info', new_value: { level: 'debug', until: HELD.until } },
    },
    {
      actor_user_id: null,
      actor_role: 'system',
      action: 'ops.log_level',
      target_type: 'instance',
      target_id: 'shop-1',
      result: 'success',
      metadata: { policy_key: 'admin', old_value: 'debug', new_value: 'info', reason: 'its time is over' },
      user_agent: null,
    },
  ])
  expect(said).toEqual([
    {
      level: 'warn',
      event: 'ops.log_level',
      text: `the log level is debug instead of info until ${HELD.until}, by alice`,
      fields: { by: 'alice', correlation_id: 'c-1' },
    },
    { level: 'warn', event: 'ops.log_level', text: 'the log level is info again', fields: {} },
  ])
})

test('a second change takes the place of the first, and DELETE goes back at once [R-42]', async () => {
  const { ask, clock, logs, rows } = controlled()
  await ask('POST', '/log-level', { level: 'debug', seconds: 60 })
  clock.pass(30)
  await ask('POST', '/log-level', { level: 'error', seconds: 86_400 })
  clock.pass(40)
  expect([logs.level, clock.timers]).toEqual(['error', 1])
  const back = await ask('DELETE', '/log-level')
  expect([back.status, logs.level, clock.timers]).toEqual([200, 'info', 0])
  expect(((await back.json()) as typeof IDLE).log_level).toEqual(IDLE.log_level)
  expect(rows.map(({ metadata }) => [metadata!.old_value, metadata!.new_value])).toEqual([
    ['info', { level: 'debug', until: '2027-01-15T08:01:00.000Z' }],
    ['debug', { level: 'error', until: '2027-01-16T08:00:30.000Z' }],
    ['error', 'info'],
  ])
  // There is nothing to go back from: nothing changes, and nothing is recorded.
  expect([(await ask('DELETE', '/log-level')).status, rows.length]).toEqual([200, 3])
})

test('another ratio keeps to parents as configured, and goes back [R-42]', async () => {
  const { ask, clock, samplers, rows } = controlled()
  const changed = await ask('POST', '/sampling', { ratio: 0, seconds: 1 })
  expect(((await changed.json()) as typeof IDLE).sampling).toEqual({
    ...IDLE.sampling,
    current: 0,
    held: { ...HELD, until: '2027-01-15T08:00:01.000Z' },
  })
  clock.pass(1)
  await ask('POST', '/sampling', { ratio: 0.25 })
  await ask('DELETE', '/sampling')
  const own = 'parent TraceIdRatioBased{0.5}'
  expect(samplers).toEqual(['parent TraceIdRatioBased{0}', own, 'parent TraceIdRatioBased{0.25}', own])
  expect(rows.map(({ action, metadata }) => [action, metadata!.old_value, metadata!.new_value])).toEqual([
    ['ops.sampling', 0.5, { ratio: 0, until: '2027-01-15T08:00:01.000Z' }],
    ['ops.sampling', 0, 0.5],
    ['ops.sampling', 0.5, { ratio: 0.25, until: '2027-01-15T08:10:01.000Z' }],
    ['ops.sampling', 0.25, 0.5],
  ])
})

test.each([
  ['always_on', 1, 'TraceIdRatioBased{0.1}', 'AlwaysOnSampler'],
  ['always_off', 0, 'TraceIdRatioBased{0.1}', 'AlwaysOffSampler'],
  ['traceidratio', 0.5, 'TraceIdRatioBased{0.1}', 'TraceIdRatioBased{0.5}'],
  ['parentbased_always_on', 1, 'parent TraceIdRatioBased{0.1}', 'parent AlwaysOnSampler'],
  ['parentbased_always_off', 0, 'parent TraceIdRatioBased{0.1}', 'parent AlwaysOffSampler'],
] as const)('a ratio in place of %s', async (name, configured, during, after) => {
  const { ask, samplers } = controlled({ sampler: { name, ratio: 0.5 } })
  const { sampling } = (await (await ask('GET', '')).json()) as typeof IDLE
  await ask('POST', '/sampling', { ratio: 0.1 })
  await ask('DELETE', '/sampling')
  expect([sampling.configured, sampling.current, samplers]).toEqual([configured, configured, [during, after]])
})

test('where no spans are recorded there is nothing to sample, and that is said', async () => {
  const { ask, rows } = controlled({ engine: null })
  const refused = await ask('POST', '/sampling', { ratio: 1 })
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([409, 'not_recorded'])
  expect(((await (await ask('GET', '')).json()) as typeof IDLE).sampling).toEqual({
    sampler: 'parentbased_traceidratio',
    configured: null,
    current: null,
    held: null,
    unavailable: 'Spans are not recorded here.',
  })
  expect(rows.map(({ result, metadata }) => [result, metadata!.error_code])).toEqual([['failure', 'not_recorded']])
})

test.each([
  ['/log-level', {}, 'invalid_level'],
  ['/log-level', { level: 'fatal' }, 'invalid_level'],
  ['/log-level', { level: 'loud' }, 'invalid_level'],
  ['/log-level', { level: ['debug'] }, 'invalid_level'],
  ['/log-level', { level: 'debug', seconds: 0 }, 'invalid_seconds'],
  ['/log-level', { level: 'debug', seconds: 86_401 }, 'invalid_seconds'],
  ['/log-level', { level: 'debug', seconds: 1.5 }, 'invalid_seconds'],
  ['/log-level', { level: 'debug', seconds: '60' }, 'invalid_seconds'],
  ['/log-level', { level: 'debug', seconds: null }, 'invalid_seconds'],
  ['/log-level', { level: 'debug', forever: true }, 'unknown_key'],
  ['/log-level', '{"level":"debug","__proto__":{}}', 'unknown_key'],
  ['/log-level', undefined, 'invalid_body'],
  ['/log-level', [], 'invalid_body'],
  ['/log-level', 'null', 'invalid_body'],
  ['/log-level', '{"level":', 'invalid_json'],
  ['/sampling', { ratio: -0.1 }, 'invalid_ratio'],
  ['/sampling', { ratio: 1.1 }, 'invalid_ratio'],
  ['/sampling', { ratio: '1' }, 'invalid_ratio'],
  ['/sampling', { seconds: 1 }, 'invalid_ratio'],
  ['/cpu-profile', { seconds: 61 }, 'invalid_seconds'],
  ['/cpu-profile', { seconds: 0 }, 'invalid_seconds'],
  ['/cpu-profile', { minutes: 1 }, 'unknown_key'],
  ['/heap-snapshot', { seconds: 1 }, 'unknown_key'],
])('POST %s of %j is refused: %s', async (path, body, code) => {
  const { ask, rows, said, logs, samplers, control } = controlled()
  const response = await ask('POST', path, body)
  const told = (await response.json()) as Record<string, unknown>
  expect([response.status, response.headers.get('content-type'), told['code']]).toEqual([
    400,
    'application/problem+json',
    code,
  ])
  expect([logs.level, samplers, control.answer()]).toEqual(['info', [], IDLE])
  const what = path.slice(1).replace('-', '_')
  expect(rows).toEqual([
    {
      ...ROW,
      action: `ops.${what}`,
      result: 'failure',
      metadata: { policy_key: 'admin', error_code: code, reason: 'refused' },
    },
  ])
  expect(said.map(({ level, event, text }) => [level, event, text])).toEqual([
    ['warn', `ops.${what}`, `${what} was refused: ${code}, by alice`],
  ])
})

test.each([
  ['another site', { 'sec-fetch-site': 'cross-site' }, { level: 'debug' }, 403, 'cross_site'],
  ['another origin', { origin: 'http://evil.example' }, { level: 'debug' }, 403, 'cross_site'],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'level=debug', 415, 'unsupported_media_type'],
  ['a flood', {}, { level: 'debug', more: 'x'.repeat(1024) }, 413, 'payload_too_large'],
] as const)('%s changes nothing, and is recorded', async (_, headers, body, status, code) => {
  const { ask, rows, logs } = controlled()
  const response = await ask('POST', '/log-level', body, headers)
  expect([response.status, ((await response.json()) as { code: string }).code, logs.level]).toEqual([
    status,
    code,
    'info',
  ])
  expect(rows.map(({ result, metadata }) => [result, metadata!.error_code])).toEqual([['failure', code]])
})

test('DELETE that another site asks for is refused too', async () => {
  const { ask, logs } = controlled()
  await ask('POST', '/log-level', { level: 'debug' })
  const response = await ask('DELETE', '/log-level', undefined, { 'sec-fetch-site': 'cross-site' })
  expect([response.status, logs.level]).toEqual([403, 'debug'])
})

test('refusals that repeat are one row and one line a minute, with their number', async () => {
  const { ask, clock, rows, said, control } = controlled()
  for (let i = 0; i < 50; i++) await ask('POST', '/log-level', { level: 'loud' })
  expect([rows.length, said.length]).toEqual([1, 1])
  clock.pass(60)
  control.close()
  expect(rows.map(({ metadata }) => metadata!.reason)).toEqual(['refused', 'refused, 49 times'])
  expect(said.map(({ text }) => text)).toEqual([
    'log_level was refused: invalid_level, by alice',
    'log_level was refused: invalid_level, 49 times, by alice',
  ])
})

test('what the trail does not take is not done [R-45]', async () => {
  const { ask, logs, said, control } = controlled({
    record: async () => {
      throw new Error('AUDIT_STORE postgres://secret')
    },
  })
  const response = await ask('POST', '/log-level', { level: 'debug' })
  const told = await response.text()
  expect([response.status, response.headers.get('retry-after'), logs.level]).toEqual([503, '30', 'info'])
  expect(JSON.parse(told)).toMatchObject({
    code: 'audit_unavailable',
    detail: 'The audit trail does not take it, so it is not done.',
  })
  expect(told).not.toContain('secret')
  expect(control.answer()).toEqual(IDLE)
  expect(said.map(({ event }) => event)).toContain('ops.unrecorded')
})

test('changes are made one after the other, whichever is recorded first', async () => {
  const waiting: (() => void)[] = []
  const { ask, logs } = controlled({ record: () => new Promise<void>((resolve) => waiting.push(resolve)) })
  const first = ask('POST', '/log-level', { level: 'debug' })
  const second = ask('POST', '/log-level', { level: 'error' })
  await expect.poll(() => waiting.length).toBe(1)
  waiting.shift()!()
  await first
  expect(logs.level).toBe('debug')
  await expect.poll(() => waiting.length).toBe(1)
  waiting.shift()!()
  await second
  expect(logs.level).toBe('error')
})

test('at stop everything is as configured, and nothing is changed any more', async () => {
  const { ask, control, clock, logs, samplers } = controlled()
  await ask('POST', '/log-level', { level: 'debug' })
  await ask('POST', '/sampling', { ratio: 1 })
  control.close()
  expect([logs.level, samplers.at(-1), clock.timers]).toEqual(['info', 'parent TraceIdRatioBased{0.5}', 0])
  for (const [path, body] of [
    ['/log-level', { level: 'debug' }],
    ['/sampling', { ratio: 1 }],
    ['/cpu-profile', {}],
    ['/heap-snapshot', {}],
  ] as const) {
    expect((await ask('POST', path, body)).status).toBe(503)
  }
  expect(logs.level).toBe('info')
})

test('what was waiting for the trail at stop is not done', async () => {
  const waiting: (() => void)[] = []
  const { ask, logs, samplers, control, clock } = controlled({
    record: () => new Promise<void>((resolve) => waiting.push(resolve)),
  })
  const level = ask('POST', '/log-level', { level: 'debug' })
  const ratio = ask('POST', '/sampling', { ratio: 0 })
  await expect.poll(() => waiting.length).toBe(1)
  control.close()
  waiting.shift()!()
  expect([(await level).status, (await ratio).status]).toEqual([503, 503])
  expect([logs.level, samplers, clock.timers]).toEqual(['info', [], 0])
})

test.each([
  [ALICE, 'alice', 'admin'],
  [{ ...ALICE, subject: 'eve\r\ntelltale warn: all is well' }, 'eve telltale warn: all is well', 'admin'],
  [{ ...ALICE, roles: [] }, 'alice', 'user'],
  [{ ...ALICE, subject: null, roles: [] }, 'jti-1', 'service_account'],
  [{ ...ALICE, subject: 'x'.repeat(300) }, `${'x'.repeat(199)}…`, 'admin'],
  [null, null, 'system'],
] as const)('who asked is told by subject or token id, never by token', async (caller, by, role) => {
  const { ask, rows, control } = controlled({}, caller)
  await ask('POST', '/log-level', { level: 'debug' }, { authorization: 'Bearer hunter2' })
  expect([rows[0]!.actor_user_id, rows[0]!.actor_role, control.answer().log_level.held!.by]).toEqual([by, role, by])
  expect(JSON.stringify([rows, control.answer()])).not.toContain('hunter2')
})
