import { AUDIT } from './audit-rows.ts'
import { prove } from './prove.ts'

prove(AUDIT)
