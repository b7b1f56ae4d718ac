import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { forgetNotices, type Notice, notice, onNotice } from '../../src/base/notice.ts'
import { Resource, Scope } from '../../src/model/attribute.ts'
import type { Batch, Sink } from '../../src/model/batch.ts'
import { LogRecord } from '../../src/model/log.ts'
import { Family, Series } from '../../src/model/metric.ts'
import { NAMES } from '../../src/model/names.ts'
import type { SpanRecord } from '../../src/model/span.ts'
import type { PipelineClock, PipelineOptions } from '../../src/pipeline/options.ts'
import { Pipeline } from '../../src/pipeline/pipeline.ts'
import { selfPoints } from '../../src/pipeline/self.ts'
import type { Signal, SignalSink } from '../../src/pipeline/sink.ts'
import { say } from '../../src/pipeline/voice.ts'
import { encodeTraces } from '../../src/wire/otlp/encode.ts'
import { SpanSlab } from '../../src/wire/otlp/slab.ts'
import { names, span } from '../export/receiver.ts'
import { spanOf } from '../wire/records.ts'

const resource = new Resource(['service.name', 'shop'])
const scope = new Scope('t')
const log = (body: string): LogRecord => new LogRecord(scope, 1, 9, 'INFO', body)

/** Time stands still until told; immediates are real, so that the test can await. */
class Clock implements PipelineClock {
  time = 0
  ms = 0
  refs = 0
  work: (() => void) | undefined
  turns = 0
  monotonic(): number {
    return this.time
  }
  setInterval(work: () => void, ms: number): { unref(): unknown } {
    this.work = work
    this.ms = ms
    this.refs++
    return { unref: () => this.refs-- }
  }
  clearInterval(): void {
    this.work = undefined
  }
  setImmediate(work: () => void): unknown {
    this.turns++
    return setImmediate(work)
  }
  pass(ms: number): void {
    for (const end = this.time + ms; this.time < end; ) {
      this.time += this.ms
      this.work?.()
    }
  }
}

class Memory implements SignalSink {
  readonly name: string
  readonly takes: ReadonlySet<Signal>
  batches: Batch[] = []
  calls: string[] = []
  constructor(name = 'memory', ...signals: Signal[]) {
    this.name = name
    this.takes = new Set(signals.length > 0 ? signals : (['traces', 'metrics', 'logs'] as const))
  }
  accept(batch: Batch): void {
    this.batches.push(batch)
  }
  ship(signal: Signal): void {
    this.calls.push(`ship ${signal}`)
  }
  async flush(_ms: number, signal?: Signal): Promise<void> {
    this.calls.push(`flush ${signal}`)
  }
  async close(): Promise<void> {
    this.calls.push('close')
  }
  get spans(): string[] {
    return this.batches.flatMap((batch) => batch.spans.map((one) => one.name))
  }
  get logs(): unknown[] {
    return this.batches.flatMap((batch) => batch.logs.map((one) => one.body))
  }
}

/** A sink that takes spans at their end, as the OTLP protobuf exporter does. */
class Encoding extends Memory {
  readonly slab = new SpanSlab()
  encode(one: SpanRecord): void {
    this.slab.add(one)
  }
}

let clock: Clock
let notices: Notice[]
beforeEach(() => {
  clock = new Clock()
  notices = []
  forgetNotices()
  onNotice((one) => notices.push(one))
})
afterEach(() => {
  onNotice(undefined)
})

function pipeline(sinks: readonly Sink[], options: Partial<PipelineOptions> = {}): Pipeline {
  return new Pipeline({ resource, sinks, clock, ...options })
}
const settled = async (): Promise<void> => {
  for (let i = 0; i < 60; i++) await new Promise((resolve) => setImmediate(resolve))
}

test('every sink sees every record exactly once, in order [R-05]', async () => {
  const sinks = [new Memory('a'), new Memory('b'), new Memory('c', 'traces')]
  const p = pipeline(sinks)
  for (const name of names(0, 1000)) p.span(span(name))
  p.log(log('one'))
  p.log(log('two'))
  await p.flush(1000)
  expect(sinks.map((sink) => sink.spans)).toEqual([names(0, 1000), names(0, 1000), names(0, 1000)])
  expect(sinks.map((sink) => sink.logs)).toEqual([['one', 'two'], ['one', 'two'], []])
  await p.close(1000)
  expect(sinks[0]!.spans.length).toBe(1000)
})

