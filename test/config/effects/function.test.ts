import { FUNCTIONS } from './function-rows.ts'
import { prove } from './prove.ts'

prove(FUNCTIONS)
