// Door `telltale/workflow`: workflows of any engine, and adapters that know one engine each.
export type { Carrier } from './surfaces/workflow/carrier.ts'
export { type DBOSEngine, observeDBOS } from './surfaces/workflow/dbos.ts'
export type { Outcome } from './surfaces/workflow/instruments.ts'
export { type Work, type WorkflowSettings, workflow } from './surfaces/workflow/run.ts'
export { type Hand, type StartSettings, startWorkflow } from './surfaces/workflow/start.ts'
export { type StepSettings, step } from './surfaces/workflow/step.ts'
