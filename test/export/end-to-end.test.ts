// The pipeline with real exporters to real receivers.
import { afterEach, expect, test } from 'vitest'
import { onNotice } from '../../src/base/notice.ts'
import { otlpHttp } from '../../src/export/otlp-http.ts'
import { LogRecord } from '../../src/model/log.ts'
import { Family, Series } from '../../src/model/metric.ts'
import { Pipeline } from '../../src/pipeline/pipeline.ts'
import { names, Receiver, resource, scope, span } from './receiver.ts'

const receivers: Receiver[] = []
const receive = async (): Promise<Receiver> => {
  const receiver = await new Receiver().listen()
  receivers.push(receiver)
  return receiver
}
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close()
  onNotice(undefined)
})

for (const protocol of ['http/protobuf', 'http/json'] as const) {
  test(`N queued spans and logs all reach the receiver after close, over ${protocol} [W-23] [H-23]`, async () => {
    const receiver = await receive()
    receiver.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return false
    }
    const pipeline = new Pipeline({ resource, sinks: [otlpHttp({ endpoint: receiver.url, protocol })] })
    expect(pipeline.encodesAtEnd).toBe(protocol === 'http/protobuf')
    for (const name of names(0, 2000)) pipeline.span(span(name))
    for (let i = 0; i < 300; i++) pipeline.log(new LogRecord(scope, 1, 9, 'INFO', `l${i}`))
    await pipeline.close(30_000)
    expect(receiver.spans).toEqual(names(0, 2000))
    expect(receiver.logs).toEqual(Array.from({ length: 300 }, (_, i) => `l${i}`))
  })
}

test('close under load: every span that was accepted before it arrives, none twice, later ones are counted [W-05] [W-23]', async () => {
  const receiver = await receive()
  receiver.answer = (res, n) => {
    if (n % 4 !== 0) return false
    res.writeHead(503, { 'retry-after': '0' }).end()
    return true
  }
  const said: string[] = []
  onNotice((one) => {
    if (one.level !== 'debug') said.push(one.event)
  })
  const pipeline = new Pipeline({ resource, sinks: [otlpHttp({ endpoint: receiver.url, batch: 64 })] })
  let sent = 0
  let closing: Promise<void> | undefined
  while (closing === undefined || sent < 6000) {
    for (let i = 0; i < 50; i++) pipeline.span(span(`s${sent++}`))
    if (sent === 4000) closing = pipeline.close(30_000)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await closing
  const { processed, late } = pipeline.self.spans
  expect(processed + late).toBe(sent)
  expect(processed).toBeGreaterThanOrEqual(4000)
  expect(receiver.spans).toEqual(names(0, processed))
  // A receiver that refuses every fourth request is no news each time.
  expect(said).toEqual(['export.unreachable', 'export.reachable'])
})

test('with two exporters each gets every record once, and a dead one does not hold up the other [R-05] [W-06]', async () => {
  onNotice(() => {})
  const [good, other] = [await receive(), await receive()]
  const orders = new Family({ name: 'orders', short: 'orders_total', type: 'counter', scope })
  const series = new Series([], null, 1000)
  series.value = 1
  orders.series.push(series)
  const pipeline = new Pipeline({
    resource,
    sinks: ['http://127.0.0.1:1', good.url, other.url].map((endpoint) => otlpHttp({ endpoint })),
    collect: () => [orders],
  })
  for (const name of names(0, 50)) pipeline.span(span(name))
  await pipeline.close(5000)
  for (const receiver of [good, other]) {
    expect(receiver.spans).toEqual(names(0, 50))
    const points = receiver.posts.flatMap((post) =>
      post.batches.flatMap((one) => one.series.map((f) => [f.name, f.series[0]!.value])),
    )
    expect(points).toEqual([['orders', 1]])
  }
})

test('the exporter makes no telemetry about itself: its notices through the logger are not exported [S-27]', async () => {
  const receiver = await receive()
  receiver.answer = (res) => {
    res.writeHead(400).end('no')
    return true
  }
  const pipeline = new Pipeline({ resource, sinks: [otlpHttp({ endpoint: receiver.url })] })
  let said = 0
  onNotice((one) => {
    said++
    pipeline.log(new LogRecord(scope, 1, 13, 'WARN', one.text))
  })
  pipeline.span(span('a'))
  for (let i = 0; i < 3; i++) await pipeline.flush(10_000)
  expect([said > 0, receiver.requests, pipeline.self.logs.processed + pipeline.self.logs.size]).toEqual([true, 1, 0])
  await pipeline.close(100)
})
