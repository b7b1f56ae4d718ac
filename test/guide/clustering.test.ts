// docs/guide/clustering.md: its configuration starts a service, its Prometheus is accepted by promtool, its queries are
// PromQL, its manifests say what the configuration says, and its addresses are those that a service has.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../../src/config/load.ts'
import { newFolder } from '../folder.ts'
import { ROOT } from '../house/source.ts'
import { onPath, REQUIRED } from '../otel/servers.ts'
import { blocksOf } from './document.ts'

const GUIDE = 'docs/guide/clustering.md'
const BLOCKS = blocksOf(GUIDE)
const of = (use: string) => BLOCKS.filter((block) => block.use === use).map(({ text }) => text)
const folder = newFolder('clustering')
const PROMTOOL = onPath('promtool')
const none = PROMTOOL === undefined && !REQUIRED

function promtool(...args: string[]): unknown {
  const { status, stdout, stderr } = spawnSync(PROMTOOL!, args, { cwd: folder, encoding: 'utf8' })
  return status === 0 ? 'accepted' : stdout + stderr
}

test('its blocks are of a kind that is checked here', () => {
  const kinds = new Set(BLOCKS.map(({ language, use }) => `${language} ${use}`.trim()))
  expect([...kinds].sort()).toEqual([
    ...['promql', 'traceql', 'yaml headless', 'yaml networkpolicy', 'yaml podmonitor', 'yaml probes'],
    ...['yaml prometheus', 'yaml telltale'],
  ])
})

test('its configuration has no fault, and the manifests are about the port and the paths that it has [H-54] [H-55]', () => {
  const file = join(folder, 'telltale.yaml')
  writeFileSync(file, of('telltale')[0]!)
  const env = { JWT_SECRET: 'a-secret-of-at-least-32-characters' }
  const { config, warnings } = loadConfig({ file, cwd: folder, env })
  expect(warnings).toEqual([])
  const [probes, monitor, service, policy] = ['probes', 'podmonitor', 'headless', 'networkpolicy'].map(
    (use) => parse(of(use)[0]!) as Record<string, never>,
  )
  const { port } = config.server
  const labels = { app: config.service.name }
  expect(probes).toEqual({
    livenessProbe: { httpGet: { path: '/livez', port } },
    readinessProbe: { httpGet: { path: '/_readiness', port }, periodSeconds: 5 },
  })
  expect(monitor!['kind']).toBe('PodMonitor')
  expect(monitor!['spec']).toEqual({
    selector: { matchLabels: labels },
    podMetricsEndpoints: [{ port: 'telltale', path: config.scrape.path, interval: '15s' }],
  })
  expect(service!['spec']).toEqual({ clusterIP: 'None', selector: labels, ports: [{ name: 'telltale', port }] })
  const { podSelector, ingress } = policy!['spec'] as {
    podSelector: object
    ingress: { from?: object; ports: object }[]
  }
  expect(podSelector).toEqual({ matchLabels: labels })
  // Whoever is not the monitoring reaches the application alone.
  expect(ingress.map(({ from, ports }) => [from !== undefined, ports])).toEqual([
    [true, [{ protocol: 'TCP', port }]],
    [false, [{ protocol: 'TCP', port: 3000 }]],
  ])
})

test.skipIf(none)('Prometheus takes its configurations and its queries [H-55] [H-57]', () => {
  for (const text of of('prometheus')) {
    writeFileSync(join(folder, 'prometheus.yml'), text)
    expect(promtool('check', 'config', 'prometheus.yml')).toBe('accepted')
  }
  const queries = BLOCKS.filter(({ language }) => language === 'promql').flatMap(({ text }) => text.trim().split('\n'))
  expect(queries.length).toBe(3)
  const rules = queries.map((expr, i) => ({ record: `query:${i}`, expr }))
  writeFileSync(join(folder, 'rules.yml'), JSON.stringify({ groups: [{ name: 'guide', rules }] }))
  expect(promtool('check', 'rules', 'rules.yml')).toBe('accepted')
})

test('every address that it names is one that a service answers', () => {
  const routes = readFileSync(join(ROOT, 'docs/reference/routes.md'), 'utf8')
  const known = new Set([...routes.matchAll(/\| `(\/[^`]*)` \|/g)].map(([, path]) => path))
  const text = readFileSync(join(ROOT, GUIDE), 'utf8')
  const table = text.slice(text.indexOf('| | of |'), text.indexOf('`console.instance`'))
  const named = table.split('\n').flatMap((line) => {
    const paths = [...(line.split('|')[1] ?? '').matchAll(/`(\/[^`]+)`/g)].map(([, path]) => path!)
    // The first of a row says where the others are.
    const prefix = paths[0]?.replace(/[^/]*$/, '') ?? ''
    return paths.map((path) => (known.has(path) ? path : prefix + path.slice(1)))
  })
  expect(named.length).toBeGreaterThan(12)
  expect(named.filter((path) => !known.has(path))).toEqual([])
})
