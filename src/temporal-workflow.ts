// Door `telltale/temporal-workflow`: a workflow interceptor module for Temporal's sandbox. `temporal()` of
// `telltale/workflow` adds it where it is needed; name it yourself only where you bundle workflows without plugins.
export { interceptors } from './surfaces/workflow/isolate.ts'
