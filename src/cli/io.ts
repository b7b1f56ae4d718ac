// What a command may touch: tests hand in their own.

export interface Io {
  out(text: string): void
  err(text: string): void
  /** Standard input, where the command reads it. */
  input?(): AsyncIterable<Uint8Array | string>
  /** Resolves when what was printed has left; false when nobody reads it any more. */
  drained?(): Promise<boolean>
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
    input: () => process.stdin,
    drained: () => drained(process.stdout),
    cwd: process.cwd(),
    code: 0,
  }
}

function drained(stream: NodeJS.WriteStream): Promise<boolean> {
  // Without a listener, a reader that has gone (`| head`) would end the program with a stack.
  if (stream.listenerCount('error') === 0) stream.on('error', () => {})
  if (!stream.writable) return Promise.resolve(false)
  if (!stream.writableNeedDrain) return Promise.resolve(true)
  return new Promise((resolve) => {
    const done = () => {
      stream.removeListener('drain', done).removeListener('close', done).removeListener('error', done)
      resolve(stream.writable)
    }
    stream.on('drain', done).on('close', done).on('error', done)
  })
}
