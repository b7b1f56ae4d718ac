// Runs one command line in a folder of its own and collects what it prints.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { main } from '../../src/cli/main.ts'
import { newFolder } from '../folder.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

export function folder(files: Readonly<Record<string, string>> = {}): string {
  const path = newFolder('cli')
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  return path
}

export async function run(cwd: string, argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  let out = ''
  let err = ''
  const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text), cwd, env, code: 0 }
  const code = await main(argv, io)
  return { code, out, err }
}
