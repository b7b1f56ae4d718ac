import { prove } from './prove.ts'
import { REQUESTS } from './request-rows.ts'

prove(REQUESTS)
