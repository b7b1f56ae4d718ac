// The whole table.
import { APPLICATION } from './application-rows.ts'
import { AUDIT } from './audit-rows.ts'
import { CONSOLE } from './console-rows.ts'
import { CONTROL } from './control-rows.ts'
import { DATA } from './data-rows.ts'
import { DECLARED } from './declared-rows.ts'
import { EVENTS } from './event-rows.ts'
import { EXPORT } from './export-rows.ts'
import { FUNCTIONS } from './function-rows.ts'
import { GUARD } from './guard-rows.ts'
import { HEALTH } from './health-rows.ts'
import { HUB } from './hub-rows.ts'
import { LOGGING } from './logging-rows.ts'
import { METRICS } from './metrics-rows.ts'
import { OBJECTIVES } from './objective-rows.ts'
import { OPS } from './ops-rows.ts'
import { REQUESTS } from './request-rows.ts'
import type { Row } from './row.ts'
import { SERVICE } from './service-rows.ts'
import { TOKENS } from './token-rows.ts'
import { TRACING } from './tracing-rows.ts'
import { WORK } from './work-rows.ts'

export const ROWS: readonly Row[] = [
  ...SERVICE,
  ...TRACING,
  ...METRICS,
  ...DECLARED,
  ...DATA,
  ...AUDIT,
  ...LOGGING,
  ...OBJECTIVES,
  ...OPS,
  ...EXPORT,
  ...EVENTS,
  ...FUNCTIONS,
  ...GUARD,
  ...HEALTH,
  ...REQUESTS,
  ...APPLICATION,
  ...CONSOLE,
  ...CONTROL,
  ...HUB,
  ...TOKENS,
  ...WORK,
]
