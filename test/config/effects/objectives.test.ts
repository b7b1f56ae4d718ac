import { OBJECTIVES } from './objective-rows.ts'
import { prove } from './prove.ts'

prove(OBJECTIVES)
