import { LOGGING } from './logging-rows.ts'
import { prove } from './prove.ts'

prove(LOGGING)
