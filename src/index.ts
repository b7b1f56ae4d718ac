// Door `telltale`: start, and the few words that application code needs.
export { Fault, Faults } from './base/fault.ts'
export { health } from './health/default.ts'
export { log } from './logs/installed.ts'
export { counter, gauge, histogram } from './metrics/default.ts'
export type { StartOptions } from './start/assemble.ts'
export { start } from './start/start.ts'
export type { Telltale } from './start/telltale.ts'
export { addEvent, currentSpan, setAttributes, span } from './trace/active.ts'
