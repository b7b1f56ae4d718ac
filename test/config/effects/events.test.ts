import { EVENTS } from './event-rows.ts'
import { prove } from './prove.ts'

prove(EVENTS)
