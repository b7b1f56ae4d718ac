// Door `telltale/hub`: the whole backend in one process.
export { type Hub, type HubOptions, startHub } from './hub/hub.ts'
