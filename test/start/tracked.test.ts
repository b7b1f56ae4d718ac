// R-11 switched on. In a file of its own: the labels of a family are settled once per process.
import { expect, test } from 'vitest'
import { app, attributesOf, launch, otlp, receiver, SHOP, scrape, spansOf } from './kit.ts'

test('user agents and addresses, switched on, are in the span and in a label that is bounded [R-11]', async () => {
  const collector = await receiver()
  const server = await app()
  const telltale = await launch(
    `${SHOP}${otlp(collector.url)}  prometheus: { metrics: { http: { track_user_agents: true, track_ip_addresses: true } } }\n  metrics: { limits: { series: 20 } }\n`,
  )
  for (let i = 0; i < 50; i++) await server.get('/', { 'user-agent': `agent/${i}` })
  const counted = (await scrape(telltale)).samples('http_requests_total')
  expect(counted[0]).toEqual([
    { method: 'GET', route: '<unmatched>', status: '200', user_agent: 'agent/0', client_address: '127.0.0.1' },
    1,
  ])
  expect(counted.length).toBeLessThanOrEqual(21)
  expect(counted.reduce((sum, [, value]) => sum + value, 0)).toBe(50)
  await telltale.stop()
  const [first] = spansOf(collector).filter(({ kind }) => kind === 2)
  expect(attributesOf(first!)).toMatchObject({ 'user_agent.original': 'agent/0', 'client.address': '127.0.0.1' })
})
