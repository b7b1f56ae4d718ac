// Functions with ids that count up, a clock that steps, a registry of their own, and lines that are kept.
import { Logs } from '../../../src/logs/logs.ts'
import { Registry } from '../../../src/metrics/registry.ts'
import type { LogRecord } from '../../../src/model/log.ts'
import { type FunctionOptions, Functions } from '../../../src/surfaces/function/functions.ts'
import { renderText } from '../../../src/wire/prometheus/text.ts'
import { recorder } from '../../trace/recorder.ts'

export function made(options: Partial<FunctionOptions> = {}) {
  const spans = recorder()
  const registry = new Registry()
  const records: LogRecord[] = []
  const logs = new Logs({ registry: null, sink: (record) => void records.push(record), write: () => {} })
  const functions = new Functions({ registry, tracer: spans.engine.tracer('app'), logs: () => logs })
  functions.configure(options)
  return {
    functions,
    registry,
    records,
    spans,
    /** The scrape's lines about functions and errors; of durations the counts alone. */
    lines(): string[] {
      return [...renderText(registry.exposition(), { format: '0.0.4' })]
        .join('')
        .split('\n')
        .filter((line) => /^(function_|errors_)/.test(line) && !/_(bucket|sum)[{ ]/.test(line))
        .sort()
    },
  }
}
