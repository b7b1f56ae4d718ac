// Documents run: every small program of examples/ is run against a hub, and what it says and sends is compared whole.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EXEMPT } from '../../examples/shop/prometheus.mjs'
import { NAMES } from '../../src/model/names.ts'
import { dist, run } from './dist.ts'
import { ROOT } from './source.ts'

interface Example {
  readonly register?: true
  readonly stdout: string
  /** `name kind` of each span that arrives, sorted. */
  readonly spans: readonly string[]
}

const EXAMPLES: Record<string, Example> = {
  'quickstart.mjs': { stdout: 'paid 59.9\n', spans: ['checkout internal'] },
  'plain-http.mjs': { register: true, stdout: '200 hello\n\n', spans: ['GET client', 'GET server'] },
  'plain-http.cjs': { register: true, stdout: '200 hello\n\n', spans: ['GET client', 'GET server'] },
  'express.mjs': {
    stdout: '200 /api/acme/users/7\n500 /api/acme/users/7/broken\n404 /nowhere\n',
    spans: [
      'GET /api/:tenant/users/:id server',
      'GET /api/:tenant/users/:id/broken server',
      'GET client',
      'GET client',
      'GET client',
      'GET server',
    ],
  },
  'fastify.mjs': { stdout: '200 {"id":"7"}\n', spans: ['GET /users/:id server', 'GET client', 'load user internal'] },
  'otel-api.mjs': { stdout: 'sent\n', spans: ['send mail producer'] },
  'metrics-endpoint.mjs': {
    stdout: 'jobs_total{queue="mail",service="metrics-endpoint"} 3\n200\nthe application\n',
    spans: ['GET client', 'GET client', 'GET client', 'GET server'],
  },
}

interface Hub {
  readonly endpoint: string
  readonly ui: string
  stop(): Promise<void>
  readonly store: { clear(): void }
}
let hub: Hub

beforeAll(async () => {
  const door = join(await dist(), 'esm', 'hub.js')
  const { startHub } = (await import(/* @vite-ignore */ door)) as { startHub(o: object): Promise<Hub> }
  hub = await startHub({ port: 0, uiPort: 0 })
})
afterAll(() => hub?.stop())

test('every small program of examples/ is in the table', () => {
  const files = readdirSync(join(ROOT, 'examples')).filter((file) => /\.[cm]js$/.test(file))
  expect(files.sort()).toEqual(Object.keys(EXAMPLES).sort())
})

async function spansInHub(): Promise<string[]> {
  const { items } = (await (await fetch(`${hub.ui}/api/v1/traces?limit=100`)).json()) as {
    items: { trace_id: string }[]
  }
  const spans: string[] = []
  for (const { trace_id: id } of items) {
    const { tree } = (await (await fetch(`${hub.ui}/api/v1/traces/${id}`)).json()) as {
      tree: { name: string; kind: string }[]
    }
    for (const { name, kind } of tree) spans.push(`${name} ${kind}`)
  }
  return spans.sort()
}

test.for(Object.entries(EXAMPLES))(
  'examples/%s runs, and its spans arrive',
  { timeout: 120_000 },
  async ([file, example]) => {
    hub.store.clear()
    const args = [...(example.register ? ['--import', 'telltale/register'] : []), join('examples', file)]
    const env = {
      ...process.env,
      OTEL_EXPORTER_OTLP_ENDPOINT: hub.endpoint,
      NODE_OPTIONS: '',
      OTEL_EXPORTER_PROMETHEUS_PORT: '0',
    }
    const ran = await run(process.execPath, args, { cwd: ROOT, env })
    expect(ran).toEqual({ code: 0, stdout: example.stdout, stderr: '' })
    expect(await spansInHub()).toEqual([...example.spans])
  },
)

test('every program of the README is one of examples/, word for word', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/```(?:js|ts)\n([\s\S]*?)```/g)].map((match) => match[1]!)
  const programs = Object.keys(EXAMPLES).map((file) => readFileSync(join(ROOT, 'examples', file), 'utf8'))
  expect(blocks.length).toBeGreaterThan(0)
  expect(blocks.filter((block) => !programs.includes(block))).toEqual([])
})

test('the families that the demo excuses from promtool are those of the table of names', () => {
  // Others are exempt under the semantic conventions' names, which the demo does not show.
  const exempt = Object.values(NAMES).filter(({ exempt, short }) => exempt !== undefined && short.endsWith('_total'))
  expect(EXEMPT).toEqual(exempt.map(({ short }) => short).sort())
})

test('the shop loses nothing between shoppers, hub, scrape and request log', { timeout: 300_000 }, async () => {
  const ran = await run(process.execPath, ['examples/shop/demo.mjs', '--check', '--requests', '120'], { cwd: ROOT })
  expect(ran.stdout.split('\n').filter((line) => line.startsWith('MISSING'))).toEqual([])
  expect(ran.code, ran.stdout + ran.stderr).toBe(0)
})
