// The health of this process, where checks may be registered before anything was started.
import { shared } from '../base/slot.ts'
import { Health } from './checks.ts'

/** The process's own: checks registered before `start` are kept, and both copies of the package see the same. */
export const health: Health = shared('health', () => new Health())
