import { prove } from './prove.ts'
import { SERVICE } from './service-rows.ts'

prove(SERVICE)
