// The receiver of both sides: a process that takes OTLP protobuf over HTTP and counts spans and log records by the first part of the path.
// It reads just enough of the wire format (fields by number, spec: opentelemetry-proto trace.proto) to count SERVER spans.
import http from 'node:http'
import { gunzipSync } from 'node:zlib'

const counts = {}

/** Calls `each(number, from, to)` for every length-delimited field and `each(number, value)` for every varint. */
function fields(bytes, from, to, each) {
  let at = from
  const varint = () => {
    let value = 0
    let factor = 1
    for (;;) {
      const byte = bytes[at++]
      value += (byte & 127) * factor
      if (byte < 128) return value
      factor *= 128
    }
  }
  while (at < to) {
    const tag = varint()
    const number = Math.floor(tag / 8)
    const type = tag & 7
    if (type === 0) each(number, varint())
    else if (type === 1) at += 8
    else if (type === 5) at += 4
    else if (type === 2) {
      const length = varint()
      each(number, at, at + length)
      at += length
    } else throw new Error(`wire type ${type}`)
  }
}

export function countSpans(bytes) {
  const found = { spans: 0, server: 0 }
  fields(bytes, 0, bytes.length, (_request, a, b) =>
    fields(bytes, a, b, (inResource, c, d) => {
      if (inResource !== 2) return
      fields(bytes, c, d, (inScope, e, f) => {
        if (inScope !== 2) return
        found.spans++
        fields(bytes, e, f, (number, value) => {
          if (number === 6 && value === 2) found.server++
        })
      })
    }),
  )
  return found
}

function take(req, chunks) {
  const [, key, , signal] = req.url.split('/')
  const raw = Buffer.concat(chunks)
  const row = (counts[key] ??= { posts: 0, bytes: 0, spans: 0, server: 0, logs: 0 })
  row.posts++
  row.bytes += raw.length
  if (signal === 'metrics') return
  const { spans, server } = countSpans(req.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw)
  // A request of log records has the same frame.
  if (signal === 'logs') {
    row.logs += spans
    return
  }
  row.spans += spans
  row.server += server
}

if (process.send) {
  const server = http.createServer((req, res) => {
    const chunks = []
    req.on('data', (chunk) => chunks.push(chunk))
    req.on('end', () => {
      take(req, chunks)
      res.setHeader('content-type', 'application/x-protobuf')
      res.end()
    })
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1', () => process.send({ ready: { port: server.address().port } }))
  // The harness is gone: nobody else would end this process.
  process.on('disconnect', () => process.exit(0))
  process.on('message', ({ id, ask }) => {
    if (ask === 'quit') process.exit(0)
    process.send({ id, answer: counts })
  })
}
