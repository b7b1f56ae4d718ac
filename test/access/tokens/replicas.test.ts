// Done when: two replicas on one PostgreSQL, a token rotated by a third process, refused on both within seconds. The
// replicas are services of their own processes, with the guard as a configuration turns it on.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { idOfToken } from '../../../src/access/tokens/text.ts'
import { POSTGRES, type Postgres, postgres, REQUIRED } from '../../otel/servers.ts'
import { node, programs, removeFolders } from './kit.ts'

const GUARDED = 'authentication: { enabled: true, rate_limit: { requests_per_minute: 100000, burst_size: 100000 } }'

const SERVICE = `
import { start } from './index.mjs'
const telltale = await start({ config: process.argv[2] })
console.log('address ' + telltale.address)
// What an application does.
setInterval(() => {}, 1000)
`

let program: string
beforeAll(async () => {
  program = await programs()
  writeFileSync(join(program, 'brief.yaml'), 'name: a\nserver: { port: 0 }\n')
  writeFileSync(join(program, 'service.mjs'), SERVICE)
})
afterAll(removeFolders)

const running: ChildProcess[] = []
afterEach(async () => {
  for (const child of running.splice(0)) {
    const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
    child.kill('SIGTERM')
    await gone
  }
})

interface Replica {
  readonly address: string
  readonly said: string[]
}

async function replica(config: string, env: NodeJS.ProcessEnv): Promise<Replica> {
  const child = spawn(process.execPath, [join(program, 'service.mjs'), config], {
    cwd: program,
    env: { PATH: process.env['PATH'], ...env },
  })
  running.push(child)
  const said: string[] = []
  const listen = (line: string) => void said.push(line)
  createInterface({ input: child.stderr }).on('line', listen)
  createInterface({ input: child.stdout }).on('line', listen)
  const found = () => said.find((line) => line.startsWith('address '))?.slice(8)
  await expect.poll(() => found() ?? child.exitCode, { timeout: 60_000 }).not.toBeNull()
  const address = found()
  if (address === undefined) throw new Error(`the service ended: ${said.join('\n')}`)
  return { address, said }
}

