import { prove } from './prove.ts'
import { TRACING } from './tracing-rows.ts'

prove(TRACING)
