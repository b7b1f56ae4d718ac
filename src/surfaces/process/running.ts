// The surface that sees processes, once per process: channels and a copy of the package loaded as CommonJS ask here.
import { shared } from '../../base/slot.ts'
import type { ProcessSurface } from './surface.ts'

export const running: { surface: ProcessSurface | null } = shared('process', () => ({
  surface: null as ProcessSurface | null,
}))
