import { DECLARED } from './declared-rows.ts'
import { prove } from './prove.ts'

prove(DECLARED)
