// Folders that are gone when the tests of a file are over.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const made: string[] = []
afterAll(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
})

/** An empty folder of this name and some letters. */
export function newFolder(name: string): string {
  const path = mkdtempSync(join(tmpdir(), `telltale-${name}-`))
  made.push(path)
  return path
}
