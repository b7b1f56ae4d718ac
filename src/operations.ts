// Door `telltale/operations`: the application's database, for the operations panel.
export { type OperationsClient, provideOperations } from './console/ops/provided.ts'
