// What the tests of tokens share: folders of their own, both kinds of store, and programs as processes of their own.
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { StoredToken } from '../../../src/access/tokens/record.ts'
import { hashOf, newToken } from '../../../src/access/tokens/text.ts'
import { onNotice } from '../../../src/base/notice.ts'
import { ROOT } from '../../house/source.ts'

const made: string[] = []

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'telltale-tokens-'))
  chmodSync(path, 0o700)
  made.push(path)
  return path
}

export function removeFolders(): void {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
}

export const ID = '0d5a3f4e-8a51-4a53-9d42-6f1a5f0c7b11'
export const OTHER_ID = '7c0f6f5e-2f8b-4a53-8d42-1f1a5f0c7b22'

/** A token that is accepted for ever, but for what is said. */
export function stored(rest: Partial<StoredToken> = {}): StoredToken & { readonly text: string } {
  const id = rest.id ?? ID
  const text = newToken(id)
  const ends = { expiresAt: null, revokedAt: null, replacedBy: null, acceptedUntil: null }
  return { text, id, hash: hashOf(text), scopes: ['metrics:read'], label: null, createdAt: 1000, ...ends, ...rest }
}

/** What is said while the test runs, as `level event: text`. */
export function notices(): { readonly said: string[]; stop(): void } {
  const said: string[] = []
  const before = onNotice(({ level, event, text }) => void said.push(`${level} ${event}: ${text}`))
  return { said, stop: () => void onNotice(before) }
}

/** The text of the fault, without what is said after it. */
export async function faultOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('there was no fault')
}

export interface Ran {
  readonly code: number | null
  readonly signal: string | null
  readonly out: string
  readonly err: string
}

/** The command line and the product, built anew into a folder of their own. */
export async function programs(): Promise<string> {
  const path = folder()
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/cli.ts', 'src/index.ts'],
    outdir: path,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    define: { TELLTALE_FOLDER: 'import.meta.dirname' },
  })
  symlinkSync(join(ROOT, 'node_modules'), join(path, 'node_modules'))
  return path
}

/** Runs a program of Node to its end. */
export function node(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env: { PATH: process.env['PATH'], ...env }, timeout: 50_000 })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk) => (out += chunk))
    child.stderr.on('data', (chunk) => (err += chunk))
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, out, err }))
  })
}

/** Writes files into a folder of their own. */
export function files(contents: Readonly<Record<string, string>>): string {
  const path = folder()
  for (const [name, text] of Object.entries(contents)) {
    mkdirSync(join(path, name, '..'), { recursive: true })
    writeFileSync(join(path, name), text, { mode: 0o600 })
  }
  return path
}
