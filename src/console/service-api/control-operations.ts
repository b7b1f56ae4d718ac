// What the document says of the insides of a process and of its control.
import { clamped, type Operations } from './operation.ts'

const CHANGED = {
  400: 'The body is no JSON object of what is allowed.',
  415: 'The body is not `application/json`.',
}
const UNTRACED = { 503: 'The change could not be recorded in the audit trail, so it was not made.' }

export const CONTROL_OPERATIONS: Operations = {
  'GET /admin/ops/runtime': {
    operation: 'getRuntime',
    summary: 'CPU, memory, heap, event loop and garbage collection of this process.',
    answer: 'RuntimeAnswer',
  },
  'GET /admin/ops/cardinality': {
    operation: 'getCardinality',
    summary: 'The metrics with the most series, and what was refused.',
    parameters: { top: clamped('Metrics to name.', 1, 100, 20) },
    answer: 'CardinalityAnswer',
  },
  'GET /admin/ops/exporters': {
    operation: 'getExporters',
    summary: 'What waits to be exported, what was delivered last and what was refused last.',
    answer: 'ExportersAnswer',
  },
  'GET /admin/ops/instrumentation': {
    operation: 'getInstrumentation',
    summary: 'What is observed, how, and why something is not.',
    answer: 'InstrumentationAnswer',
  },
  'GET /admin/ops/control': {
    operation: 'getControl',
    summary: 'What may be changed while the process runs, and what holds at the moment.',
    answer: 'ControlAnswer',
  },
  'POST /admin/ops/control/log-level': {
    operation: 'setLogLevel',
    summary: 'Another log level for a while.',
    body: { schema: 'LogLevelRequest', required: true },
    answer: 'ControlAnswer',
    also: { ...CHANGED, ...UNTRACED },
  },
  'DELETE /admin/ops/control/log-level': {
    operation: 'resetLogLevel',
    summary: 'The configured log level again.',
    answer: 'ControlAnswer',
    also: UNTRACED,
  },
  'POST /admin/ops/control/sampling': {
    operation: 'setSampling',
    summary: 'Another part of the traces for a while.',
    body: { schema: 'SamplingRequest', required: true },
    answer: 'ControlAnswer',
    also: { ...CHANGED, 409: 'Spans are not recorded here.', ...UNTRACED },
  },
  'DELETE /admin/ops/control/sampling': {
    operation: 'resetSampling',
    summary: 'The configured part of the traces again.',
    answer: 'ControlAnswer',
    also: UNTRACED,
  },
  'POST /admin/ops/control/cpu-profile': {
    operation: 'takeCpuProfile',
    summary: 'A CPU profile of the next seconds, as a `.cpuprofile`.',
    body: { schema: 'CpuProfileRequest', required: false },
    answer: { download: 'application/json' },
    also: {
      ...CHANGED,
      409: 'One is being taken.',
      503: 'It cannot be taken here, was given up, or was not recorded.',
    },
  },
  'POST /admin/ops/control/heap-snapshot': {
    operation: 'takeHeapSnapshot',
    summary:
      'All that is in memory, secrets and data of users too, as a `.heapsnapshot`. It stops the process meanwhile.',
    answer: { download: 'application/json' },
    also: {
      ...CHANGED,
      409: 'One is being taken.',
      429: 'Snapshots are a minute apart: `Retry-After` says when.',
      503: 'Too little memory is free, or it was not recorded.',
    },
  },
}
