import { HEALTH } from './health-rows.ts'
import { prove } from './prove.ts'

prove(HEALTH)
