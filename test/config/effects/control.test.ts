import { CONTROL } from './control-rows.ts'
import { prove } from './prove.ts'

prove(CONTROL)
