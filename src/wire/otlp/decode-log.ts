// One LogRecord (logs.proto) to a flat record.
import type { Scope } from '../../model/attribute.ts'
import { LogRecord } from '../../model/log.ts'
import { type Decoder, smallEnum } from './decoder.ts'

export function readLog(d: Decoder, scope: Scope): LogRecord {
  d.record()
  const outer = d.enter()
  const log = new LogRecord(scope, 0, 0, '', null)
  while (d.next()) {
    switch (d.field) {
      case 1:
        log.time = d.when()
        break
      case 2:
        log.severity = smallEnum(d.u32(), 24)
        break
      case 3:
        log.severityText = d.string()
        break
      case 5:
        log.body = d.any(0)
        break
      case 6:
        d.attribute((log.attributes ??= []))
        break
      case 7:
        log.dropped = d.u32()
        break
      case 8:
        log.flags = d.bits32() | 0
        break
      case 9: {
        const at = d.idAt(16, 'traceId')
        if (at >= 0) {
          log.t0 = d.id(at)
          log.t1 = d.id(at + 4)
          log.t2 = d.id(at + 8)
          log.t3 = d.id(at + 12)
        }
        break
      }
      case 10: {
        const at = d.idAt(8, 'spanId')
        if (at >= 0) {
          log.s0 = d.id(at)
          log.s1 = d.id(at + 4)
        }
        break
      }
      case 11:
        log.observed = d.when()
        break
      case 12:
        log.eventName = d.string()
        break
      default:
        d.skip()
    }
  }
  d.leave(outer)
  return log
}
