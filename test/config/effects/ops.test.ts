import { OPS } from './ops-rows.ts'
import { prove } from './prove.ts'

prove(OPS)
