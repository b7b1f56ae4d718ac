// Registers ours behind the real API for one test file, with injected ids and clock, and takes it out again.

import type { HostRule } from '../../src/context/hosts.ts'
import { Propagator } from '../../src/context/propagator.ts'
import { Registry } from '../../src/metrics/registry.ts'
import type { LogRecord } from '../../src/model/log.ts'
import { registerOtel } from '../../src/otel/register.ts'
import type { EngineOptions } from '../../src/trace/engine.ts'
import { install } from '../../src/trace/installed.ts'
import { recorder } from '../trace/recorder.ts'

export function registered(options: { engine?: EngineOptions; baggage?: HostRule; registry?: Registry } = {}) {
  const on = recorder(options.engine)
  const registry = options.registry ?? new Registry()
  const logs: LogRecord[] = []
  install(on.engine)
  const registration = registerOtel({
    propagator: new Propagator(['tracecontext', 'baggage']),
    registry,
    log: (record) => void logs.push(record),
    baggage: options.baggage ?? (() => true),
  })
  return {
    ...on,
    registry,
    logs,
    registration,
    stop() {
      registration.unregister()
      install(null)
    },
  }
}
