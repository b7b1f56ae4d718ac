// Door `telltale/http`: name routes and tenants by hand, and hand over servers that were made before telemetry started.

export { setRoute, setTenant } from './surfaces/http/naming.ts'
export { observe } from './surfaces/http/observe.ts'
