// Where the trail of the process is found, by ES modules, CommonJS and a second copy of the package alike.
import { shared } from '../base/slot.ts'
import type { Audit } from './audit.ts'

/** `off` where the configuration has none, null where nothing runs; a promise while it is made. */
export const slot = shared('audit', () => ({ audit: null as Audit | Promise<Audit> | 'off' | null }))
