// Builds the rooms under test once, as ESM and as CommonJS, so that plain Node programs can load them.

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'

export interface Bundle {
  readonly esm: string
  readonly cjs: string
  remove(): void
}

export function bundle(): Bundle {
  const folder = mkdtempSync(join(tmpdir(), 'otel-'))
  const made = { esm: join(folder, 'trace.mjs'), cjs: join(folder, 'trace.cjs') }
  for (const format of ['esm', 'cjs'] as const) {
    buildSync({
      entryPoints: ['test/otel/apps/entry.ts'],
      bundle: true,
      platform: 'node',
      target: 'node20',
      format,
      outfile: made[format],
    })
  }
  return { ...made, remove: () => rmSync(folder, { recursive: true }) }
}

/** Runs a program with plain Node and gives what it wrote last on stdout, as JSON. */
export function run(
  args: readonly string[],
  env: Record<string, string> = {},
  node: string = process.execPath,
  cwd: string = process.cwd(),
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    execFile(
      node,
      args,
      { env: { PATH: process.env['PATH'] ?? '', ...env }, timeout: 60_000, cwd },
      (error, stdout, stderr) => {
        const last = stdout.trim().split('\n').at(-1) ?? ''
        if (error) reject(new Error(`${error.message}\n${stdout}\n${stderr}`))
        else resolve(JSON.parse(last))
      },
    )
  })
}