test('a sink that throws, never settles or rejects does not hurt another', async () => {
  const throwing: Sink = {
    name: 'throwing',
    accept: () => {
      throw new Error('no')
    },
    flush: () => Promise.reject(new Error('no')),
    close: () => {
      throw new Error('no')
    },
  }
  const stuck: Sink = {
    name: 'stuck',
    accept: () => {},
    flush: () => new Promise(() => {}),
    close: () => new Promise(() => {}),
  }
  const good = new Memory()
  const p = new Pipeline({ resource, sinks: [throwing, stuck, good] })
  for (const name of names(0, 300)) p.span(span(name))
  p.log(log('hello'))
  await p.close(150)
  expect([good.spans, good.logs, good.calls.at(-1)]).toEqual([names(0, 300), ['hello'], 'close'])
  expect(notices.map((one) => one.event)).toEqual(['pipeline.sink'])
})

test('slices hold at most 256 records and about 64 KB, with a turn of the event loop before each', async () => {
  const sink = new Memory()
  const p = pipeline([sink])
  for (const name of names(0, 600)) p.span(span(name))
  await settled()
  expect(sink.batches.map((batch) => batch.spans.length)).toEqual([256, 256, 88])
  expect(clock.turns).toBe(3)
  const before = sink.batches.length
  for (const name of names(0, 10)) {
    const big = span(name)
    big.attributes = ['text', 'x'.repeat(30_000)]
    p.span(big)
  }
  const huge = span('huge')
  huge.attributes = ['text', 'x'.repeat(200_000)]
  p.span(huge)
  clock.pass(200)
  await settled()
  expect(sink.batches.slice(before).map((batch) => batch.spans.length)).toEqual([2, 2, 2, 2, 2, 1])
})

test('records do not wait longer than 200 ms to become batches; sinks are told to send after the delay [R-04]', async () => {
  const sink = new Memory()
  const p = pipeline([sink], { spans: { delayMs: 2000 }, logs: { delayMs: 1000 } })
  expect(clock.ms).toBe(200)
  p.span(span('a'))
  clock.pass(200)
  await settled()
  expect([sink.spans, sink.calls]).toEqual([['a'], []])
  clock.pass(1000)
  await settled()
  expect(sink.calls).toEqual(['ship logs'])
  clock.pass(800)
  await settled()
  expect(sink.calls).toEqual(['ship logs', 'ship traces', 'ship logs'])
})

test('there is one timer, and it does not keep the process', () => {
  pipeline([new Memory()])
  expect([clock.refs, clock.work !== undefined]).toEqual([0, true])
  const idle = new Clock()
  new Pipeline({ resource, sinks: [], clock: idle })
  expect(idle.work).toBeUndefined()
})

test('without a sink nothing is recorded and nothing throws [W-09] [H-21]', async () => {
  const p = pipeline([], {
    redact: {
      span: () => {
        throw new Error('not called')
      },
    },
  })
  p.span(span('a'))
  p.log(log('a'))
  await p.flush(10)
  await p.close(10)
  await p.close(10)
  expect(p.self).toEqual({
    spans: { capacity: 2048, size: 0, processed: 0, dropped: 0, late: 0, failed: 0 },
    logs: { capacity: 2048, size: 0, processed: 0, dropped: 0, late: 0, failed: 0 },
    metricPoints: 0,
  })
})

test('a full queue drops the oldest, counts them and says it once [W-05] [S-28]', async () => {
  const sink = new Memory()
  const p = pipeline([sink], { spans: { queue: 8, batch: 100 } })
  for (const name of names(0, 20)) p.span(span(name))
  expect([p.self.spans.dropped, p.self.spans.size]).toEqual([12, 8])
  await p.flush(1000)
  expect(sink.spans).toEqual(names(12, 20))
  expect(notices.map((one) => one.event)).toEqual(['pipeline.overflow'])
})

