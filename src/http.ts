// Door `telltale/http`: name routes, tenants and errors by hand, and hand over servers that were made before telemetry started.

export { setError, setRoute, setTenant } from './surfaces/http/naming.ts'
export { observe } from './surfaces/http/observe.ts'
