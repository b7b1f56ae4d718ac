import { DATA } from './data-rows.ts'
import { prove } from './prove.ts'

prove(DATA)
