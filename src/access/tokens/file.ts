// Tokens in a file of this machine. It promises that a reader sees the whole list before a change or the whole list after
// it, that no change is lost when several processes make one, and that a power cut costs at most the last one. It refuses
// a file that others may touch, and it never takes a file that it cannot read for an empty one.
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { now } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import { TokenBook } from './book.ts'
import { documentText, readDocument } from './document.ts'
import { FileLock } from './lock.ts'
import type { StoredToken } from './record.ts'
import type { Kept, TokenStore } from './store.ts'

const MAX_BYTES = 32 * 1024 * 1024
/** A file that was written so shortly ago may be written again without its times telling. */
const YOUNG_MS = 2000
const NOTHING: Kept = { mark: 'none', tokens: null }

export class FileStore implements TokenStore {
  readonly #path: string

  /** An absolute path. */
  constructor(path: string) {
    this.#path = path
  }

  async read(mark?: string): Promise<Kept | null> {
    try {
      const seen = await stat(this.#path, { bigint: true })
      if (mark !== undefined && markOf(seen) === mark) return null
    } catch (error) {
      if (isMissing(error)) return this.#none(mark)
      throw unreadable(this.#path, error)
    }
    const kept = await this.#content()
    return kept === null ? this.#none(mark) : kept
  }

  async change<T>(work: (book: TokenBook) => T): Promise<T> {
    const target = this.#target()
    const write = unwritable(target)
    write(() => mkdirSync(dirname(target), { recursive: true, mode: 0o700 }))
    for (;;) {
      const lock = await FileLock.take(`${target}.lock`).catch((error: unknown) => {
        throw error instanceof Fault ? error : write.fault(error)
      })
      try {
        const kept = await this.#content()
        const book = new TokenBook(kept?.tokens ?? [])
        const result = work(book)
        if (book.changes.size === 0) return result
        const temporary = `${target}.${randomUUID()}.tmp`
        try {
          write(() => save(temporary, documentText(book.tokens), kept === null ? null : statSync(target)))
          // Here nothing is waited for: who lost the lock while it slept begins again.
          if (!lock.held) continue
          write(() => renameSync(temporary, target))
        } finally {
          remove(temporary)
        }
        tidy(target)
        keepFolder(dirname(target))
        return result
      } finally {
        lock.free()
      }
    }
  }

  async close(): Promise<void> {}

  #none(mark: string | undefined): Kept | null {
    return mark === NOTHING.mark ? null : NOTHING
  }

  /** Null when there is no such file. Opened once, so that what is checked is what is read. */
  async #content(): Promise<(Kept & { readonly tokens: readonly StoredToken[] }) | null> {
    const path = this.#path
    let file: Awaited<ReturnType<typeof open>>
    try {
      // A pipe must not make us wait for its other end.
      file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    } catch (error) {
      if (!isMissing(error)) throw unreadable(path, error)
      this.#target()
      return null
    }
    try {
      const seen = await file.stat({ bigint: true })
      if (!seen.isFile()) throw new Fault('TOKENS_UNREADABLE', { subject: path, found: 'something that is no file' })
      if (seen.size > MAX_BYTES) throw new Fault('TOKENS_CORRUPT', { subject: path, found: `${seen.size} bytes` })
      checkMode(path, Number(seen.mode), 0o027, '600')
      const folder = dirname(realpathSync(path))
      checkMode(folder, statSync(folder).mode, 0o002, '700')
      const tokens = readDocument(await file.readFile('utf8'), path)
      const young = now() - Number(seen.mtimeMs) < YOUNG_MS
      return { mark: young ? `${markOf(seen)} ${randomUUID()}` : markOf(seen), tokens }
    } catch (error) {
      throw error instanceof Fault ? error : unreadable(path, error)
    } finally {
      await file.close()
    }
  }

  /** Where it really is: a symbolic link stays one, and whoever goes by another name meets the same lock. */
  #target(): string {
    const path = this.#path
    try {
      return realpathSync(path)
    } catch (error) {
      if (!isMissing(error)) throw unreadable(path, error)
    }
    if (isLink(path))
      throw new Fault('TOKENS_UNREADABLE', { subject: path, found: 'a symbolic link that leads nowhere' })
    try {
      return join(realpathSync(dirname(path)), basename(path))
    } catch {
      return path
    }
  }
}

interface Marked {
  readonly dev: bigint
  readonly ino: bigint
  readonly size: bigint
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
}

function markOf({ dev, ino, size, mtimeNs, ctimeNs }: Marked): string {
  return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`
}

function checkMode(path: string, mode: number, forbidden: number, wanted: string): void {
  if (process.platform === 'win32' || (mode & forbidden) === 0) return
  const hint = `Take it back: chmod ${wanted} ${path}; and make new tokens where you do not know who came by.`
  throw new Fault('TOKENS_EXPOSED', {
    subject: path,
    found: `mode ${(mode & 0o777).toString(8).padStart(3, '0')}`,
    hint,
  })
}

/** Whoever could read the old file can read the new one, also when root writes for a service. */
function save(path: string, text: string, before: Stats | null): void {
  const fd = openSync(path, 'wx', 0o600)
  try {
    if (before !== null) {
      try {
        fchownSync(fd, before.uid, before.gid)
        fchmodSync(fd, (before.mode & 0o640) | 0o600)
      } catch {}
    }
    writeFileSync(fd, text)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Makes the rename itself last; some file systems know no such thing. */
function keepFolder(path: string): void {
  try {
    const fd = openSync(path, 'r')
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  } catch {}
}

/** What writers left that died before the rename; only who holds the lock may call it. */
function tidy(target: string): void {
  try {
    const folder = dirname(target)
    const left = new RegExp(`^${basename(target).replace(/[^\w-]/g, '\\$&')}\\.[0-9a-f-]{36}\\.tmp$`)
    for (const name of readdirSync(folder)) if (left.test(name)) remove(join(folder, name))
  } catch {}
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {}
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink()
  } catch {
    return false
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

function unreadable(path: string, error: unknown): Fault {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException
  return new Fault('TOKENS_UNREADABLE', { subject: path, found: code }, { cause: error })
}

/** Runs work that writes; what the system refuses becomes a fault that names the file. */
function unwritable(path: string) {
  const fault = (error: unknown): Fault => {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    return new Fault('FILE_UNWRITABLE', { subject: path, found: code }, { cause: error })
  }
  const run = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw fault(error)
    }
  }
  return Object.assign(run, { fault })
}
