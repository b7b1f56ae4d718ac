// DBOS as far as we use it, by shape.
import type { Method } from '../../base/client.ts'

/** What is used of the class. */
export interface Engine {
  readonly workflowID?: string | undefined
  readonly stepID?: number | undefined
  readonly stepStatus?: { readonly currentAttempt?: number | undefined } | undefined
  isInWorkflow(): boolean
  listWorkflows(query: object): Promise<readonly Status[]>
  associateFunctionWithInfo(external: string, fn: unknown, target: object): { registration?: Registration }
}

/** A workflow as DBOS has it in its table. */
export interface Status {
  readonly status?: string
  readonly queueName?: string | null
  readonly createdAt?: number
  readonly delayUntilEpochMS?: number | null
  readonly recoveryAttempts?: number
  readonly parentWorkflowID?: string | null
  readonly attributes?: Readonly<Record<string, unknown>> | null
}

/** DBOS's record of a function. */
export interface Registration {
  readonly name: string
  readonly className: string
  origFunction: Method
}

/** Key of our entry in the attributes of a workflow. */
export const KEY = '$telltale'

/** As DBOS finds it: by class and name. */
export function nameOf({ name, className }: Registration): string {
  return className ? `${className}.${name}` : name
}
