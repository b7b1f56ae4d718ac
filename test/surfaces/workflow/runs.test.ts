// Workflows of any engine, through the door.
import { expect, test } from 'vitest'
import { current, runIn } from '../../../src/context/current.ts'
import { Frame, SUPPRESS_KEY } from '../../../src/context/frame.ts'
import { Propagator } from '../../../src/context/propagator.ts'
import { observeDBOS, startWorkflow, step, workflow } from '../../../src/workflow.ts'
import { kit } from './kit.ts'

const SAME = { trace: 'step reserve' }

test('a workflow and its steps are spans and counts, below what is current [G-29]', async () => {
  const { spans, counts } = kit()
  const result = await workflow('checkout', { id: 7, engine: 'mine', queue: 'orders' }, async () => {
    const reserved = step('reserve', () => 'reserved')
    const charged = await step('charge', { attempt: 2 }, async () => 'charged')
    return [reserved, charged]
  })
  expect(result).toEqual(['reserved', 'charged'])
  expect(spans()).toEqual([
    {
      name: 'step reserve',
      kind: 'internal',
      parent: 'workflow checkout',
      ...SAME,
      attributes: { 'workflow.name': 'checkout', 'workflow.step.name': 'reserve' },
    },
    {
      name: 'step charge',
      kind: 'internal',
      parent: 'workflow checkout',
      ...SAME,
      attributes: { 'workflow.name': 'checkout', 'workflow.step.name': 'charge', 'workflow.step.attempt': 2 },
    },
    {
      name: 'workflow checkout',
      kind: 'internal',
      parent: null,
      ...SAME,
      attributes: {
        'workflow.name': 'checkout',
        'workflow.id': '7',
        'workflow.engine': 'mine',
        'workflow.queue': 'orders',
        'workflow.result': 'success',
      },
    },
  ])
  expect(counts()).toEqual({
    'workflow_started_total checkout': 1,
    'workflow_completed_total checkout success': 1,
    'workflow_active checkout': 0,
    'workflow_duration_seconds checkout success': 1,
    'workflow_step_duration_seconds checkout reserve success': 1,
    'workflow_step_duration_seconds checkout charge success': 1,
    'workflow_step_retries_total checkout charge': 1,
  })
})

test.each([
  [
    'throws',
    () => (): never => {
      throw new RangeError('no')
    },
  ],
  ['rejects', () => async (): Promise<never> => Promise.reject(new RangeError('no'))],
])('a workflow that %s fails, the error goes on, and nothing stays active [G-29]', async (_, make) => {
  const { spans, counts } = kit()
  const error = await Promise.resolve()
    .then(() => workflow('w', () => step('s', make())))
    .catch((thrown: unknown) => thrown)
  expect(error).toEqual(new RangeError('no'))
  const failed = { kind: 'internal', trace: 'step s', status: 'error', message: 'no' }
  expect(spans()).toEqual([
    {
      name: 'step s',
      parent: 'workflow w',
      ...failed,
      attributes: { 'workflow.name': 'w', 'workflow.step.name': 's', 'error.type': 'RangeError' },
    },
    {
      name: 'workflow w',
      parent: null,
      ...failed,
      attributes: { 'workflow.name': 'w', 'workflow.result': 'failure', 'error.type': 'RangeError' },
    },
  ])
  expect(counts()).toEqual({
    'errors_total workflow RangeError': 1,
    'workflow_started_total w': 1,
    'workflow_completed_total w failure': 1,
    'workflow_active w': 0,
    'workflow_duration_seconds w failure': 1,
    'workflow_step_duration_seconds w s failure': 1,
  })
})

test.each([
  ['tracecontext', ['traceparent']],
  ['b3', ['b3']],
  ['b3multi', ['x-b3-sampled', 'x-b3-spanid', 'x-b3-traceid']],
  ['jaeger', ['uber-trace-id']],
])('what starts a workflow and what runs it are one trace, over %s [W-34]', (format, fields) => {
  const { spans } = kit({ propagator: new Propagator([format]) })
  let kept: Record<string, string> = {}
  startWorkflow('w', { queue: 'q' }, (headers) => (kept = headers))
  expect(
    Object.keys(kept)
      .map((key) => key.toLowerCase())
      .sort(),
  ).toEqual(fields)
  workflow('w', { headers: kept, recovered: true }, () => {})
  const trace = 'start w'
  expect(spans()).toEqual([
    {
      name: 'start w',
      kind: 'producer',
      parent: null,
      trace,
      attributes: { 'workflow.name': 'w', 'workflow.queue': 'q' },
    },
    {
      name: 'workflow w',
      kind: 'consumer',
      parent: 'start w',
      trace,
      attributes: { 'workflow.name': 'w', 'workflow.recovered': true, 'workflow.result': 'success' },
    },
  ])
})

