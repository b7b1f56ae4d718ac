// Compression, loaded when something is compressed: `node:zlib` is a thirtieth of the start of a service.

/** Gzip of the pieces put together, quickly rather than small: level 6 takes four times as long for a tenth less. */
export async function gzipped(parts: readonly Uint8Array[]): Promise<Buffer> {
  const { gzip } = await import('node:zlib')
  return new Promise((resolve, reject) => {
    gzip(Buffer.concat(parts), { level: 1 }, (error, packed) => (error === null ? resolve(packed) : reject(error)))
  })
}
