// Full telemetry on a real server: every variant of one framework on one Node stays up, rounds go round all of them, and a
// variant that traces counts only while the sink has as many SERVER spans as requests were sent.
import { fileURLToPath } from 'node:url'
import { count } from './instructions.mjs'
import { Peer } from './peer.mjs'

const SERVER = fileURLToPath(new URL('../server/server.cjs', import.meta.url))
const VARIANTS = ['bare', 'als', 'prom', 'metrics', 'otel', 'ours']
const TRACING = ['otel', 'ours', 'unshaped']

/** Express without the shared shapes is a variant where they are used. */
const variantsOf = (framework, major) =>
  framework === 'express' && Number(major) < 24 ? [...VARIANTS, 'unshaped'] : VARIANTS
const CONNECTIONS = 8

const cpuMs = ({ cpu }) => (cpu.user + cpu.system) / 1000

/** CPU of the server process in microseconds per request, its flush included. */
async function cpuPhase(server, load, requests) {
  const before = await server.ask('usage')
  const { failed } = await load.ask('drive', { port: server.port, requests, connections: CONNECTIONS })
  const after = await server.ask('flush')
  if (failed > 0) throw new Error(`${failed} of ${requests} requests failed`)
  return { cpu: ((cpuMs(after) - cpuMs(before)) * 1000) / requests, rss: after.rss / 2 ** 20 }
}

async function instructionPhase(server, load, requests) {
  const stop = await count(server.pid)
  await load.ask('drive', { port: server.port, requests, connections: CONNECTIONS })
  await server.ask('flush')
  const total = await stop()
  return total === undefined ? undefined : total / requests
}

/**
 * Variant → { cpu, rss, p99, instructions }: arrays of one number a round; plus `sent` and, for tracing variants, `spans`.
 * plan: { rounds, requests, warmSeconds, paced: { requests, perSecond } | null, perf }
 */
export async function measureServers({ framework, node, sink, load, plan, key, major }) {
  const variants = variantsOf(framework, major)
  const results = {}
  const servers = {}
  try {
    for (const variant of variants) {
      const env = { SINK: `http://127.0.0.1:${sink.port}/${key}-${variant}` }
      servers[variant] = await Peer.start(SERVER, [framework, variant], { node, env })
      results[variant] = { cpu: [], rss: [], p99: [], instructions: [], sent: 0 }
    }
    const spend = (variant, requests) => {
      results[variant].sent += requests
      return requests
    }
    for (const variant of variants) {
      const until = performance.now() + plan.warmSeconds * 1000
      do {
        const { failed } = await load.ask('drive', {
          port: servers[variant].port,
          requests: spend(variant, Math.min(2000, plan.requests)),
          connections: CONNECTIONS,
        })
        if (failed > 0) throw new Error(`${framework} ${variant}: ${failed} requests failed`)
      } while (performance.now() < until)
      await servers[variant].ask('flush')
    }
    for (let round = 0; round < plan.rounds; round++) {
      for (let i = 0; i < variants.length; i++) {
        // Each round starts with another variant, so that no one always follows the heaviest.
        const variant = variants[(round + i) % variants.length]
        const server = servers[variant]
        const row = results[variant]
        const { cpu, rss } = await cpuPhase(server, load, spend(variant, plan.requests))
        row.cpu.push(cpu)
        row.rss.push(rss)
        if (plan.perf) row.instructions.push(await instructionPhase(server, load, spend(variant, plan.requests)))
        if (plan.paced) {
          const paced = { port: server.port, connections: 32, ...plan.paced }
          row.p99.push((await load.ask('pace', paced)).p99)
          spend(variant, plan.paced.requests)
        }
      }
    }
    for (const variant of variants.filter((one) => TRACING.includes(one))) {
      await servers[variant].ask('flush')
      results[variant].spans = (await sink.ask('counts'))[`${key}-${variant}`]?.server ?? 0
      results[variant].counted = results[variant].spans === results[variant].sent
    }
    return results
  } finally {
    await Promise.all(Object.values(servers).map((server) => server.stop()))
  }
}
