// Who wrote the line. A stack is taken only when line numbers are asked for: it costs microseconds.

export interface Caller {
  readonly file: string
  readonly line: number
}

const OURS =
  /[\\/](?:node_modules[\\/](?:pino|thread-stream|sonic-boom|pino-http|winston|logform|winston-transport|readable-stream|telltale)[\\/]|src[\\/]logs[\\/])/

/** The nearest frame that is neither a logger's, nor ours, nor Node's. `above` and what it called are left out. */
export function callerOf(above: (...args: never[]) => unknown): Caller | undefined {
  const holder: { stack?: string } = {}
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 30
  Error.captureStackTrace(holder, above)
  Error.stackTraceLimit = limit
  for (const line of (holder.stack ?? '').split('\n').slice(1)) {
    const found = /\(?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(\d+):\d+\)?$/.exec(line)
    if (found === null || OURS.test(found[1]!)) continue
    return { file: found[1]!.replace(/^file:\/\//, ''), line: Number(found[2]) }
  }
  return undefined
}
