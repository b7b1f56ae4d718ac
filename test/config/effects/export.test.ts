import { EXPORT } from './export-rows.ts'
import { prove } from './prove.ts'

prove(EXPORT)
