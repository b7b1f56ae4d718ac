// The workflow surface as the process has it. `start` only leaves its options here; the surface is made of them when a
// workflow first asks, so that a service without workflows loads none of this room.
import { shared } from '../../base/slot.ts'
import { type WorkflowOptions, WorkflowSurface } from './surface.ts'

export interface WorkflowSlot {
  /** Null: telemetry does not run, or not for workflows. */
  options: WorkflowOptions | null
}

const slot = shared('workflow', (): WorkflowSlot => ({ options: null }))
let made: WorkflowSurface | null = null

export function surface(): WorkflowSurface | null {
  const { options } = slot
  if (options === null) return null
  if (made === null || made.options !== options) made = new WorkflowSurface(options)
  return made
}
