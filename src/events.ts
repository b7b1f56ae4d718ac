// Door `telltale/events`: the application's own event buses.
export type { EventOptions } from './surfaces/events/events.ts'
export { observeEvents } from './surfaces/events/running.ts'
