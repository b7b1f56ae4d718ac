// Door `telltale/function`: functions of the application observed by name.
export type { Arrival } from './surfaces/function/arrival.ts'
export type { Call, CallSettings, Interceptor, Keys, KeyValue } from './surfaces/function/call.ts'
export type { InstrumentSettings } from './surfaces/function/functions.ts'
export { addInterceptor, instrument, observe, runArrived } from './surfaces/function/running.ts'
