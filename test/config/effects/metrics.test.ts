import { METRICS } from './metrics-rows.ts'
import { prove } from './prove.ts'

prove(METRICS)
