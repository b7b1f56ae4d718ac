// How long telemetry has been up, asked for right before each collection, so that no scrape shows a frozen value (H-10).
import type { Registry } from '../../metrics/registry.ts'
import { NAMES } from '../../model/names.ts'
import type { Runtime } from './runtime.ts'

/** `seconds` is monotonic, as `health` keeps it. */
export function startUptime(registry: Registry, seconds: () => number): Runtime {
  const read = (report: (value: number) => void) => report(seconds())
  const uptime = registry.observe(NAMES.uptime_seconds, read)
  return { stop: () => uptime.remove(read) }
}
