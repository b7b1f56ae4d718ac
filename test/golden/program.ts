// A program beside this file, installed as a user installs it: the packed package in its node_modules, the drivers beside
// it. Its processes are started here, and every one of them has ended when `end` resolves.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dist } from '../house/dist.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** What drivers do to Node, without us too: DBOS 5.3 to pg, and kafkajs 2.2 to timers. */
const OWN_WARNINGS = '--disable-warning=DeprecationWarning --disable-warning=TimeoutNegativeWarning'

/** What a process says once it serves. */
export interface Ready {
  readonly url?: string
}

export class Part {
  readonly name: string
  readonly child: ChildProcess
  ready: Ready = {}
  stdout = ''
  stderr = ''
  /** Code and signal, once it has ended. */
  readonly ended: Promise<readonly [number | null, NodeJS.Signals | null]>

  constructor(name: string, child: ChildProcess) {
    this.name = name
    this.child = child
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text))
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    this.ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  }

  /** Resolves when it says that it serves; rejects with what it wrote when it ends before. */
  async serves(): Promise<this> {
    const early = this.ended.then(([code, signal]) => {
      throw new Error(`${this.name} ended with ${code ?? signal} before it served:\n${this.stdout}${this.stderr}`)
    })
    const [message] = (await Promise.race([once(this.child, 'message'), early])) as [{ ready: Ready }]
    early.catch(() => {})
    this.ready = message.ready
    return this
  }
}

export class Program {
  readonly folder: string
  readonly #parts: Part[] = []

  constructor(folder: string) {
    this.folder = folder
  }

  /** `sources`: a folder beside this file. */
  static async install(sources: string): Promise<Program> {
    const built = await dist()
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'telltale-program-')))
    const app = join(folder, 'app')
    cpSync(fileURLToPath(new URL(sources, import.meta.url)), app, { recursive: true })
    const installed = join(app, 'node_modules', 'telltale')
    mkdirSync(installed, { recursive: true })
    writeFileSync(join(app, 'package.json'), '{ "type": "module" }\n')
    cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'))
    for (const format of ['esm', 'cjs']) {
      cpSync(join(built, format), join(installed, 'dist', format), {
        recursive: true,
        filter: (path) => !path.endsWith('.d.ts'),
      })
    }
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    return new Program(app)
  }

  /** A process of the program with this environment and nothing of ours. */
  run(name: string, args: readonly string[], env: NodeJS.ProcessEnv): Part {
    const child = spawn(process.env['TELLTALE_NODE'] ?? process.execPath, args, {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], HOME: this.folder, NODE_OPTIONS: OWN_WARNINGS, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    const part = new Part(name, child)
    this.#parts.push(part)
    return part
  }

  get parts(): readonly Part[] {
    return this.#parts
  }

  async remove(): Promise<void> {
    for (const { child } of this.#parts) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await Promise.all(this.#parts.map(({ ended }) => ended))
    rmSync(join(this.folder, '..'), { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Waits until it is true; `what` says what did not happen. */
export async function until(what: string, done: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  const end = performance.now() + ms
  while (!(await done())) {
    if (performance.now() > end) throw new Error(`it did not happen: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
