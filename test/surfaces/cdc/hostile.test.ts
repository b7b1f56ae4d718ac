// What may be handed over and what may be told: nothing of it throws, and nothing that works is lost.
import { LogicalReplicationService } from 'pg-logical-replication'
import { beforeEach, expect, test } from 'vitest'
import { forgetNotices, onNotice } from '../../../src/base/notice.ts'
import { observeReplication, type ReplicationService } from '../../../src/surfaces/cdc/service.ts'
import { configureCdc } from '../../../src/surfaces/cdc/settings.ts'
import { snapshotRows } from '../../../src/surfaces/cdc/snapshot.ts'
import { kit, later, pgoutput } from './kit.ts'

const NOWHERE = { connectionString: 'postgres://postgres@127.0.0.1:1/postgres' }

const said: string[] = []
beforeEach(() => {
  said.length = 0
  forgetNotices()
  const before = onNotice(({ level, text }) => said.push(`${level}: ${text.split('\n')[0]}`))
  later(() => onNotice(before))
})

function poison(): object {
  return new Proxy(
    {},
    {
      get() {
        throw new Error('poison')
      },
    },
  )
}

test('what is no service comes back as it is, said once [W-18]', () => {
  kit()
  const frozen = Object.freeze({ subscribe() {}, stop() {}, emit() {} })
  const given = [null, undefined, 7, 'service', {}, [], () => {}, { subscribe: 1, stop: 2, emit: 3 }, poison(), frozen]
  for (const each of given) expect(observeReplication(each as ReplicationService)).toBe(each)
  expect(said).toEqual([
    'warn: observeReplication was given something that is no LogicalReplicationService: it is not observed',
    'error: CDC telemetry failed and went on: Error: poison',
    'warn: a client that nobody can change, as by Object.freeze, is not observed',
  ])
})

test('messages of any shape reach the listeners, and what is no change is not counted [W-18, W-10]', () => {
  const { counts } = kit()
  const service = observeReplication(new LogicalReplicationService(NOWHERE), { slot: 'any' })
  const heard: unknown[] = []
  service.on('data', (_lsn, message) => void heard.push(message))
  const messages: unknown[] = [
    undefined,
    null,
    'INSERT',
    7,
    {},
    Buffer.from('x'),
    { tag: 'begin' },
    { tag: 'relation' },
    { tag: 'message' },
    { tag: 'constructor' },
    { tag: 'commit', commitTime: 'now' },
    { tag: 'truncate', relations: [] },
    { change: [] },
    { change: [null, { kind: 'message' }, { kind: 7 }], timestamp: 'never' },
    { action: 'B' },
    { action: 'M' },
    { trx: 'BEGIN' },
    poison(),
  ]
  for (const message of messages) expect(service.emit('data', '0/1', message)).toBe(true)
  expect(heard.map((message, i) => message === messages[i])).toEqual(messages.map(() => true))
  expect(counts()).toEqual({})
  expect(said).toEqual([
    'warn: messages of logical replication have a shape that is not known: pgoutput, wal2json, test_decoding are; such changes are not counted',
    'error: CDC telemetry failed and went on: Error: poison',
  ])
})

test('times of commits are read in each spelling, and one from the future is new [W-18]', () => {
  const { registry } = kit()
  const service = observeReplication(new LogicalReplicationService(NOWHERE), { slot: 'times' })
  const ago = (seconds: number): number => Date.now() - seconds * 1000
  const text = (ms: number, zone: string): string =>
    `${new Date(ms).toISOString().slice(0, -1).replace('T', ' ')}${zone}`
  const messages = [
    { tag: 'commit', commitTime: BigInt(Math.round(ago(40) * 1000)) },
    { change: [], timestamp: text(ago(40) + 3_600_000, '+01') },
    { action: 'C', timestamp: text(ago(40) - 19_800_000, '-05:30') },
    { trx: 'COMMIT', time: text(ago(40), '+00') },
    { tag: 'commit', commitTime: BigInt(Math.round(ago(-100) * 1000)) },
  ]
  for (const message of messages) service.emit('data', '0/1', message)
  const [family] = registry.exposition().filter(({ short }) => short === 'cdc_commit_age_seconds')
  // 0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, …
  expect([...family!.series[0]!.buckets!].slice(0, 8)).toEqual([1, 0, 0, 0, 0, 0, 0, 4])
})

