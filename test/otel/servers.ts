// Real servers for tests: found in their known places, started on free ports of 127.0.0.1, stopped by their own pid.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

export interface Server {
  readonly url: string
  stop(): Promise<void>
}

/** Set where every service has to be there: then a missing one fails instead of being skipped. */
export const REQUIRED = process.env['TELLTALE_REQUIRE_SERVICES'] === '1'

export function onPath(name: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (existsSync(join(folder, name))) return join(folder, name)
  }
  return undefined
}

export const REDIS = onPath('redis-server')
const PG = '/usr/lib/postgresql/15/bin'
export const MARIADB = onPath('mariadbd') ?? (existsSync('/usr/sbin/mariadbd') ? '/usr/sbin/mariadbd' : undefined)
export const POSTGRES = existsSync(join(PG, 'postgres')) ? PG : undefined

/** Ports that no system gives to connections and to listeners on port 0, so that nobody gets one before it is used. */
const PORTS = { first: 15_000, count: 15_000 }
/** Neighbouring processes begin apart. */
let nextPort = process.pid * 97

export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + (nextPort++ % PORTS.count)
    const server = createServer()
    const free = await new Promise<boolean>((done) => {
      server.once('error', () => done(false))
      server.listen(port, '127.0.0.1', () => done(true))
    })
    if (!free) continue
    await new Promise((done) => server.close(done))
    return port
  }
}

/** For a server to come up, on a machine that does much else too. */
const PATIENCE_MS = 90_000

async function answering(port: number, child: ChildProcess): Promise<void> {
  const end = performance.now() + PATIENCE_MS
  while (performance.now() < end) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
    const open = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1', () => done(true)).on('error', () => done(false))
      socket.on('connect', () => socket.destroy())
    })
    if (open) return
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error('the server did not come up')
}

/** Whether a process is still there: one that has ended and that nobody has asked about is not. */
function runs(pid: string): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

function childrenOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
}

function stopping(child: ChildProcess, folder?: string, signal: NodeJS.Signals = 'SIGTERM'): () => Promise<void> {
  return async () => {
    const gone = new Promise((done) => child.once('exit', done))
    if (child.exitCode === null && child.kill(signal)) await gone
    if (folder) rmSync(folder, { recursive: true, force: true })
  }
}

export async function redis(): Promise<Server> {
  const port = await freePort()
  const child = spawn(REDIS!, ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
    cwd: tmpdir(),
  })
  await answering(port, child)
  return { url: `redis://127.0.0.1:${port}`, stop: stopping(child) }
}

export interface Postgres extends Server {
  readonly port: number
  /** Its data, the name of a subfolder of where it may write, and how its programs are called. */
  readonly folder: string
  run(program: string, ...args: string[]): void
  /** Ends it at once, as when a machine goes down; `begin` starts it again on the same port. */
  kill(): Promise<void>
  begin(): Promise<void>
}

/**
 * PostgreSQL refuses to run as root: then it runs as the user `postgres`, in a folder that this user owns. `settings` as
 * `name=value`; `copy` makes its data instead of `initdb`.
 */
export async function postgres(
  settings: readonly string[] = [],
  copy?: (server: Pick<Postgres, 'folder' | 'run'>) => void,
): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'pg-'))
  chmodSync(folder, 0o755)
  const root = process.getuid?.() === 0
  const as = root ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : []
  if (root) execFileSync('chown', ['postgres', folder])
  const data = join(folder, 'data')
  const run = (program: string, ...args: string[]): void => {
    const [command, ...rest] = [...as, join(PG, program), ...args]
    execFileSync(command!, rest, { cwd: '/', stdio: 'ignore' })
  }
  if (copy === undefined) run('initdb', '-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync')
  else copy({ folder: data, run })
  const port = await freePort()
  const places = ['-D', data, '-h', '127.0.0.1', '-p', `${port}`, '-k', folder]
  const options = ['fsync=off', ...settings].flatMap((setting) => ['-c', setting])
  const [command, ...rest] = [...as, join(PG, 'postgres'), ...places, ...options]
  let child: ChildProcess
  const begin = async (): Promise<void> => {
    child = spawn(command!, rest, { cwd: '/', stdio: 'ignore' })
    await answering(port, child)
    // The port is open while it still recovers.
    const end = performance.now() + PATIENCE_MS
    while (!ready() && performance.now() < end) await new Promise((done) => setTimeout(done, 50))
  }
  const ready = (): boolean => {
    try {
      run('pg_isready', '-q', '-h', '127.0.0.1', '-p', `${port}`)
      return true
    } catch {
      return false
    }
  }
  await begin()
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    folder: data,
    run,
    begin,
    async kill() {
      const gone = new Promise((done) => child.once('exit', done))
      const others = childrenOf(child.pid!)
      child.kill('SIGKILL')
      await gone
      // They end by themselves, each in its own time, and until then nobody else may have their memory.
      while (others.some(runs)) await new Promise((done) => setTimeout(done, 10))
      rmSync(join(data, 'postmaster.pid'), { force: true })
    },
    // At once: it would wait for whoever is still connected.
    stop: () => stopping(child, folder, 'SIGQUIT')(),
  }
}

/** MariaDB refuses to run as root too: then it runs as the user `mysql`. Anybody on loopback is root, without a password. */
export async function mariadb(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'maria-'))
  chmodSync(folder, 0o755)
  const root = process.getuid?.() === 0
  if (root) execFileSync('chown', ['mysql', folder])
  const data = join(folder, 'data')
  const user = root ? ['--user=mysql'] : []
  const small = ['--innodb-log-file-size=4M', '--innodb-buffer-pool-size=8M', '--innodb-fast-shutdown=2']
  const init = [
    '--no-defaults',
    ...user,
    `--datadir=${data}`,
    '--skip-test-db',
    '--auth-root-authentication-method=normal',
  ]
  execFileSync(onPath('mariadb-install-db')!, [...init, ...small.slice(0, 2)], { cwd: '/', stdio: 'ignore' })
  const port = await freePort()
  const places = [`--datadir=${data}`, `--socket=${join(folder, 'socket')}`, `--pid-file=${join(folder, 'pid')}`]
  const net = ['--bind-address=127.0.0.1', `--port=${port}`, '--skip-name-resolve', '--skip-grant-tables']
  const child = spawn(MARIADB!, ['--no-defaults', ...user, ...places, ...net, ...small], { cwd: '/', stdio: 'ignore' })
  await answering(port, child)
  return { url: `mysql://root@127.0.0.1:${port}/mysql`, stop: stopping(child, folder) }
}
