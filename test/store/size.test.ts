// The byte limits are a promise about the heap: whatever shape comes off the wire takes no more than is counted for it.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { randomInt } from '../../src/base/ids.ts'
import { type Flat, Resource, Scope } from '../../src/model/attribute.ts'
import type { Batch } from '../../src/model/batch.ts'
import { LogRecord } from '../../src/model/log.ts'
import { Family, type MetricType, Series } from '../../src/model/metric.ts'
import { SpanRare, SpanRecord } from '../../src/model/span.ts'
import { Store } from '../../src/store/store.ts'
import { decodeLogs, decodeMetrics, decodeTraces } from '../../src/wire/otlp/decode.ts'
import { encodeLogs, encodeMetrics, encodeTraces } from '../../src/wire/otlp/encode.ts'

setFlagsFromString('--expose_gc')
const collect = runInNewContext('gc') as () => void

const BATCH = 500
const RECORDS = 20_000
const scope = new Scope('test')
const resource = new Resource(['service.name', 's'])

function span(traceSize: number, attributes: Flat | null): (i: number, before: SpanRecord | undefined) => SpanRecord {
  return (i, before) => {
    const one = new SpanRecord(scope, 'GET', 2, 1.7e12 + i + Math.random())
    const same = i % traceSize === 0 ? undefined : before
    one.t0 = same?.t0 ?? randomInt()
    one.t3 = same?.t3 ?? randomInt()
    one.s0 = randomInt()
    one.s1 = randomInt()
    one.endTime = one.startTime + Math.random()
    one.attributes = attributes?.map((part) => (part === UNIQUE ? unique() : part)) ?? null
    return one
  }
}

const UNIQUE = 'a text of its own'
const unique = () => Math.random().toString(36).padEnd(14, 'x').slice(0, 14)

function rare(fill: (rare: SpanRare) => void) {
  return (i: number, before: SpanRecord | undefined) => {
    const one = span(5, null)(i, before)
    one.rare = new SpanRare()
    fill(one.rare)
    return one
  }
}

const SPANS = {
  'a span in a trace of its own': span(1, null),
  'a span among five': span(5, null),
  'a span among nine': span(9, null),
  'a span among thousands': span(10_000, null),
  'a span with one number': span(5, ['k', 1]),
  'a span with doubles': span(5, ['a', 0.1, 'b', 0.2, 'c', 0.3, 'd', 0.4]),
  'a span with texts': span(5, ['a', UNIQUE, 'b', UNIQUE, 'c', UNIQUE, 'd', UNIQUE]),
  'a span with keys of its own': span(5, [UNIQUE, 1, UNIQUE, 2, UNIQUE, true]),
  'a span with many attributes': span(
    5,
    Array.from({ length: 80 }, (_, i) => (i % 2 === 0 ? `k${i}` : i)),
  ),
  'a span with a list': span(5, ['l', [1, 2, 3]]),
  'a span with an object': span(5, ['o', { a: 1, b: { c: 'x' } }]),
  'a span with bytes': span(5, ['b', new Uint8Array(10)]),
  'a span with an event': rare((one) => {
    one.events = [{ name: 'e', time: 1.7e12 + Math.random(), attributes: ['x', 'y'], dropped: 0 }]
  }),
  'a span with a link': rare((one) => {
    const ids = { t0: 1, t1: 2, t2: 3, t3: randomInt(), s0: 1, s1: 2 }
    one.links = [{ ...ids, flags: 1, traceState: null, attributes: null, dropped: 0 }]
  }),
}

function log(traceSize: number, attributes: Flat | null) {
  let t0 = 0
  return (i: number) => {
    const one = new LogRecord(scope, 1.7e12 + i + Math.random(), 9, 'INFO', `message ${i}`)
    if (traceSize > 0) one.t0 = i % traceSize === 0 ? (t0 = randomInt()) : t0
    one.attributes = attributes?.map((part) => (part === UNIQUE ? unique() : part)) ?? null
    return one
  }
}

const LOGS = {
  'a log without a trace': log(0, null),
  'a log in a trace of its own': log(1, null),
  'a log among five of a trace': log(5, null),
  'a log among all of one trace': log(RECORDS, null),
  'a log with attributes': log(0, ['a', 1, 'b', UNIQUE]),
}

function family(type: MetricType, series: number, round: number, own: boolean): Family {
  const bounds = type === 'histogram' ? Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) : null
  const made = new Family({ name: 'm', short: '', type, scope, bounds })
  for (let i = 0; i < series; i++) {
    const buckets = bounds && new Float64Array(12).fill(round)
    const one = new Series(['id', own ? `u${i}-${round}` : i], buckets, 1e12)
    one.value = round + Math.random()
    one.count = round
    one.time = 1.7e12 + round * 1000
    made.series.push(one)
  }
  return made
}

const METRICS = {
  'a point of a counter': (round: number) => family('counter', BATCH, round, false),
  'a point of a histogram': (round: number) => family('histogram', BATCH, round, false),
  'a series of one point': (round: number) => family('counter', BATCH, round, true),
}

function* batches(kind: string): Generator<Batch[]> {
  const make = SPANS[kind as keyof typeof SPANS]
  const write = LOGS[kind as keyof typeof LOGS]
  let before: SpanRecord | undefined
  for (let at = 0; at < RECORDS; at += BATCH) {
    const numbers = Array.from({ length: BATCH }, (_, i) => at + i)
    const empty = { resource, spans: [], series: [], logs: [] }
    if (make) yield decodeTraces(encodeTraces([{ ...empty, spans: numbers.map((i) => (before = make(i, before))) }]))
    else if (write) yield decodeLogs(encodeLogs([{ ...empty, logs: numbers.map(write) }]))
    else {
      const series = [METRICS[kind as keyof typeof METRICS](at / BATCH + 1)]
      yield decodeMetrics(encodeMetrics([{ ...empty, series }]))
    }
  }
}

function filled(kind: string): Store {
  const store = new Store()
  for (const some of batches(kind)) for (const batch of some) store.accept(batch)
  return store
}

/** Bytes of the heap, and of what stands beside it. */
function held(): number {
  collect()
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

test.each([...Object.keys(SPANS), ...Object.keys(LOGS), ...Object.keys(METRICS)])(
  '%s takes no more of the heap than is counted for it',
  (kind) => {
    filled(kind)
    const before = held()
    const store = filled(kind)
    const taken = held() - before
    const counted = store.traces.bytes + store.logs.bytes + store.metrics.bytes
    expect(store.traces.spans + store.logs.size + store.metrics.points).toBe(RECORDS)
    // A fiftieth for what else happens in the process meanwhile.
    expect(taken / RECORDS).toBeLessThan((counted / RECORDS) * 1.02)
    expect(taken).toBeGreaterThan(counted / 4)
  },
)