test('defaults: 2048 spans wait, a drain begins at 512 [R-04]', async () => {
  const sink = new Memory()
  const p = pipeline([sink])
  for (const name of names(0, 511)) p.span(span(name))
  await settled()
  expect([p.self.spans.capacity, sink.spans.length]).toEqual([2048, 0])
  p.span(span('s511'))
  await settled()
  expect(sink.spans).toEqual(names(0, 512))
})

test('close drains everything first, twice is once, and later records are dropped and counted [W-05] [W-23] [H-23]', async () => {
  const sink = new Memory()
  const p = pipeline([sink])
  for (const name of names(0, 700)) p.span(span(name))
  for (let i = 0; i < 700; i++) p.log(log(`l${i}`))
  const first = p.close(1000)
  const second = p.close(1000)
  await Promise.all([first, second])
  expect([
    sink.spans.length,
    sink.logs.length,
    sink.calls.filter((call) => call === 'close').length,
    second === first,
  ]).toEqual([700, 700, 1, true])
  p.span(span('late'))
  p.log(log('late'))
  await settled()
  expect([p.self.spans.late, p.self.logs.late, sink.spans.length, clock.work]).toEqual([1, 1, 700, undefined])
})

test('flush goes metrics, then traces, then logs; what flushing traces logs still leaves [ruling 42]', async () => {
  const order: string[] = []
  const sink = new Memory()
  const p = new Pipeline({
    resource,
    sinks: [
      {
        name: 'order',
        accept: (batch) => {
          if (batch.series.length > 0) order.push('metrics')
          if (batch.spans.length > 0) order.push('traces')
          if (batch.logs.length > 0) order.push('logs')
        },
        flush: async (_ms: number, signal?: Signal) => {
          order.push(`flushed ${signal}`)
          if (signal === 'traces') p.log(log('the export of spans failed'))
        },
      } as SignalSink,
      sink,
    ],
    collect: () => [family('m', 1)],
  })
  p.span(span('a'))
  await p.close(1000)
  expect(order).toEqual(['metrics', 'flushed metrics', 'traces', 'flushed traces', 'logs', 'flushed logs'])
  expect(sink.logs).toEqual(['the export of spans failed'])
})

test('each signal has its own deadline: stuck metrics take a third, not everything [ruling 42]', async () => {
  const stuck: SignalSink = {
    name: 'stuck',
    accept: () => {},
    flush: (_ms, signal) => (signal === 'metrics' ? new Promise(() => {}) : Promise.resolve()),
  }
  const sink = new Memory()
  const p = new Pipeline({ resource, sinks: [stuck, sink], collect: () => [family('m', 1)] })
  p.span(span('a'))
  p.log(log('b'))
  await p.flush(150)
  expect([sink.spans, sink.logs, sink.calls]).toEqual([
    ['a'],
    ['b'],
    ['ship metrics', 'flush metrics', 'flush traces', 'flush logs'],
  ])
})

function family(name: string, series: number): Family {
  const one = new Family({ name, short: name, type: 'counter', scope })
  for (let i = 0; i < series; i++) one.series.push(new Series(['i', i], null, 1))
  return one
}

test('metrics are collected every interval, once for all sinks, in slices of at most 256 points [R-06] [W-06]', async () => {
  const sinks = [new Memory('a'), new Memory('b', 'metrics'), new Memory('c', 'traces')]
  let collected = 0
  pipeline(sinks, {
    metricsIntervalMs: 10_000,
    collect: () => {
      collected++
      return [family('one', 100), family('big', 600), family('last', 1), family('none', 0)]
    },
  })
  clock.pass(9800)
  await settled()
  expect(collected).toBe(0)
  clock.pass(200)
  await settled()
  expect(collected).toBe(1)
  const shape = (sink: Memory): unknown =>
    sink.batches.map((batch) => batch.series.map((one) => `${one.name} ${one.series.length}`))
  expect(shape(sinks[0]!)).toEqual([['one 100', 'big 156'], ['big 256'], ['big 188', 'last 1']])
  expect(shape(sinks[1]!)).toEqual(shape(sinks[0]!))
  expect(shape(sinks[2]!)).toEqual([])
  const seen = sinks[0]!.batches.flatMap((batch) =>
    batch.series.filter((one) => one.name === 'big').flatMap((one) => one.series.map((s) => s.attributes[1])),
  )
  expect(seen).toEqual(Array.from({ length: 600 }, (_, i) => i))
  clock.pass(10_000)
  await settled()
  expect(collected).toBe(2)
})

