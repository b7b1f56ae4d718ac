// Functions of a started process, through the doors.
import { expect, test } from 'vitest'
import { spanIdHex } from '../../../src/base/ids.ts'
import { instrument, observe } from '../../../src/function.ts'
import { span } from '../../../src/index.ts'
import { app, launch, logsOf, otlp, receiver, SHOP, scrape, spansOf } from '../../start/kit.ts'

test('HTTP server, function and line are of one trace, and all is counted down [W-13] [W-22] [W-28] [W-32]', async () => {
  const collector = await receiver()
  const telltale = await launch(SHOP + otlp(collector.url, { traces: true, logs: true }))
  const price = instrument(async (item: string) => item.length, { id: 'price' })
  const server = await app((request, response) => {
    void observe('shop.buy', { low: { plan: 'pro' }, high: { item: 'lamp', password: 'hunter2' } }, async () => {
      if (request.url === '/fail') throw new Error('sold out')
      return price('lamp')
    }).then(
      (answer) => response.end(String(answer)),
      () => response.writeHead(500).end(),
    )
  })
  await server.get('/')
  await server.get('/fail')
  const shown = await scrape(telltale)
  await telltale.stop()
  const spans = spansOf(collector).filter(({ kind }) => kind !== 3)
  const parents = spans.map(({ p0, p1 }) => spans.find(({ s0, s1 }) => s0 === p0 && s1 === p1)?.name)
  expect(spans.map(({ name, kind, status }, i) => `${name} ${kind} ${status} in ${parents[i]}`).sort()).toEqual([
    'GET 2 0 in undefined',
    'GET 2 2 in undefined',
    'price 1 1 in shop.buy',
    'shop.buy 1 1 in GET',
    'shop.buy 1 2 in GET',
  ])
  const buys = spans.filter(({ name }) => name === 'shop.buy')
  const lines = logsOf(collector).filter(({ scope }) => scope.name === 'telltale/function')
  expect(lines.map(({ body, severity, s0, s1 }) => [body, severity, spanIdHex(s0, s1)])).toEqual([
    ['shop.buy', 9, spanIdHex(buys[0]!.s0, buys[0]!.s1)],
    ['shop.buy', 17, spanIdHex(buys[1]!.s0, buys[1]!.s1)],
  ])
  expect(
    JSON.stringify([buys.map(({ attributes }) => attributes), lines.map(({ attributes }) => attributes)]),
  ).not.toContain('hunter2')
  expect(shown.samples('function_calls_total')).toEqual([
    [{ function_id: 'price', status: 'success' }, 1],
    [{ function_id: 'shop.buy', plan: 'pro', status: 'success' }, 1],
    [{ function_id: 'shop.buy', plan: 'pro', status: 'error' }, 1],
  ])
  expect(shown.samples('function_in_flight')).toEqual([
    [{ function_id: 'shop.buy', plan: 'pro' }, 0],
    [{ function_id: 'price' }, 0],
  ])
  // After the stop a call is a call, and nothing more is traced.
  expect(observe('late', { log: 'none' }, (late) => late.isRecording())).toBe(false)
  expect(span('late', () => 1)).toBe(1)
})

test('the original spellings are shown where a configuration mentions them [ruling 11]', async () => {
  const telltale = await launch(
    `${SHOP}alerts: [{ name: slow, condition: "rate(function_calls[5m]) > 1 or function_duration_count > 1" }]\n`,
  )
  instrument(() => {}, { id: 'aliased' })()
  const shown = await scrape(telltale)
  expect(shown.value('function_calls', { function_id: 'aliased' })).toBe(1)
  expect(shown.value('function_calls_total', { function_id: 'aliased' })).toBe(1)
})
