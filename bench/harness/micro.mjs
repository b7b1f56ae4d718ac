// Micro rows: each library of a subject in a process of its own that stays up, rounds in turn.
import { fileURLToPath } from 'node:url'
import { Peer } from './peer.mjs'

const MICRO = fileURLToPath(new URL('../micro/micro.mjs', import.meta.url))

/** Subject → its libraries, and operations per round. */
export const SUBJECTS = {
  'counter-bound': { libraries: ['ours', 'prom'], operations: 4_000_000 },
  'histogram-bound': { libraries: ['ours', 'prom'], operations: 2_000_000 },
  'counter-labels': { libraries: ['ours', 'prom', 'otel'], operations: 300_000 },
  'histogram-labels': { libraries: ['ours', 'prom', 'otel'], operations: 300_000 },
  'api-span': { libraries: ['ours', 'otel'], operations: 20_000, sink: true },
  retained: { libraries: ['ours', 'otel'], operations: 20_000 },
  encode: { libraries: ['ours', 'otel'], operations: 50_000 },
  redact: { libraries: ['ours', 'again', 'signs', 'long'], operations: 50_000 },
  scrape: { libraries: ['ours', 'prom'], operations: 5 },
}

/** Library → array of a round's answers. `effort` scales operations; spans of `api-span` are compared with the sink's. */
export async function measureMicro({ subject, node, sink, rounds, effort = 1, key }) {
  const { libraries, operations, sink: counted } = SUBJECTS[subject]
  const n = Math.max(1, Math.round(operations * effort))
  const peers = {}
  const results = { counted: true }
  try {
    for (const library of libraries) {
      const env = { SINK: `http://127.0.0.1:${sink.port}/${key}-${library}` }
      peers[library] = await Peer.start(MICRO, [subject, library], { node, env, execArgv: ['--expose-gc'] })
      results[library] = []
      for (let i = 0; i < 3; i++) await peers[library].ask('round', n)
    }
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < libraries.length; i++) {
        const library = libraries[(round + i) % libraries.length]
        results[library].push(await peers[library].ask('round', n))
      }
    }
    if (counted) {
      for (const library of libraries) {
        await peers[library].ask('flush')
        const expected = Math.ceil(n / 100) * 100 * (rounds + 3)
        const spans = (await sink.ask('counts'))[`${key}-${library}`]?.spans ?? 0
        if (spans !== expected) results.counted = false
        results[`${library}Spans`] = { spans, expected }
      }
    }
    return results
  } finally {
    await Promise.all(Object.values(peers).map((peer) => peer.stop()))
  }
}