const statuses = (replicas: readonly Replica[], token: string): Promise<number[]> =>
  Promise.all(
    replicas.map(async ({ address }) => {
      const response = await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${token}` } })
      await response.text()
      return response.status
    }),
  )

/** What the command line prints to stdout; a run of it takes part of the seconds that a change has. */
async function metrics(config: string, env: NodeJS.ProcessEnv, ...argv: string[]): Promise<string> {
  const { code, out, err } = await node(
    [join(program, 'cli.mjs'), 'metrics', ...argv, '--config', config],
    program,
    env,
  )
  expect(code, err).toBe(0)
  return out.trim()
}

test('a service that is guarded by a file of tokens sees what the command line does to it, without a restart [R-25]', async () => {
  const config = join(program, 'file.yaml')
  const tokens = 'tokens: { path: file/tokens.json, refresh: 100ms }'
  writeFileSync(
    config,
    `name: a\nserver: { port: 0 }\naccess: { ${tokens} }\nobservability: { prometheus: { ${GUARDED} } }\n`,
  )
  const first = await metrics(config, {}, 'generate-token', '--expires-in', '1h')
  const services = [await replica(config, {})]
  expect([await statuses(services, first), await statuses(services, `${first}x`)]).toEqual([[200], [401]])
  const second = await metrics(config, {}, 'rotate-token', '--token-id', idOfToken(first)!)
  await expect.poll(() => statuses(services, first)).toEqual([401])
  await expect.poll(() => statuses(services, second)).toEqual([200])
  const other = await metrics(config, {}, 'generate-token', '--scopes', 'scaling:write')
  await expect.poll(() => statuses(services, other)).toEqual([403])
  await metrics(config, {}, 'revoke-token', '--token-id', idOfToken(second)!)
  await expect.poll(() => statuses(services, second)).toEqual([401])
  const brief = await metrics(config, {}, 'generate-token', '--expires-in', '1s')
  await expect.poll(() => statuses(services, brief)).toEqual([401])
  for (const token of [first, second, other, brief]) expect(services[0]!.said.join('\n')).not.toContain(token.slice(26))
})

test('tokens keep no process alive that has nothing else to do', async () => {
  writeFileSync(join(program, 'brief.mjs'), `${SERVICE.split('// What')[0]}await fetch(telltale.address + '/metrics')`)
  const ran = await node([join(program, 'brief.mjs'), join(program, 'brief.yaml')], program, { METRICS_TOKEN: 'x' })
  expect([ran.code, ran.out.slice(0, 8)]).toEqual([0, 'address '])
})

test('a service that another credential opens takes tokens that are made after it began [R-25]', async () => {
  const config = join(program, 'later.yaml')
  writeFileSync(
    config,
    'name: a\nserver: { port: 0 }\naccess: { tokens: { path: later/tokens.json, refresh: 100ms } }\n',
  )
  const env = { METRICS_TOKEN: 'from-the-environment' }
  const services = [await replica(config, env)]
  expect(await statuses(services, 'from-the-environment')).toEqual([200])
  const token = await metrics(config, env, 'generate-token')
  await expect.poll(() => statuses(services, token), { interval: 1000 }).toEqual([200])
})

describe.skipIf(POSTGRES === undefined && !REQUIRED)('on PostgreSQL (skipped where it is not installed)', () => {
  let server: Postgres
  beforeAll(async () => {
    server = await postgres()
  })
  afterAll(() => server?.stop())

  const written = (name: string, rest = ''): string => {
    const config = join(program, `${name}.yaml`)
    const tokens = `tokens: { store: postgresql, table: ${name}${rest} }`
    writeFileSync(
      config,
      `name: a\nserver: { port: 0 }\naccess: { ${tokens} }\nobservability: { prometheus: { ${GUARDED} } }\n`,
    )
    return config
  }

  test('a token rotated on one of two replicas is refused by both, and the new one is taken; an overlap is kept [R-25]', async () => {
    const config = written('replicas')
    const env = { DATABASE_URL: server.url }
    const services = [await replica(config, env), await replica(config, env)]
    const first = await metrics(config, env, 'generate-token', '--expires-in', '30d')
    await expect.poll(() => statuses(services, first)).toEqual([200, 200])
    const second = await metrics(config, env, 'rotate-token', '--token-id', idOfToken(first)!)
    await expect.poll(() => statuses(services, first)).toEqual([401, 401])
    await expect.poll(() => statuses(services, second)).toEqual([200, 200])
    const third = await metrics(config, env, 'rotate-token', '--token-id', idOfToken(second)!, '--overlap', '1h')
    await expect.poll(() => statuses(services, third)).toEqual([200, 200])
    expect(await statuses(services, second)).toEqual([200, 200])
    await metrics(config, env, 'revoke-token', '--token-id', idOfToken(second)!)
    await expect.poll(() => statuses(services, second)).toEqual([401, 401])
    expect(await statuses(services, third)).toEqual([200, 200])
    const list = JSON.parse(await metrics(config, env, 'list-tokens', '--json')) as { tokens: { state: string }[] }
    expect(list.tokens.map(({ state }) => state)).toEqual(['rotated', 'revoked', 'active'])
    const page = await (
      await fetch(`${services[0]!.address}/metrics`, { headers: { authorization: `Bearer ${third}` } })
    ).text()
    expect(page).not.toContain('sql_ops_total{')
    for (const token of [first, second, third]) {
      expect(page).not.toContain(token.slice(26))
      for (const { said } of services) expect(said.join('\n')).not.toContain(token.slice(26))
    }
  })

  test('replicas whose database is gone let known tokens in for a bound and then nobody; back again they go on [R-24]', async () => {
    const config = written('outage', ', refresh: 100ms, stale: 10s')
    const env = { DATABASE_URL: server.url }
    const services = [await replica(config, env)]
    const token = await metrics(config, env, 'generate-token')
    await expect.poll(() => statuses(services, token)).toEqual([200])
    const said = () => services[0]!.said.filter((line) => line.includes('tokens cannot be read'))
    await server.kill()
    await expect.poll(() => statuses(services, token)).toEqual([503])
    expect(await statuses(services, `${token}x`)).toEqual([401])
    // It says so when it looks the next time, which has to be before there is a database again.
    await expect.poll(said).toHaveLength(2)
    await server.begin()
    await expect.poll(() => statuses(services, token)).toEqual([200])
    expect(said()).toHaveLength(2)
  })
})
