// Door `telltale/process`: jobs that a scheduler runs, and the trace that this process was started in.
export { inherit, job } from './surfaces/process/job.ts'
