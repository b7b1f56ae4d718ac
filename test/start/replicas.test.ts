// Two replicas of one service, each a process of its own, on one store: what one admits the other does not admit again.
import { spawn } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ask } from '../console/ask.ts'
import { dist } from '../house/dist.ts'
import { ROOT } from '../house/source.ts'
import { POSTGRES, postgres, REDIS, REQUIRED, redis } from '../otel/servers.ts'
import { folder, later } from './kit.ts'

const TOKEN = 'a-token-of-both'

interface Replica {
  readonly address: string
  /** Lets it stop by itself; resolves with its exit code and what it said. */
  end(): Promise<{ code: number | null; said: string }>
}

async function replica(store: 'redis' | 'postgresql', url: string): Promise<Replica> {
  const built = await dist()
  const cwd = folder({
    'telltale.yaml': `name: shop
server: { port: 0 }
observability:
  prometheus: { authentication: { rate_limit: { requests_per_minute: 1, burst_size: 10, shared: ${store}, url_env: STORE } } }
`,
    'service.mjs': `
import { start } from ${JSON.stringify(join(built, 'esm', 'index.js'))}
const telltale = await start()
process.send(telltale.address)
// Without anything else to do it ends, whatever it holds open.
process.once('message', () => process.disconnect())
`,
  })
  symlinkSync(join(ROOT, 'node_modules'), join(cwd, 'node_modules'))
  const env = { ...process.env, METRICS_TOKEN: TOKEN, STORE: url }
  const child = spawn(process.execPath, ['service.mjs'], { cwd, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  let said = ''
  child.stdout!.on('data', (chunk) => (said += chunk))
  child.stderr!.on('data', (chunk) => (said += chunk))
  later(() => void child.kill('SIGKILL'))
  const address = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve(String(message)))
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${said}`)))
  })
  return {
    address,
    end: () =>
      new Promise((resolve) => {
        child.once('close', (code) => resolve({ code, said }))
        child.send('end')
      }),
  }
}

const STORES = [
  ['redis', REDIS === undefined, redis],
  ['postgresql', POSTGRES === undefined, postgres],
] as const

test.for(STORES)(
  'limits of two processes add up in %s, and neither is kept alive by the store [R-23]',
  { timeout: 300_000 },
  async ([store, missing, begin], context) => {
    if (missing && !REQUIRED) context.skip(`${store} is not installed`)
    const server = await begin()
    later(() => server.stop())
    const both = [await replica(store, server.url), await replica(store, server.url)]
    const statuses: number[] = []
    const headers = { authorization: `Bearer ${TOKEN}` }
    for (let i = 0; i < 14; i++) statuses.push((await ask(both[i % 2]!.address, '/metrics', { headers })).status)
    expect(statuses).toEqual([...Array(10).fill(200), ...Array(4).fill(429)])
    const ended = await Promise.all(both.map((one) => one.end()))
    expect(ended.map(({ code }) => code)).toEqual([0, 0])
    expect(ended.map(({ said }) => said).join('')).not.toMatch(/shared limit|a-token-of-both/)
  },
)
