import { prove } from './prove.ts'
import { TOKENS } from './token-rows.ts'

prove(TOKENS)