test('a start that fails is told and counted, and the error goes on', () => {
  const { spans, counts } = kit()
  const refuse = (): never => {
    throw new TypeError('no engine')
  }
  expect(() => startWorkflow('w', refuse)).toThrow('no engine')
  expect(spans()).toEqual([
    {
      name: 'start w',
      kind: 'producer',
      parent: null,
      trace: 'start w',
      status: 'error',
      message: 'no engine',
      attributes: { 'workflow.name': 'w', 'error.type': 'TypeError' },
    },
  ])
  expect(counts()).toEqual({ 'errors_total workflow TypeError': 1 })
})

test('an error may mean that the run was cancelled; a judge that throws judges nothing', () => {
  const { counts } = kit()
  const stop = (): never => {
    throw new Error('stop')
  }
  const broken = (): never => {
    throw new Error('judge')
  }
  expect(() => workflow('w', { outcome: () => 'cancelled' }, stop)).toThrow('stop')
  expect(() => workflow('w', { outcome: broken }, stop)).toThrow('stop')
  expect(counts()).toEqual({
    'errors_total workflow Error': 1,
    'workflow_started_total w': 2,
    'workflow_completed_total w cancelled': 1,
    'workflow_completed_total w failure': 1,
    'workflow_active w': 0,
    'workflow_duration_seconds w cancelled': 1,
    'workflow_duration_seconds w failure': 1,
  })
})

test('headers that say nothing or cannot be read make a root; a time in the future is no wait', () => {
  const { spans, counts } = kit()
  const hostile = new Proxy(
    { traceparent: '' },
    {
      get() {
        throw new Error('no')
      },
    },
  )
  for (const headers of [{}, { traceparent: 'nonsense', n: 1 }, hostile, 'text' as never]) {
    workflow('w', { headers, at: Date.now() + 60_000 }, () => {})
  }
  expect(spans()).toHaveLength(4)
  expect(spans()).toEqual(spans().map((span) => ({ ...span, kind: 'internal', parent: null })))
  expect(counts()).toMatchObject({ 'workflow_queue_wait_seconds w': 4, 'workflow_active w': 0 })
})

test('where nothing is recorded the work is done all the same, and a trace that is there goes on', () => {
  const off = () => workflow('w', () => step('s', () => startWorkflow('v', (headers) => headers)))
  expect(off()).toEqual({})
  const { spans, counts } = kit({ registry: null, tracer: null })
  const caller = new Frame(null)
  new Propagator(['tracecontext']).extract(
    { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    caller,
  )
  expect(runIn(caller, off)).toEqual({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' })
  expect([spans(), counts()]).toEqual([[], {}])
})

test('nothing is told of what a library does while it suppresses tracing', () => {
  const { spans, counts } = kit()
  const suppressed = new Frame(null).setValue(SUPPRESS_KEY, true)
  expect(
    runIn(suppressed, () =>
      workflow('w', () => step('s', () => startWorkflow('v', (headers) => [headers, current() === suppressed]))),
    ),
  ).toEqual([{}, true])
  expect([spans(), counts()]).toEqual([[], {}])
})

test('what cannot be read goes its way unobserved: nothing is thrown, and nothing stays active', () => {
  const { spans, counts } = kit()
  const trap = (key: string): object =>
    Object.defineProperty({}, key, {
      get() {
        throw new RangeError(`no ${key}`)
      },
    })
  for (const key of ['id', 'engine', 'queue', 'headers', 'at', 'recovered', 'outcome'])
    expect(workflow('w', trap(key), () => 'done')).toBe('done')
  expect(startWorkflow('w', trap('queue'), (headers) => headers)).toEqual({})
  expect(step('s', trap('attempt'), () => 'done')).toBe('done')
  expect([spans(), counts()]).toEqual([[], {}])
  // These are read, without what says nothing.
  const odd = { id: Symbol('id'), engine: {}, at: new Date(Number.NaN), recovered: 'yes', outcome: 7 } as never
  expect(workflow(Symbol('w') as never, odd, () => step(null as never, { attempt: '2' as never }, () => 'done'))).toBe(
    'done',
  )
  expect(() =>
    workflow('w', { outcome: () => 'nonsense' as never }, () => {
      throw Object.create(null)
    }),
  ).toThrow()
  expect(spans().map((span) => (span as { name: string }).name)).toEqual([
    'step step',
    'workflow workflow',
    'workflow w',
  ])
  expect(counts()).toMatchObject({
    'workflow_active workflow': 0,
    'workflow_active w': 0,
    'workflow_completed_total w failure': 1,
  })
})

test('an engine that is none, or that nobody can change, stays as it is', () => {
  const frozen = Object.freeze({ enqueue: () => 'id' })
  expect(observeDBOS(frozen)).toBe(frozen)
  expect(frozen.enqueue()).toBe('id')
  for (const thing of [{}, 7, null, undefined] as object[]) expect(observeDBOS(thing)).toBe(thing)
})
