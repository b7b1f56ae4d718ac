// Door `telltale/function`: functions of the application observed by name.
export type { Arrival } from './surfaces/function/arrival.ts'
export type { Call, CallSettings, Interceptor, Keys, KeyValue } from './surfaces/function/call.ts'
export { type ErrorCatalogue, errorCatalogue } from './surfaces/function/catalogue.ts'
export { type EventEnvelope, eventEnvelope } from './surfaces/function/envelope.ts'
export type { InstrumentSettings, Received } from './surfaces/function/functions.ts'
export type { Mutation } from './surfaces/function/mutation.ts'
export { addInterceptor, instrument, mutation, observe, receiveEvent, runArrived } from './surfaces/function/running.ts'