test('before start nothing is counted and everything works; from start on it counts; after it ends it does not [W-11]', () => {
  const service = observeReplication(new LogicalReplicationService(NOWHERE), { slot: 'early' })
  expect(service.emit('data', '0/1', { tag: 'insert' })).toBe(false)
  snapshotRows('early', 3)
  const { counts, stop } = kit()
  expect(counts()).toEqual({})
  service.emit('data', '0/1', { tag: 'insert' })
  stop()
  service.emit('data', '0/1', { tag: 'insert' })
  expect(counts()).toEqual({ 'cdc_changes_total{slot=early,op=insert}': 1 })
})

test('a second start counts into its own registry, and the end of the first does not end it [W-11]', () => {
  const first = kit()
  snapshotRows('s', 1)
  const second = kit()
  first.stop()
  snapshotRows('s', 2)
  expect([first.counts(), second.counts()]).toEqual([
    { 'cdc_changes_total{slot=s,op=snapshot}': 1 },
    { 'cdc_changes_total{slot=s,op=snapshot}': 2 },
  ])
  configureCdc({ registry: first.registry })()
})

test('a service that is observed while it runs is counted without a name, said once [W-18]', () => {
  const { counts } = kit()
  const service = observeReplication(new LogicalReplicationService(NOWHERE))
  service.emit('data', '0/1', { tag: 'insert' })
  service.emit('data', '0/1', { tag: 'insert' })
  expect(counts()).toEqual({ 'cdc_changes_total{slot=,op=insert}': 2 })
  expect(said).toEqual([
    'warn: a replication service was observed after subscribe without { slot }: its series have no name of a slot',
  ])
})

test('each subscription has its own slot, whatever was thrown [W-18]', async () => {
  const { counts } = kit()
  const service = observeReplication(new LogicalReplicationService(NOWHERE))
  // Nobody listens: the emitter throws the error itself, and subscribe rejects with it.
  await expect(service.subscribe(pgoutput('p'), 'one')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  service.on('error', () => {
    throw new TypeError('mine')
  })
  await expect(service.subscribe(pgoutput('p'), 'two')).rejects.toMatchObject({ message: 'mine' })
  await expect(service.subscribe(undefined as never, undefined as never)).rejects.toThrow('mine')
  expect(counts()).toEqual({
    'cdc_errors_total{slot=one}': 1,
    'cdc_errors_total{slot=two}': 1,
    'cdc_errors_total{slot=undefined}': 1,
    'errors_total{surface=cdc,error_type=ECONNREFUSED}': 3,
  })
  expect(said).toEqual([])
})

test('snapshots count whole numbers of rows only [W-18]', () => {
  const { counts } = kit()
  for (const count of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3', null, undefined]) {
    snapshotRows('s', count as number)
  }
  snapshotRows('s', 2)
  snapshotRows('s', 3)
  expect(counts()).toEqual({ 'cdc_changes_total{slot=s,op=snapshot}': 5 })
  expect(said).toEqual([
    'warn: snapshotRows() takes a whole number of rows; something else was given and is not counted',
  ])
})

test('methods keep their names and lengths, and are not seen among the properties', () => {
  const bare = new LogicalReplicationService(NOWHERE)
  const service = observeReplication(new LogicalReplicationService(NOWHERE))
  const shape = (of: LogicalReplicationService) => ({
    keys: Object.keys(of),
    methods: (['subscribe', 'emit', 'emitAsync'] as const).map((name) => [of[name].name, of[name].length]),
  })
  expect({ ...shape(service), methods: undefined }).toEqual({ ...shape(bare), methods: undefined })
  expect(shape(service).methods.map(([, length]) => length)).toEqual(shape(bare).methods.map(([, length]) => length))
})
