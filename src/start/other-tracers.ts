// Other tracers in the process. They are named, since two of them make two spans of one request and two sets of headers;
// what goes through @opentelemetry/api is named by the room `otel`.
import { notice } from '../base/notice.ts'

const MARKS: readonly (readonly [name: string, mark: string | symbol])[] = [
  ['dd-trace', '_ddtrace'],
  ['dd-trace', Symbol.for('dd-trace')],
  ['Sentry', '__SENTRY__'],
  ['Elastic APM', Symbol.for('ElasticAPMAgentInitialized')],
  ['New Relic', '__NR_agent'],
]

/** Agents that have left their mark on the global object. */
export function otherTracers(): string[] {
  const held = globalThis as unknown as Record<string | symbol, unknown>
  return [...new Set(MARKS.filter(([, mark]) => held[mark] !== undefined).map(([name]) => name))]
}

/** Says which there are. */
export function nameOtherTracers(): void {
  for (const name of otherTracers()) {
    const text = `${name} is in this process too, and both see each request; mode: no-span leaves the spans to it and carries its trace on`
    notice('warn', 'start.tracer', text, { name })
  }
}
