import { prove } from './prove.ts'
import { WORK } from './work-rows.ts'

prove(WORK)
