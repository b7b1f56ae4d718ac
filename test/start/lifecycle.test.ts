// One instance per process: how it begins, how often, and how it ends.
import { expect, test } from 'vitest'
import { uptime } from '../../src/health/uptime.ts'
import { counter, Faults, health, log, span, start } from '../../src/index.ts'
import { app, familiesOf, folder, launch, logsOf, notices, otlp, receiver, SHOP, said, scrape, spansOf } from './kit.ts'

test('start is synchronous in what matters: a request right after the call is observed [H-02] [R-43]', async () => {
  const server = await app()
  const cwd = folder({ 'telltale.yaml': SHOP })
  const starting = start({ cwd, env: {} })
  const answer = server.get('/early')
  const telltale = await starting
  await answer
  expect((await scrape(telltale)).samples('http_requests_total')).toEqual([
    [{ method: 'GET', route: '<unmatched>', status: '200' }, 1],
  ])
  await telltale.stop()
})

test('a second start returns the first instance, says so once, and does not reset the start time [H-02]', async () => {
  const heard = said()
  const telltale = await launch()
  const { startedAt } = uptime
  const at = startedAt.call(uptime)
  const before = uptime.seconds()
  expect(await start({ cwd: folder({ 'telltale.yaml': 'name: other\n' }), env: {} })).toBe(telltale)
  expect(await start()).toBe(telltale)
  expect(telltale.config.service.name).toBe('shop')
  expect([uptime.startedAt(), uptime.seconds() >= before]).toEqual([at, true])
  expect(heard).toEqual([
    'telltale warn: start() was called again: the first instance goes on, other options are ignored',
  ])
})

test('stop, then start works: counts go on, each is shown once, and requests are seen again [H-02] [W-05]', async () => {
  const collector = await receiver()
  const server = await app()
  const yaml = SHOP + otlp(collector.url)
  const jobs = counter('again_jobs_total')
  const totals: unknown[] = []
  for (let round = 1; round <= 3; round++) {
    const telltale = await launch(yaml)
    jobs.add(1)
    await server.get('/again')
    await span('own', async () => {})
    await telltale.flush()
    const seen = await scrape(telltale)
    totals.push([
      seen.value('again_jobs_total'),
      seen.value('otel_sdk_span_started_total', {
        otel_span_sampling_result: 'RECORD_AND_SAMPLE',
        otel_span_parent_origin: 'none',
      })! > 0,
      seen.samples('otel_sdk_processor_span_processed_total').map(([, value]) => value),
      seen.samples('nodejs_version_info').length,
      seen.samples('uptime_seconds').length,
    ])
    await telltale.stop()
    expect(spansOf(collector).filter(({ name }) => name === 'own')).toHaveLength(round)
    // Nothing of ours listens in between.
    await server.get('/between')
    await span('between', async () => {})
  }
  // Two SERVER or CLIENT spans of the request and one of our own a round, the fetch of the scrape included.
  const processed = totals.map((row) => (row as number[][])[2]![0]!)
  expect(totals.map((row) => (row as unknown[]).with(2, 'n'))).toEqual([1, 2, 3].map((n) => [n, true, 'n', 1, 1]))
  const each = processed[0]!
  expect(each).toBeGreaterThanOrEqual(2)
  // The scrape itself is a call of this process: its CLIENT span comes after the numbers were read.
  expect(processed).toEqual([each, each * 2 + 1, each * 3 + 2])
  expect(spansOf(collector).map(({ name }) => name)).not.toContain('between')
})

test('what an instance says about itself is gone with it [W-10] [H-02]', async () => {
  const collector = await receiver()
  const first = await launch(SHOP + otlp(collector.url))
  await span('counted', () => {})
  expect((await scrape(first)).names).toContain('otel_sdk_processor_span_processed_total')
  await first.stop()
  const second = await launch()
  expect((await scrape(second)).names.filter((name) => /^otel_sdk_(processor|span|exporter_span)/.test(name))).toEqual(
    [],
  )
})

test('start during a stop waits for it, and the stop takes nothing from the new instance [H-02]', async () => {
  const collector = await receiver()
  const first = await launch(SHOP + otlp(collector.url))
  const stopping = first.stop()
  const second = await launch(SHOP + otlp(collector.url))
  await stopping
  expect(second).not.toBe(first)
  await span('after', async () => {})
  await second.stop()
  expect(spansOf(collector).map(({ name }) => name)).toEqual(['after'])
})

test('a second stop is the first, and nothing is delivered twice [H-23] [W-05]', async () => {
  const collector = await receiver()
  const telltale = await launch(SHOP + otlp(collector.url))
  await span('once', async () => {})
  await Promise.all([telltale.stop(), telltale.stop()])
  await telltale.stop()
  expect(spansOf(collector).map(({ name }) => name)).toEqual(['once'])
})

