// The desk of somebody who follows a guide: a folder that has the built package, terminals, and ports that are free here in
// place of those that the guide names.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dist } from '../house/dist.ts'
import { ROOT } from '../house/source.ts'
import { freePort } from '../otel/servers.ts'
import { Terminals } from './terminal.ts'

export const has = (program: string): boolean => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0

export interface DeskOptions {
  /** Ports that the guide names; 9464 is the admin listener's. */
  readonly ports: readonly number[]
  /** Other packages that are installed. */
  readonly packages?: readonly string[]
  readonly panel?: boolean
  /** More than every service has. */
  readonly env?: (port: (named: number) => number) => NodeJS.ProcessEnv
}

export class Desk {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'telltale-guide-'))
  readonly #ports = new Map<number, number>()
  #terminals: Terminals | undefined

  async open({ ports, packages = [], panel = false, env = () => ({}) }: DeskOptions): Promise<void> {
    const built = await dist({ panel })
    for (const port of ports) this.#ports.set(port, await freePort())
    const modules = join(this.folder, 'node_modules')
    mkdirSync(join(modules, '.bin'), { recursive: true })
    symlinkSync(ROOT, join(modules, 'telltale'))
    symlinkSync(join(built, 'esm/cli.js'), join(modules, '.bin/telltale'))
    for (const name of packages) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
    writeFileSync(join(this.folder, 'package.json'), '{ "name": "hello", "private": true }\n')
    const own = {
      NODE_OPTIONS: '',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(this.port(9464)),
      PATH: `${join(process.execPath, '..')}:${process.env['PATH']}`,
    }
    this.#terminals = new Terminals({
      cwd: this.folder,
      env: { ...process.env, ...own, ...env((named) => this.port(named)) },
    })
  }

  get terminals(): Terminals {
    return this.#terminals!
  }

  port(named: number): number {
    return this.#ports.get(named)!
  }

  /** With the ports of here, in what is run and in what is expected. */
  moved(text: string): string {
    return text.replace(/(127\.0\.0\.1:|listen\()(\d{4})\b/g, (whole, before: string, port: string) =>
      this.#ports.has(Number(port)) ? `${before}${this.port(Number(port))}` : whole,
    )
  }

  async leave(): Promise<void> {
    await this.#terminals?.endAll()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
