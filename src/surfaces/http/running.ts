// The surface that listens, once per process: doors and hooks that outlive a stop ask here, so a copy of the package
// loaded as CommonJS tags the requests that the ESM copy began.
import { shared } from '../../base/slot.ts'
import type { HttpSurface } from './surface.ts'

export const running: { surface: HttpSurface | null } = shared('http', () => ({ surface: null as HttpSurface | null }))
