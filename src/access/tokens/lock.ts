// One writer at a time among processes, by a file that only one of them can make. Who dies with the lock is found out by
// its process id, or by the age of the lock where the id says nothing (another host, an id that was given anew). Two that
// break one stale lock at once cannot both win: breaking is a rename, and whoever writes looks before that whether the
// lock is still its own.
import { randomUUID } from 'node:crypto'
import { closeSync, linkSync, openSync, readFileSync, renameSync, statSync, unlinkSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { monotonic, now, timers } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'

/** Nobody needs it for so long. */
const STALE_MS = 60_000
/** A lock without a word in it: its owner died between making and writing it. */
const MUTE_MS = 5000
const PATIENCE_MS = 15_000
const PAUSE_MS = 20

export class FileLock {
  readonly #path: string
  readonly #words: string

  private constructor(path: string, words: string) {
    this.#path = path
    this.#words = words
  }

  /** Waits for it; throws TOKENS_LOCKED when it does not come free, and what `open` throws when it cannot be made. */
  static async take(path: string, patienceMs = PATIENCE_MS): Promise<FileLock> {
    const end = monotonic() + patienceMs
    for (;;) {
      const words = JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() })
      if (make(path, words)) return new FileLock(path, words)
      const free = breakStale(path)
      if (monotonic() > end) {
        const hint = 'Try again; when no telltale is at work there, remove that file.'
        throw new Fault('TOKENS_LOCKED', { subject: path, hint })
      }
      if (free) continue
      // Unequal, so that those who wait do not march in step.
      await new Promise((resolve) => timers.setTimeout(resolve, PAUSE_MS * (0.5 + Math.random())))
    }
  }

  /** Whether it is still this process's: it may have been taken for dead while it slept. */
  get held(): boolean {
    return wordsAt(this.#path) === this.#words
  }

  free(): void {
    if (this.held) remove(this.#path)
  }
}

function make(path: string, words: string): boolean {
  let fd: number
  try {
    fd = openSync(path, 'wx', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
  try {
    writeSync(fd, words)
  } finally {
    closeSync(fd)
  }
  // A moment ago it may have been taken for mute.
  return wordsAt(path) === words
}

/** True when the way may be free now. */
function breakStale(path: string): boolean {
  const words = wordsAt(path)
  if (words === null) return true
  if (!isStale(path, words)) return false
  const aside = `${path}.${randomUUID()}`
  try {
    renameSync(path, aside)
  } catch {
    return true
  }
  // Between the look and the rename somebody else may have broken it and made a new one: that one goes back.
  if (wordsAt(aside) !== words) {
    try {
      linkSync(aside, path)
    } catch {}
  }
  remove(aside)
  return true
}

function isStale(path: string, words: string): boolean {
  let age: number
  try {
    age = Math.abs(now() - statSync(path).mtimeMs)
  } catch {
    return false
  }
  if (age > STALE_MS) return true
  try {
    const { pid, host } = JSON.parse(words) as { pid: number; host: string }
    return host === hostname() && Number.isInteger(pid) && pid > 0 && !isAlive(pid)
  } catch {
    return age > MUTE_MS
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process is one too.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function wordsAt(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {}
}
