// The surface that listens, once per process, for every copy of the package: clients outlive a stop and ask here.
import { shared } from '../../base/slot.ts'
import type { SqlSurface } from './surface.ts'

export const running: { surface: SqlSurface | null } = shared('sql', () => ({ surface: null as SqlSurface | null }))