test('without a sink for metrics nothing is collected: the scrape is enough [H-17]', async () => {
  const p = pipeline([new Memory('a', 'traces', 'logs')], {
    collect: () => {
      throw new Error('not called')
    },
  })
  clock.pass(60_000)
  await p.flush(100)
  await p.close(100)
  expect(notices).toEqual([])
})

test('a collection that throws costs nothing else', async () => {
  const sink = new Memory()
  const p = pipeline([sink], {
    collect: () => {
      throw new Error('no')
    },
  })
  p.span(span('a'))
  await p.flush(1000)
  expect(sink.spans).toEqual(['a'])
})

for (const kind of ['ring', 'encode'] as const) {
  test(`redaction is applied once, before any sink (${kind})`, async () => {
    const sinks =
      kind === 'ring' ? [new Memory('a'), new Memory('b')] : [new Encoding('a', 'traces'), new Encoding('b', 'traces')]
    let calls = 0
    const p = pipeline(sinks, {
      redact: {
        span: (one) => {
          calls++
          one.attributes = ['password', '[REDACTED]']
        },
        log: (one) => {
          one.body = '[REDACTED]'
        },
      },
    })
    const secret = span('a')
    secret.attributes = ['password', 'hunter2']
    p.span(secret)
    p.log(log('hunter2'))
    await p.flush(1000)
    expect(calls).toBe(1)
    const bytes =
      kind === 'ring' ? encodeTraces(sinks[0]!.batches) : Buffer.concat((sinks[0] as Encoding).slab.cut(resource))
    expect([Buffer.from(bytes).includes('hunter2'), Buffer.from(bytes).includes('[REDACTED]')]).toEqual([false, true])
    if (kind === 'ring') expect(sinks.map((sink) => sink.logs)).toEqual([['[REDACTED]'], ['[REDACTED]']])
  })

  test(`a record that cannot be redacted does not leave, and nothing throws (${kind})`, async () => {
    const sink = kind === 'ring' ? new Memory() : new Encoding('a', 'traces')
    const p = pipeline([sink], {
      redact: {
        span: (one) => {
          if (one.name === 'bad') throw new Error('no')
        },
      },
    })
    p.span(span('bad'))
    p.span(span('good'))
    await p.flush(1000)
    expect([p.self.spans.failed, kind === 'ring' ? sink.spans : (sink as Encoding).slab.count]).toEqual([
      1,
      kind === 'ring' ? ['good'] : 1,
    ])
    expect(notices.map((one) => one.event)).toEqual(['pipeline.failed'])
  })
}

test('spans are encoded 64 at a time when every sink for spans can, and otherwise kept for a drain', async () => {
  const ends = [
    [new Encoding('a')],
    [new Encoding('a'), new Memory('b', 'logs')],
    [new Encoding('a'), new Memory('b')],
    [],
  ].map((sinks) => pipeline(sinks).encodesAtEnd)
  expect(ends).toEqual([true, true, false, false])
  const sink = new Encoding('a')
  const p = pipeline([sink])
  const seen = (): number[] => [sink.slab.count, p.self.spans.size, p.self.spans.capacity, p.self.spans.processed]
  for (let i = 0; i < 63; i++) p.span(span('a'))
  await turn()
  expect(seen()).toEqual([0, 63, 512, 0])
  p.span(span('a'))
  expect(seen()).toEqual([0, 64, 512, 0])
  await turn()
  expect(seen()).toEqual([64, 0, 512, 64])
  for (let i = 0; i < 512; i++) p.span(span('a'))
  expect(seen()).toEqual([576, 0, 512, 576])
})