test('N queued spans of one turn all arrive when stop has resolved [W-23] [H-23]', async () => {
  const collector = await receiver()
  const telltale = await launch(SHOP + otlp(collector.url))
  for (let i = 0; i < 3000; i++) void span(`s${i}`, () => {})
  expect(spansOf(collector)).toEqual([])
  await telltale.stop()
  expect(spansOf(collector).map(({ name }) => name)).toEqual(Array.from({ length: 3000 }, (_, i) => `s${i}`))
})

test('without an exporter stop delivers nothing and opens no connection [H-21] [H-23]', async () => {
  const heard = said()
  const telltale = await launch()
  await span('nowhere', async (s) => expect(s.recording).toBe(false))
  await telltale.stop()
  expect(heard).toEqual([])
})

test('at a stop readiness falls first, then metrics, traces and logs leave in this order, each whole [ruling 42]', async () => {
  const collector = await receiver()
  const telltale = await launch(
    SHOP + otlp(collector.url, { traces: true, metrics: true, logs: true }).replace('50ms', '60s'),
  )
  process.stdout.write = ((write) =>
    ((chunk: string) => (String(chunk).startsWith('{') ? true : write(chunk))) as never)(
    process.stdout.write.bind(process.stdout),
  )
  counter('ordered_total').add(1)
  await span('ordered', async () => log.info('said'))
  expect(telltale.ready).toBe(true)
  const stopping = telltale.stop()
  expect(telltale.ready).toBe(false)
  await stopping
  const order = collector.posts.map(({ url }) => url)
  expect([...new Set(order)]).toEqual(['/v1/metrics', '/v1/traces', '/v1/logs'])
  expect(
    familiesOf(collector).get('ordered_total')?.series[0]?.value ??
      familiesOf(collector).get('ordered')?.series[0]?.value,
  ).toBe(1)
  expect([spansOf(collector).length, logsOf(collector).map(({ body }) => body)]).toEqual([1, ['said']])
})

test('liveness is off during the teardown and on again after the next start [W-40b]', async () => {
  health.liveness.register('stuck', () => false)
  const telltale = await launch()
  expect((await fetch(`${telltale.address}/livez`)).status).toBe(503)
  const stopping = telltale.stop()
  expect(health.liveness.run()).toEqual({ ok: true, on: false, checks: [] })
  await stopping
  const again = await launch()
  const response = await fetch(`${again.address}/livez`)
  expect([response.status, await response.text()]).toEqual([503, 'stuck\tfail: the check says no\n'])
  health.liveness.register('stuck', null)
})

test('a configuration with faults rejects with all of them and opens nothing [R-01] [ruling 20]', async () => {
  const cwd = folder({
    'telltale.yaml':
      'name: shop\nserver: { port: 0 }\nobservability: { opentelemetry: { tracing: { sample_rate: high } }, nonsense: 1 }\n',
  })
  const error = await start({ cwd, env: {} }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(Faults)
  expect((error as Faults).faults.map(({ code, detail }) => [code, detail.where])).toEqual([
    ['CONFIG_TYPE', { file: 'telltale.yaml', line: 3, column: 59 }],
    ['CONFIG_UNKNOWN_KEY', { file: 'telltale.yaml', line: 3, column: 69 }],
  ])
  // Nothing is on: the next start is the first.
  const telltale = await launch()
  expect(telltale.config.service.name).toBe('shop')
})

test.each([
  ['an endpoint that must not be called', 'http://169.254.169.254/', 'ENDPOINT_FORBIDDEN'],
  ['a header with a line break', 'http://127.0.0.1:1", headers: { a: "b\\r\\nc" }, compression: "none', 'CONFIG_VALUE'],
])('%s rejects with Faults before anything is opened', async (_what, endpoint, code) => {
  const cwd = folder({ 'telltale.yaml': SHOP + otlp(endpoint) })
  const error = await start({ cwd, env: {} }).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(Faults)
  expect((error as Faults).faults.map((fault) => fault.code)).toEqual([code])
})

test('declarations that clash are faults with their place, and nothing of the failed start stays [ruling 48]', async () => {
  const heard = notices()
  const cwd = folder({
    'telltale.yaml': `${SHOP}custom_metrics:\n  counters: [{ name: clash_total, labels: [] }]\n  gauges: [{ name: clash_total, labels: [] }]\n`,
  })
  const error = (await start({ cwd, env: {} }).catch((thrown: unknown) => thrown)) as Faults
  expect(error.faults.map(({ code, detail }) => [code, detail.where?.line])).toEqual([['CONFIG_CONFLICT', 5]])
  const server = await app()
  await server.get('/')
  expect(heard).toEqual([])
  const telltale = await launch()
  expect((await scrape(telltale)).names).not.toContain('clash_total')
})
