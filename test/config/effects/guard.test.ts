import { GUARD } from './guard-rows.ts'
import { prove } from './prove.ts'

prove(GUARD)
