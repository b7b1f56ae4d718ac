import { CONSOLE } from './console-rows.ts'
import { prove } from './prove.ts'

prove(CONSOLE)
