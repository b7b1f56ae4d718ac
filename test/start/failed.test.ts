// A start that fails after much of it was done. In a file of its own: it needs a process in which nothing was started.
import { expect, test } from 'vitest'
import { currentSpan, gauge, span, start } from '../../src/index.ts'
import { app, folder, launch, otlp, receiver, SHOP, scrape, spansOf } from './kit.ts'

test('a step that fails late takes everything back, and the next start is whole [H-02]', async () => {
  gauge('http_requests_in_flight').set(1)
  const collector = await receiver()
  const cwd = folder({ 'telltale.yaml': `${SHOP}strict: true\n${otlp(collector.url)}` })
  const signals = process.listenerCount('SIGTERM')
  await expect(start({ cwd, env: {} })).rejects.toMatchObject({ faults: [{ code: 'METRIC_KIND' }] })
  const server = await app()
  await server.get('/nobody')
  await span('nobody', async () => expect(currentSpan().recording).toBe(false))
  expect(process.listenerCount('SIGTERM')).toBe(signals)

  const telltale = await launch(SHOP + otlp(collector.url))
  await server.get('/seen')
  expect((await scrape(telltale)).samples('http_requests_total').map(([, value]) => value)).toEqual([1])
  await telltale.stop()
  expect(spansOf(collector).map(({ name, kind }) => [name, kind])).toEqual([
    ['GET', 2],
    ['GET', 3],
    ['GET', 3],
  ])
})
