// The surface that listens, once per process, for every copy of the package: stores outlive a stop and ask here.
import { shared } from '../../base/slot.ts'
import type { KvSurface } from './surface.ts'

export const running: { surface: KvSurface | null } = shared('kv', () => ({ surface: null as KvSurface | null }))
