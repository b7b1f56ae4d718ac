import { APPLICATION } from './application-rows.ts'
import { prove } from './prove.ts'

prove(APPLICATION)
