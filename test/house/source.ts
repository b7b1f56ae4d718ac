// Reads src as text: files, their imports, and the floors table of ARCHITECTURE.md.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SRC = join(ROOT, 'src')

export interface Import {
  readonly spec: string
  /** Path within src when the import is relative, such as `base/clock.ts`. */
  readonly path: string | undefined
  readonly typeOnly: boolean
  readonly lazy: boolean
}

export interface Source {
  /** Path within src. */
  readonly path: string
  readonly text: string
  /** The text without comments. */
  readonly code: string
  readonly imports: readonly Import[]
}

const COMMENT = /('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g
const FROM = /^(import|export)(\s+type)?\s[^'"]*?from\s+['"]([^'"]+)['"]/gm
const BARE = /^import\s+['"]([^'"]+)['"]/gm
const LAZY = /(typeof\s+)?\bimport\(\s*['"]([^'"]+)['"]\s*\)(\.[A-Z])?/g

function importsOf(path: string, code: string): Import[] {
  const found: Import[] = []
  const add = (spec: string, typeOnly: boolean, lazy: boolean) => {
    const inside = spec.startsWith('.') ? relative(SRC, resolve(SRC, dirname(path), spec)) : undefined
    found.push({ spec, path: inside, typeOnly, lazy })
  }
  for (const match of code.matchAll(FROM)) add(match[3]!, match[2] !== undefined, false)
  for (const match of code.matchAll(BARE)) add(match[1]!, false, false)
  for (const match of code.matchAll(LAZY)) add(match[2]!, match[1] !== undefined || match[3] !== undefined, true)
  return found
}

export function readSource(): Source[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => {
      const text = readFileSync(join(SRC, path), 'utf8')
      const code = text.replace(COMMENT, '$1')
      return { path, text, code, imports: importsOf(path, code) }
    })
}

export interface Floor {
  readonly floor: number
  readonly room: string
}

/** Rows of the table of ARCHITECTURE.md whose first cell is a number. */
export function readFloors(text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8')): Floor[] {
  return [...text.matchAll(/^\| *(\d+) *\| *`?([\w/]+)`? *\|/gm)].map((row) => ({
    floor: Number(row[1]),
    room: row[2]!,
  }))
}

/** The room of a file: the longest room name that its path is under; a file straight in src is a door, but for the program's. */
export function roomOf(path: string, floors: readonly Floor[]): Floor | undefined {
  if (!path.includes('/')) return floors.find(({ room }) => room === (path === 'cli.ts' ? 'cli' : 'doors'))
  return floors
    .filter(({ room }) => path.startsWith(`${room}/`))
    .sort((a, b) => b.room.length - a.room.length)
    .at(0)
}
