// Keys that are accepted and checked although nothing reads them yet, because the room they belong to does not exist.
// `config explain` and the reference page mark them. A key leaves this table in the commit that brings its reader.

const INACTIVE: readonly string[] = [
  'agents',
  'alerts',
  'hub.forward',
  'hub.grpc_port',
  'hub.path',
  'observability.metrics.buffer',
  'observability.logging.sinks[](file)',
  'observability.logging.sinks[](prometheus)',
  'scaling',
]

/** Whether something reads the key at `path`, written as the reference page does: `a.b[](otlp).c`; `[0]` is taken for `[]`. */
export function isActive(path: string): boolean {
  const plain = path.replace(/\[\d+\]/g, '[]')
  for (const prefix of INACTIVE) {
    if (plain.startsWith(prefix) && /^(?:$|[.([])/.test(plain.slice(prefix.length))) return false
  }
  return true
}
