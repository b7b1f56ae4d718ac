// The servers that drivers speak to: real ones where they are installed, on free ports of 127.0.0.1, each started once and
// stopped by its own pid. A row whose server is missing is left out, with a word.
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Peer } from '../harness/peer.mjs'

const ROOT = process.getuid?.() === 0

function onPath(name) {
  const folders = ['/usr/lib/rabbitmq/bin', ...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** The newest of Debian's PostgreSQL. */
function postgresFolder() {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : []
  const newest = versions.sort((a, b) => b - a).find((one) => existsSync(`/usr/lib/postgresql/${one}/bin/postgres`))
  return newest && `/usr/lib/postgresql/${newest}/bin`
}

async function freePort() {
  const server = createServer()
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address()
  await new Promise((done) => server.close(done))
  return port
}

async function answering(port, child, seconds = 20) {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(50)) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`)
    const open = await new Promise((done) => {
      const socket = connect(port, '127.0.0.1', () => done(true)).on('error', () => done(false))
      socket.on('connect', () => socket.destroy())
    })
    if (open) return
  }
  throw new Error(`${child.spawnfile} did not come up`)
}

/** A folder of its own below the system's, owned by the user that the server runs as. */
function folderFor(name, user) {
  const folder = mkdtempSync(join(tmpdir(), `telltale-bench-${name}-`))
  chmodSync(folder, 0o755)
  if (ROOT && user) execFileSync('chown', [user, folder])
  return folder
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  const last = setTimeout(() => child.kill('SIGKILL'), 20_000)
  await gone
  clearTimeout(last)
}

/** Starts a program and waits until `port` answers; what it gives stops the program and removes its folder. */
async function serve({ command, args, folder, port, url, env, seconds, beside = [] }) {
  const child = spawn(command, args, { cwd: folder, stdio: 'ignore', env: { ...process.env, ...env } })
  const stop = async () => {
    for (const one of [child, ...beside]) await end(one)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    await answering(port, child, seconds)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, stop }
}

async function redis() {
  const command = onPath('redis-server')
  if (!command) return undefined
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  return serve({ command, args, folder: folderFor('redis'), port, url: `redis://127.0.0.1:${port}` })
}

/** PostgreSQL refuses to run as root. */
async function postgres() {
  const bin = postgresFolder()
  if (!bin) return undefined
  const folder = folderFor('postgres', 'postgres')
  const as = ROOT ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : []
  const run = (...command) => [...as, ...command]
  const init = run(join(bin, 'initdb'), '-D', join(folder, 'data'), '-A', 'trust', '-U', 'postgres', '--no-sync')
  execFileSync(init[0], init.slice(1), { cwd: folder, stdio: 'ignore' })
  const port = await freePort()
  const places = ['-D', join(folder, 'data'), '-k', folder]
  const settings = ['fsync=off', 'autovacuum=off', 'wal_level=logical'].flatMap((one) => ['-c', one])
  const [command, ...args] = run(join(bin, 'postgres'), ...places, '-h', '127.0.0.1', '-p', String(port), ...settings)
  return serve({ command, args, folder, port, url: `postgres://postgres@127.0.0.1:${port}/postgres` })
}

async function mariadb() {
  const command = onPath('mariadbd')
  const install = onPath('mariadb-install-db')
  if (!command || !install) return undefined
  const folder = folderFor('mariadb', 'mysql')
  const data = `--datadir=${join(folder, 'data')}`
  const common = ['--no-defaults', ...(ROOT ? ['--user=mysql'] : []), data]
  const small = ['--innodb-log-file-size=4M', '--innodb-buffer-pool-size=8M']
  const normal = ['--skip-test-db', '--auth-root-authentication-method=normal']
  execFileSync(install, [...common, ...normal, ...small], { cwd: folder, stdio: 'ignore' })
  const port = await freePort()
  const net = ['--bind-address=127.0.0.1', `--port=${port}`, '--skip-name-resolve', '--skip-grant-tables']
  const own = [`--socket=${join(folder, 'socket')}`, `--pid-file=${join(folder, 'pid')}`, '--innodb-fast-shutdown=2']
  const args = [...common, ...own, ...net, ...small]
  return serve({ command, args, folder, port, url: `mysql://root@127.0.0.1:${port}/mysql` })
}

/** Erlang takes ten seconds; its name server is a child of ours, or the broker starts one that outlives it. */
async function rabbitmq() {
  const script = onPath('rabbitmq-server')
  const names = onPath('epmd')
  if (!script || !names) return undefined
  const folder = folderFor('rabbitmq')
  const [port, dist, epmd] = [await freePort(), await freePort(), await freePort()]
  writeFileSync(join(folder, 'r.conf'), `listeners.tcp.local = 127.0.0.1:${port}\nlog.console = false\n`)
  writeFileSync(join(folder, 'plugins'), '[].\n')
  const beside = [spawn(names, ['-address', '127.0.0.1', '-port', String(epmd)], { cwd: folder, stdio: 'ignore' })]
  const env = {
    HOME: folder,
    RABBITMQ_NODENAME: `bench${port}@localhost`,
    RABBITMQ_CONFIG_FILE: join(folder, 'r'),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_DIST_PORT: String(dist),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(epmd),
    // So the script becomes the broker, whose pid is then ours; `-noinput` denies the input all the same.
    RABBITMQ_ALLOW_INPUT: '1',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-noinput +S 1:1 -kernel inet_dist_use_interface {127,0,0,1}',
  }
  const url = `amqp://guest:guest@127.0.0.1:${port}`
  return serve({ command: script, args: [], folder, port, url, env, seconds: 120, beside })
}

async function nats() {
  const command = onPath('nats-server')
  if (!command) return undefined
  const port = await freePort()
  const folder = folderFor('nats')
  const args = ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', join(folder, 'js')]
  return serve({ command, args, folder, port, url: `nats://127.0.0.1:${port}` })
}

/** The mock cluster of librdkafka behind kcat: a real broker of one node in memory, which says its address in its log. */
async function kafka() {
  const command = onPath('kcat')
  if (!command) return undefined
  const args = ['-C', '-b', 'ignored:1', '-t', 'nothing', '-X', 'test.mock.num.brokers=1', '-d', 'mock']
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: tmpdir() })
  const url = await new Promise((resolve, reject) => {
    let log = ''
    // Listening goes on: a full pipe would stop the broker.
    child.stderr.on('data', (text) => {
      if (log.length < 65_536) log += text
      const address = /bootstrap\.servers=(127\.0\.0\.1:\d+)/.exec(log)?.[1]
      if (address) resolve(address)
    })
    child.once('exit', () => reject(new Error(`kcat ended without a cluster: ${log}`)))
  })
  return { url, stop: () => end(child) }
}

/** What undici asks: a small answer from a process of its own. */
async function http() {
  const peer = await Peer.start(fileURLToPath(new URL('./echo.mjs', import.meta.url)))
  return { url: `http://127.0.0.1:${peer.port}`, stop: () => peer.stop() }
}

const KNOWN = { redis, postgres, mariadb, rabbitmq, nats, kafka, http }

/** Servers by name, started when they are first asked for. */
export class Servers {
  #started = new Map()

  /** Undefined when it is not installed. */
  start(name) {
    let started = this.#started.get(name)
    if (started === undefined) {
      started = KNOWN[name]()
      this.#started.set(name, started)
      // Whoever asks hears of a failure; one that is started ahead must not end the bench.
      started.catch(() => {})
    }
    return started
  }

  async stop() {
    const started = await Promise.allSettled(this.#started.values())
    await Promise.all(started.map(({ value }) => value?.stop()))
  }
}
