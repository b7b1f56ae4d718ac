// Real message brokers for tests: started on free ports of 127.0.0.1 in a folder of their own, stopped by their own pid.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, onPath, type Server } from '../../otel/servers.ts'

export interface Broker extends Server {
  readonly port: number
  /** What an operator fears: SIGKILL. `stop` afterwards removes what is left. */
  kill(): Promise<void>
  /** The same broker again, on the same port with what it kept on disk. */
  restart(): Promise<void>
}

/** The script beside Debian's wrapper: the wrapper would change to the user `rabbitmq`. */
const SCRIPT = '/usr/lib/rabbitmq/bin/rabbitmq-server'
const EPMD = onPath('epmd')
export const RABBITMQ = existsSync(SCRIPT) && EPMD !== undefined ? SCRIPT : undefined
export const NATS = onPath('nats-server') ?? (existsSync('/usr/sbin/nats-server') ? '/usr/sbin/nats-server' : undefined)

/** Erlang takes its time: about 8 seconds alone, more on a busy machine. Give hooks that start it `RABBITMQ_MS`. */
export const RABBITMQ_MS = 120_000

export async function rabbitmq(): Promise<Broker> {
  const folder = mkdtempSync(join(tmpdir(), 'rabbit-'))
  const [port, dist, names] = [await freePort(), await freePort(), await freePort()]
  writeFileSync(join(folder, 'r.conf'), `listeners.tcp.local = 127.0.0.1:${port}\nlog.console = false\n`)
  writeFileSync(join(folder, 'plugins'), '[].\n')
  // Erlang's name server as a child of ours: else the broker starts one that outlives it.
  const epmd = spawn(EPMD!, ['-address', '127.0.0.1', '-port', `${names}`], { stdio: 'ignore', cwd: folder })
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    RABBITMQ_NODENAME: `t${port}@localhost`,
    RABBITMQ_CONFIG_FILE: join(folder, 'r'),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_DIST_PORT: `${dist}`,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: `${names}`,
    // With input allowed the script becomes the broker, whose pid is then the child's; `-noinput` denies it all the same.
    RABBITMQ_ALLOW_INPUT: '1',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-noinput +S 1:1 -kernel inet_dist_use_interface {127,0,0,1}',
  }
  return broker(
    `amqp://guest:guest@127.0.0.1:${port}`,
    port,
    folder,
    () => spawn(SCRIPT, { stdio: 'ignore', cwd: folder, env }),
    [epmd],
  )
}

/** With JetStream. */
export async function nats(): Promise<Broker> {
  const folder = mkdtempSync(join(tmpdir(), 'nats-'))
  const port = await freePort()
  const args = ['-a', '127.0.0.1', '-p', `${port}`, '-js', '-sd', join(folder, 'js')]
  return broker(
    `nats://127.0.0.1:${port}`,
    port,
    folder,
    () => spawn(NATS!, args, { stdio: 'ignore', cwd: folder }),
    [],
  )
}

async function broker(
  url: string,
  port: number,
  folder: string,
  start: () => ChildProcess,
  beside: readonly ChildProcess[],
): Promise<Broker> {
  let child = start()
  const stop = async (): Promise<void> => {
    await end(child, 'SIGTERM')
    for (const one of beside) await end(one, 'SIGTERM')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  const up = async (): Promise<void> => {
    try {
      await listening(port, child)
    } catch (error) {
      await stop()
      throw error
    }
  }
  await up()
  return {
    url,
    port,
    stop,
    kill: () => end(child, 'SIGKILL'),
    async restart() {
      await end(child, 'SIGTERM')
      child = start()
      await up()
    },
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((done) => child.once('exit', done))
  child.kill(signal)
  // Nothing of ours may stay behind, also when a broker does not want to go.
  const last = setTimeout(() => child.kill('SIGKILL'), 30_000)
  await gone
  clearTimeout(last)
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + RABBITMQ_MS - 10_000
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the broker ended with ${child.exitCode}`)
    const open = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1', () => done(true)).on('error', () => done(false))
      socket.on('connect', () => socket.destroy())
    })
    if (open) return
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error('the broker did not come up')
}
