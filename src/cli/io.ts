// What a command may touch: tests hand in their own.

export interface Io {
  out(text: string): void
  err(text: string): void
  readonly cwd: string
  /** Left out: the process's own, which only `config` reads. */
  readonly env?: NodeJS.ProcessEnv
  /** The exit code of a command that did what it was asked and found faults. */
  code: number
}

export function processIo(): Io {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    cwd: process.cwd(),
    code: 0,
  }
}
