import { HUB } from './hub-rows.ts'
import { prove } from './prove.ts'

prove(HUB)
