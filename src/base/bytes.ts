// A byte writer that grows: callers reserve what they are about to write, then store through `data` and `at` directly,
// because a method call per byte is what encoders cannot afford.

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export class ByteWriter {
  data: Buffer
  at = 0

  constructor(size = 4096) {
    this.data = Buffer.allocUnsafeSlow(size)
  }

  /** Makes room for `extra` more bytes, by copying to a buffer of at least twice the size. */
  reserve(extra: number): void {
    const need = this.at + extra
    if (need <= this.data.length) return
    const data = Buffer.allocUnsafeSlow(Math.max(need, this.data.length * 2))
    data.set(this.data.subarray(0, this.at))
    this.data = data
  }

  bytes(part: Uint8Array): void {
    this.reserve(part.length)
    this.data.set(part, this.at)
    this.at += part.length
  }

  /** What was written so far: a view, valid until the next write. */
  view(): Buffer {
    return this.data.subarray(0, this.at)
  }

  /** What was written so far as a copy of its own. */
  take(): Buffer {
    const taken = Buffer.allocUnsafeSlow(this.at)
    taken.set(this.data.subarray(0, this.at))
    return taken
  }
}

/** UTF-8 to text; malformed sequences become U+FFFD, a byte order mark is kept. */
export function utf8(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}