test('both paths give equal bytes: encoded at the end, or kept and encoded at the drain', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(new Scope('one'), new Scope('two', '2', 'u')).chain(spanOf), { maxLength: 30 }),
      async (spans) => {
        const direct = new Encoding('a', 'traces')
        const kept = new Memory('b', 'traces')
        const first = new Pipeline({ resource, sinks: [direct] })
        const second = new Pipeline({ resource, sinks: [kept] })
        for (const one of spans) first.span(one)
        for (const one of spans) second.span(one)
        await Promise.all([first.close(1000), second.close(1000)])
        const slab = new SpanSlab()
        for (const batch of kept.batches) for (const one of batch.spans) slab.add(one)
        expect(Buffer.concat(direct.slab.cut(resource))).toEqual(Buffer.concat(slab.cut(resource)))
      },
    ),
    { numRuns: 60 },
  )
})

test('what a sink logs of the records that it is given does not become records [S-27]', async () => {
  let made = 0
  const sink = new Memory()
  sink.accept = (batch) => {
    sink.batches.push(batch)
    for (const { body } of batch.logs) if (++made < 100) p.log(log(`got ${body}`))
  }
  const p = pipeline([sink])
  p.log(log('one'))
  await p.flush(1000)
  expect(sink.batches.flatMap(({ logs }) => logs.map(({ body }) => body))).toEqual(['one'])
})

test('what we say about ourselves is not exported through ourselves [S-27] [W-38]', async () => {
  const sink = new Memory()
  const p = pipeline([sink])
  // The application's logger, bridged into the pipeline.
  onNotice((one) => p.log(log(one.text)))
  say('warn', 'export.unreachable', 'collector is down')
  notice('warn', 'metrics.overflow', 'another room speaks')
  await p.flush(1000)
  expect(sink.logs).toEqual(['another room speaks'])
})

test('a drain does not run in the context of the span that filled the batch', async () => {
  const storage = new AsyncLocalStorage<string>()
  const seen: unknown[] = []
  const p = pipeline([{ name: 'seen', accept: () => seen.push(storage.getStore()) }], { spans: { batch: 2 } })
  storage.run('request', () => {
    p.span(span('a'))
    p.span(span('b'))
  })
  await settled()
  expect(seen).toEqual([undefined])
})

test('the self counters name queue, processed and exported records after the conventions', async () => {
  const sink = Object.assign(new Memory('otlp', 'traces'), {
    component: 'otlp_http_exporter',
    counts: { traces: { inflight: 1, exported: 5, rejected: 2, failed: 0, dropped: 3 } },
  })
  const p = pipeline([sink as never], { spans: { queue: 4 } })
  for (const name of names(0, 6)) p.span(span(name))
  const rows = Object.fromEntries(Object.entries(NAMES).map(([key, row]) => [row.short, key]))
  expect(
    selfPoints(p).map((point) => `${rows[point.name.short]} ${Object.values(point.labels).join(' ')} = ${point.value}`),
  ).toEqual([
    'otel_sdk_processor_span_queue_size batching_span_processor batching_span_processor/0 = 4',
    'otel_sdk_processor_span_queue_capacity batching_span_processor batching_span_processor/0 = 4',
    'otel_sdk_processor_span_processed_total batching_span_processor batching_span_processor/0  = 0',
    'otel_sdk_processor_span_processed_total batching_span_processor batching_span_processor/0 queue_full = 2',
    'otel_sdk_processor_log_queue_size batching_log_processor batching_log_processor/0 = 0',
    'otel_sdk_processor_log_queue_capacity batching_log_processor batching_log_processor/0 = 2048',
    'otel_sdk_processor_log_processed_total batching_log_processor batching_log_processor/0  = 0',
    'otel_sdk_log_created_total  = 0',
    'otel_sdk_exporter_span_inflight otlp_http_exporter otlp = 1',
    'otel_sdk_exporter_span_exported_total otlp_http_exporter otlp  = 5',
    'otel_sdk_exporter_span_exported_total otlp_http_exporter otlp rejected = 2',
    'otel_sdk_exporter_span_exported_total otlp_http_exporter otlp queue_full = 3',
  ])
})
