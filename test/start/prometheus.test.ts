// A real Prometheus scrapes a guarded service: with the credential it is up, without it is down.
import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import { freePort, onPath, REQUIRED } from '../otel/servers.ts'
import { folder, later, launch, said, until } from './kit.ts'

const PROMETHEUS = onPath('prometheus')
const TOKEN = 'a-token-of-the-environment'

interface Target {
  readonly labels: { readonly job: string }
  readonly health: string
  readonly lastError: string
}

test.skipIf(PROMETHEUS === undefined && !REQUIRED)(
  'Prometheus with the token in `authorization` or in a header of its own is let in, and is down without [R-19] [R-22]',
  { timeout: 180_000 },
  async () => {
    said()
    const telltale = await launch(
      `name: shop
server: { port: 0 }
observability: { prometheus: { authentication: { methods: [bearer_token, api_key], rate_limit: { burst_size: 1000 } } } }
`,
      { METRICS_TOKEN: TOKEN },
    )
    const target = `static_configs: [{ targets: ["${telltale.address!.slice('http://'.length)}"] }]`
    const cwd = folder({
      'token.txt': `${TOKEN}\n`,
      'prometheus.yml': `global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - { job_name: with, authorization: { credentials: ${TOKEN} }, ${target} }
  - { job_name: from-a-file, authorization: { credentials_file: token.txt }, ${target} }
  - { job_name: without, ${target} }
  - { job_name: wrong, authorization: { credentials: another }, ${target} }
  - { job_name: basic, basic_auth: { username: metrics, password: ${TOKEN} }, ${target} }
`,
    })
    const port = await freePort()
    const child = spawn(
      PROMETHEUS!,
      ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${port}`],
      { cwd, stdio: 'ignore' },
    )
    later(async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      if (child.exitCode === null && child.kill()) await gone
    })
    const ask = async <T>(path: string): Promise<T | undefined> => {
      try {
        return ((await (await fetch(`http://127.0.0.1:${port}${path}`)).json()) as { data: T }).data
      } catch {
        return undefined
      }
    }
    const targets = async () => {
      const { activeTargets = [] } = (await ask<{ activeTargets: Target[] }>('/api/v1/targets')) ?? {}
      return Object.fromEntries(activeTargets.map(({ labels, health, lastError }) => [labels.job, [health, lastError]]))
    }
    // A scrape may be late on a machine that does much else; the next one is not.
    await expect.poll(targets, { timeout: 120_000 }).toEqual({
      with: ['up', ''],
      'from-a-file': ['up', ''],
      without: ['down', 'server returned HTTP status 401 Unauthorized'],
      wrong: ['down', 'server returned HTTP status 401 Unauthorized'],
      basic: ['down', 'server returned HTTP status 401 Unauthorized'],
    })
    // What was scraped is there to be asked for, and says how many were turned away.
    const value = async (query: string) => {
      const data = await ask<{ result: { value: [number, string] }[] }>(
        `/api/v1/query?query=${encodeURIComponent(query)}`,
      )
      return Number(data?.result[0]?.value[1] ?? Number.NaN)
    }
    const denied = (result: string) => value(`auth_requests_total{job="with",surface="scrape",result="${result}"}`)
    await until(
      'denials are stored',
      async () => (await denied('missing')) >= 2 && (await denied('invalid')) > 0,
      120_000,
    )
  },
)
