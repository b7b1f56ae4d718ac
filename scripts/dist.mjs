// Builds dist when it is missing or older than what it is made of. One process builds at a time; the others wait for it.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const DIST = join(ROOT, 'dist')
const LOCK = join(ROOT, '.dist-lock')
const LOCK_MS = 60_000

function newest(folder) {
  let time = 0
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) time = Math.max(time, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs)
  }
  return time
}

function isFresh(types, panel) {
  const mark = join(DIST, 'esm', types ? 'index.d.ts' : 'index.js')
  if (!existsSync(mark) || (panel && !isPanelFresh())) return false
  const built = statSync(join(DIST, 'esm', 'index.js')).mtimeMs
  return built >= Math.max(newest(join(ROOT, 'src')), statSync(join(ROOT, 'package.json')).mtimeMs)
}

function isPanelFresh() {
  const mark = join(DIST, 'panel', 'index.html')
  return existsSync(mark) && statSync(mark).mtimeMs >= newest(join(ROOT, 'ui'))
}

async function lock() {
  for (;;) {
    try {
      mkdirSync(LOCK)
      return
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      const age = existsSync(LOCK) ? Date.now() - statSync(LOCK).mtimeMs : 0
      if (age > LOCK_MS) rmdirSync(LOCK)
      else await sleep(50)
    }
  }
}

/** The absolute path of an up-to-date `dist`; `types` asks for declarations too, `panel` for the panel. */
export async function dist({ types = false, panel = false } = {}) {
  if (isFresh(types, panel)) return DIST
  await lock()
  try {
    if (isFresh(types, panel)) return DIST
    const build = [
      join(ROOT, 'scripts', 'build.mjs'),
      ...(types ? [] : ['--no-types']),
      ...(panel ? [] : ['--no-panel']),
    ]
    const run = spawnSync(process.execPath, build, { cwd: ROOT, encoding: 'utf8' })
    if (run.status !== 0) throw new Error(`the build failed:\n${run.stdout}${run.stderr}`)
    return DIST
  } finally {
    rmdirSync(LOCK)
  }
}
