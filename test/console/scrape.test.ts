import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Notice, onNotice } from '../../src/base/notice.ts'
import { createConsole } from '../../src/console/console.ts'
import { type ScrapeOptions, scrapeRoutes } from '../../src/console/scrape.ts'
import { Registry } from '../../src/metrics/registry.ts'
import { ask, listening } from './ask.ts'

const said: string[] = []
beforeEach(() => {
  said.length = 0
  onNotice((notice: Notice) => said.push(notice.text))
})
afterEach(() => void onNotice(undefined))

function registry(series = 1) {
  const held = new Registry()
  const counter = held.counter('jobs_total', { labels: ['kind'], help: 'Jobs done.' })
  for (let i = 0; i < series; i++) counter.add(i + 1, { kind: `k${i}` })
  return held
}

async function served(options: Partial<ScrapeOptions>) {
  const { serve } = createConsole({
    routes: scrapeRoutes({ path: '/metrics', families: () => registry().exposition(), text: {}, ...options }),
  })
  return listening(createServer(serve))
}

test('GET /metrics is Prometheus text 0.0.4 with the service label, and needs no token [H-07] [R-10]', async () => {
  const server = await served({ text: { constant: ['service', 'shop'] } })
  const { status, headers, text } = await ask(server, '/metrics')
  expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  expect(text.split('\n').filter((line) => line.includes('jobs_total'))).toEqual([
    '# HELP jobs_total Jobs done.',
    '# TYPE jobs_total counter',
    'jobs_total{kind="k0",service="shop"} 1',
  ])
  server.close()
})

test('two services on the package expose the same endpoint with another service label [H-01]', async () => {
  const sample = async (service: string) => {
    const server = await served({ text: { constant: ['service', service] } })
    const { text } = await ask(server, '/metrics')
    server.close()
    return text.split('\n').find((line) => line.startsWith('jobs_total'))
  }
  expect([await sample('hfs'), await sample('hts')]).toEqual([
    'jobs_total{kind="k0",service="hfs"} 1',
    'jobs_total{kind="k0",service="hts"} 1',
  ])
})

test('before metrics exist the answer is 503 with one line of plain text [H-07]', async () => {
  const server = await served({ families: () => null })
  const { status, headers, text } = await ask(server, '/metrics')
  expect([status, headers['content-type'], text]).toEqual([
    503,
    'text/plain; charset=utf-8',
    '# metrics are not available: nothing records them (yet)\n',
  ])
  server.close()
})

test('when rendering fails the answer is 500 with a line of text; the reason is in the log alone [R-10]', async () => {
  const server = await served({
    families: () => {
      throw new Error('secret detail')
    },
  })
  const { status, headers, text } = await ask(server, '/metrics')
  expect([status, headers['content-type'], text]).toEqual([
    500,
    'text/plain; charset=utf-8',
    '# metrics cannot be rendered; the reason is in the log of the service\n',
  ])
  expect(said).toEqual(['rendering the metrics failed: secret detail'])
  server.close()
})

test('the path is configurable [R-10]', async () => {
  const server = await served({ path: '/internal/prometheus' })
  expect([(await ask(server, '/internal/prometheus')).status, (await ask(server, '/metrics')).status]).toEqual([
    200, 404,
  ])
  server.close()
})

test('what has to be refreshed is refreshed immediately before each rendering: uptime never freezes [H-10]', async () => {
  const held = new Registry()
  const gauge = held.gauge('uptime_seconds')
  let seconds = 0
  const server = await served({ families: () => held.exposition(), before: () => gauge.set(++seconds) })
  const value = async () =>
    (await ask(server, '/metrics')).text.split('\n').find((line) => line.startsWith('uptime_seconds'))
  expect([await value(), await value()]).toEqual(['uptime_seconds 1', 'uptime_seconds 2'])
  server.close()
})

test('OpenMetrics is written for those who ask for it', async () => {
  const server = await served({})
  const { headers, text } = await ask(server, '/metrics', {
    headers: { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' },
  })
  expect([headers['content-type'], text.endsWith('# EOF\n')]).toEqual([
    'application/openmetrics-text; version=1.0.0; charset=utf-8',
    true,
  ])
  server.close()
})

test('gzip for those who accept it, when there is enough to gain; never for q=0', async () => {
  const server = await served({ families: () => registry(500).exposition() })
  const plain = await ask(server, '/metrics')
  const zipped = await ask(server, '/metrics', { headers: { 'accept-encoding': 'br, gzip' } })
  expect([zipped.headers['content-encoding'], gunzipSync(zipped.body).equals(plain.body)]).toEqual(['gzip', true])
  const encodings = async (accept: string) =>
    (await ask(server, '/metrics', { headers: { 'accept-encoding': accept } })).headers['content-encoding']
  expect([await encodings('gzip;q=0'), await encodings('*'), await encodings('*;q=0'), await encodings('br')]).toEqual([
    undefined,
    'gzip',
    undefined,
    undefined,
  ])
  server.close()
  const small = await served({})
  expect((await ask(small, '/metrics', { headers: { 'accept-encoding': 'gzip' } })).headers['content-encoding']).toBe(
    undefined,
  )
  small.close()
})

test('HEAD has the headers of GET and no body', async () => {
  const server = await served({})
  const [get, head] = [await ask(server, '/metrics'), await ask(server, '/metrics', { method: 'HEAD' })]
  expect([head.status, head.headers['content-type'], head.headers['content-length'], head.text]).toEqual([
    200,
    get.headers['content-type'],
    get.headers['content-length'],
    '',
  ])
  server.close()
})

test('those who scrape together share one rendering; those who come later get a new one', async () => {
  let collections = 0
  const held = registry(3000)
  const server = await served({
    families: () => {
      collections++
      return held.exposition()
    },
  })
  const { fetch } = createConsole({
    routes: scrapeRoutes({
      path: '/metrics',
      text: {},
      families: () => {
        collections++
        return held.exposition()
      },
    }),
  })
  const texts = await Promise.all(
    Array.from({ length: 5 }, async () => (await fetch(new Request('http://h/metrics'))).text()),
  )
  expect([collections, new Set(texts).size]).toEqual([1, 1])
  await ask(server, '/metrics')
  expect(collections).toBe(2)
  server.close()
})

test('neither the scrape nor the probes load a router or a web framework: those are imported when a route needs them', () => {
  const files = ['console', 'route', 'scrape', 'health', 'listener', 'mount', 'problem']
  const text = files
    .map((name) => readFileSync(new URL(`../../src/console/${name}.ts`, import.meta.url), 'utf8'))
    .join('\n')
  const packages = [...text.matchAll(/^import (?!type)[^']*from '([^.'][^']*)'/gm)].map((match) => match[1]!)
  expect(packages.filter((name) => !name.startsWith('node:'))).toEqual([])
})
