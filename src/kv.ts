// Door `telltale/kv`: hand over stores that do not announce their operations themselves.
export { type KvObserveOptions, observe } from './surfaces/kv/observe.ts'
