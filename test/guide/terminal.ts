// Terminals as a reader has them: a shell for commands that end, and named ones in which something keeps running.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Ran, run } from '../house/dist.ts'

const WAIT_MS = 60_000
const ENDING_MS = 60_000

interface Running {
  readonly child: ChildProcess
  ended: boolean
  /** What it printed and nobody has looked at. */
  out: string
  err: string
}

export class Terminals {
  readonly #options: { cwd: string; env: NodeJS.ProcessEnv }
  readonly #running = new Map<string, Running>()

  constructor(options: { cwd: string; env: NodeJS.ProcessEnv }) {
    this.#options = options
  }

  /** Runs to the end. */
  run(command: string): Promise<Ran> {
    return run('sh', ['-c', command], this.#options)
  }

  /** Ends what runs in that terminal, as Ctrl-C does, and runs `command` there. */
  async start(name: string, command: string): Promise<void> {
    await this.end(name)
    // A group of its own: Ctrl-C reaches everything that runs in a terminal, and so do we.
    const child = spawn('sh', ['-c', command], {
      ...this.#options,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const running: Running = { child, ended: false, out: '', err: '' }
    child.stdout!.on('data', (chunk) => (running.out += chunk))
    child.stderr!.on('data', (chunk) => (running.err += chunk))
    child.once('close', () => (running.ended = true))
    this.#running.set(name, running)
  }

  /** What it printed since the last look, complaints last, as soon as it is as many lines as were waited for, or it has ended. */
  async printed(name: string, lines: number): Promise<string> {
    const running = this.#running.get(name)!
    const until = Date.now() + WAIT_MS
    while (running.out.split('\n').length <= lines && !running.ended && Date.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 20))
    const { out, err } = running
    running.out = ''
    running.err = ''
    return out + err.replace(/^npm warn .*\n/gm, '')
  }

  async end(name: string): Promise<void> {
    const running = this.#running.get(name)
    this.#running.delete(name)
    if (running === undefined || running.ended) return
    const gone = once(running.child, 'close')
    const signal = (name: NodeJS.Signals) => {
      try {
        process.kill(-running.child.pid!, name)
      } catch {}
    }
    signal('SIGINT')
    const patience = setTimeout(() => signal('SIGKILL'), ENDING_MS)
    await gone
    clearTimeout(patience)
  }

  async endAll(): Promise<void> {
    for (const name of [...this.#running.keys()]) await this.end(name)
  }
}
