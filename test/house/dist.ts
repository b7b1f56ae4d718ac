// The built package for tests that need it, and a child process with its answers.
import { type SpawnOptions, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export { dist } from '../../scripts/dist.mjs'

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export function run(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout!.on('data', (chunk) => (stdout += chunk))
    child.stderr!.on('data', (chunk) => (stderr += chunk))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

export interface Loaded extends Ran {
  /** Absolute paths of the JavaScript files that the process loaded, the program itself left out. */
  readonly files: readonly string[]
}

/** Runs a module's text with Node and names the files that it loaded, as V8 reports them when the process ends. */
export async function loadedBy(
  program: string,
  options: { cwd: string; env?: NodeJS.ProcessEnv; node?: string },
): Promise<Loaded> {
  const folder = mkdtempSync(join(tmpdir(), 'telltale-loaded-'))
  try {
    const args = ['--input-type=module', '--eval', program]
    const env = { ...process.env, ...options.env, NODE_V8_COVERAGE: folder }
    const ran = await run(options.node ?? process.execPath, args, { cwd: options.cwd, env })
    const files = new Set<string>()
    for (const name of readdirSync(folder)) {
      const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { result: { url: string }[] }
      for (const { url } of result)
        if (url.startsWith('file:') && !url.includes('[eval')) files.add(new URL(url).pathname)
    }
    return { ...ran, files: [...files].sort() }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
