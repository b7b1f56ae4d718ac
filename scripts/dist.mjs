// Builds dist when it is missing or older than what it is made of. One process builds at a time; the others wait for it.
import { spawnSync } from 'node:child_process'
import { existsSync, linkSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const DIST = join(ROOT, 'dist')
const LOCK = join(ROOT, '.dist-lock')

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
  const marks = [join(DIST, 'panel', 'index.html'), join(DIST, 'operations', 'operations.html')]
  return marks.every((mark) => existsSync(mark) && statSync(mark).mtimeMs >= newest(join(ROOT, 'ui')))
}

/** Whether the process that built is gone: a build may take long, and one that was killed leaves its lock behind. */
function isAbandoned() {
  try {
    process.kill(Number(readFileSync(LOCK, 'utf8')), 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

async function lock() {
  const mine = `${LOCK}-${process.pid}-${Math.random().toString(36).slice(2)}`
  writeFileSync(mine, String(process.pid))
  try {
    for (;;) {
      try {
        // Whole from its first moment on: nobody reads a lock without its process.
        linkSync(mine, LOCK)
        return
      } catch (error) {
        if (error.code !== 'EEXIST') throw error
        if (isAbandoned()) rmSync(LOCK, { force: true })
        else await sleep(50)
      }
    }
  } finally {
    rmSync(mine, { force: true })
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
    rmSync(LOCK, { force: true })
  }
}
