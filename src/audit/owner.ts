// A folder that one process may have open at a time: a file beside it says which, and is touched as long as that lives. Who
// was killed leaves it behind, in a container perhaps with the number that its successor gets.
import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { timers } from '../base/clock.ts'
import { Fault } from '../base/fault.ts'

const TOUCH_MS = 5000
/** An owner that was not heard of for so long is gone, wherever it was. */
const GONE_MS = 60_000

/** Folders that this process has open. */
const here = new Set<string>()

/** Takes the folder; returns what lets go of it. Throws AUDIT_STORE where another has it. */
export function own(folder: string): () => void {
  const file = `${folder}.pid`
  if (!take(file)) {
    const { pid, gone, text } = ownerOf(file, folder)
    if (!gone || !clear(file, text) || !take(file)) {
      const hint = 'Stop the process that has it open, or ask it: verify() of its trail.'
      throw new Fault('AUDIT_STORE', { subject: folder, found: `process ${pid} has it open`, hint })
    }
  }
  here.add(folder)
  const timer = timers.setInterval(() => touch(file), TOUCH_MS).unref()
  return () => {
    timers.clearInterval(timer)
    here.delete(folder)
    rmSync(file, { force: true })
  }
}

function take(file: string): boolean {
  try {
    writeFileSync(file, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

interface Owner {
  readonly pid: unknown
  readonly gone: boolean
  /** What its file says; undefined where there is none any more. */
  readonly text: string | undefined
}

function ownerOf(file: string, folder: string): Owner {
  let old: boolean
  let text: string
  try {
    old = Date.now() - statSync(file).mtimeMs > GONE_MS
    text = readFileSync(file, 'utf8')
  } catch {
    return { pid: '?', gone: true, text: undefined }
  }
  try {
    const { pid, host } = JSON.parse(text) as { pid?: unknown; host?: unknown }
    if (old || host !== hostname() || typeof pid !== 'number') return { pid, gone: old, text }
    return { pid, gone: pid === process.pid ? !here.has(folder) : !isAlive(pid), text }
  } catch {
    // It is being written, or was when its owner died: then it grows old.
    return { pid: '?', gone: old, text }
  }
}

/** Takes the file of an owner that is gone out of the way, unless another has just done so and put its own there. */
function clear(file: string, text: string | undefined): boolean {
  if (text === undefined) return true
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
    if (readFileSync(aside, 'utf8') !== text) {
      renameSync(aside, file)
      return false
    }
    rmSync(aside, { force: true })
    return true
  } catch {
    return false
  }
}

function touch(file: string): void {
  const now = new Date()
  try {
    utimesSync(file, now, now)
  } catch {
    // Somebody took the file away; the folder is still ours.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
