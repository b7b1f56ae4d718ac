// Records are encoded into slabs as they come, one slab per scope, so that what waits for export is bytes and not
// objects. `cut` turns what was gathered into one ResourceSpans (ResourceLogs, ResourceMetrics: the three messages have
// the same frame) as a list of buffers: nothing is copied, and the next record goes on where the last one ended.
//
//   ResourceX { 1 resource | 2 ScopeX { 1 scope | 2 record | 2 record … | 3 schema url } … | 3 schema url }
import type { Resource, Scope } from '../../model/attribute.ts'
import type { LogRecord } from '../../model/log.ts'
import type { Family } from '../../model/metric.ts'
import type { SpanRecord } from '../../model/span.ts'
import { resourceBytes, schemaUrlBytes, scopeBytes } from './attributes.ts'
import { aim } from './known.ts'
import { logBound, putLog } from './log.ts'
import { inOtlp, metricBound, putMetric } from './metric.ts'
import { putVarint, varintSize } from './put.ts'
import { putSpan, spanBound } from './span.ts'

/** A scope starts small: most of them carry few records between two cuts, and there may be many. */
const FIRST = 4096
const FULL = 65_536

class Lot {
  readonly scope: Scope
  data: Buffer
  view: DataView
  /** What was cut before ends at `from`; the next record goes to `at`. */
  from = 0
  at = 0
  /** Filled slabs of this cut. */
  full: Uint8Array[] = []
  bytes = 0

  constructor(scope: Scope) {
    this.scope = scope
    this.data = Buffer.allocUnsafeSlow(FIRST)
    this.view = new DataView(this.data.buffer)
  }

  turn(bound: number): void {
    if (this.at > this.from) this.full.push(this.data.subarray(this.from, this.at))
    const next = Math.min(FULL, this.data.length * 4)
    this.data = Buffer.allocUnsafeSlow(Math.max(bound, next))
    this.view = new DataView(this.data.buffer)
    this.from = 0
    this.at = 0
  }
}

abstract class Slab<T extends { readonly scope: Scope }> {
  /** Records and bytes gathered since the last cut. */
  count = 0
  bytes = 0
  #lots = new Map<Scope, Lot>()
  #last: Lot | null = null

  protected lot(record: T, bound: number): Lot {
    const last = this.#last
    const lot = last !== null && last.scope === record.scope ? last : this.#find(record.scope)
    if (lot.data.length - lot.at < bound) lot.turn(bound)
    aim(lot.data, lot.view)
    return lot
  }

  protected wrote(lot: Lot, end: number, records: number): void {
    const size = end - lot.at
    lot.at = end
    lot.bytes += size
    this.bytes += size
    this.count += records
  }

  #find(scope: Scope): Lot {
    let lot = this.#lots.get(scope)
    if (lot === undefined) {
      lot = new Lot(scope)
      this.#lots.set(scope, lot)
    }
    this.#last = lot
    return lot
  }

  /** Everything since the last cut as one field 1 of an export request; empty when there is nothing. */
  cut(resource: Resource): Uint8Array[] {
    const inner: Uint8Array[] = [resourceBytes(resource)]
    for (const [scope, lot] of this.#lots) {
      if (lot.bytes === 0) {
        // Idle since the last cut: a scope that comes back starts anew.
        this.#lots.delete(scope)
        if (this.#last === lot) this.#last = null
        continue
      }
      const head = scopeBytes(scope)
      const url = schemaUrlBytes(scope.schemaUrl)
      inner.push(lengthPrefix(0x12, head.length + lot.bytes + url.length), head, ...lot.full)
      if (lot.at > lot.from) inner.push(lot.data.subarray(lot.from, lot.at))
      if (url.length > 0) inner.push(url)
      lot.full = []
      lot.from = lot.at
      lot.bytes = 0
    }
    this.count = 0
    this.bytes = 0
    if (inner.length === 1) return []
    const url = schemaUrlBytes(resource.schemaUrl)
    if (url.length > 0) inner.push(url)
    return [lengthPrefix(0x0a, totalLength(inner)), ...inner]
  }
}

export class SpanSlab extends Slab<SpanRecord> {
  add(span: SpanRecord): void {
    const lot = this.lot(span, spanBound(span))
    this.wrote(lot, putSpan(lot.data, lot.at, span), 1)
  }
}

export class LogSlab extends Slab<LogRecord> {
  add(log: LogRecord): void {
    const lot = this.lot(log, logBound(log))
    this.wrote(lot, putLog(lot.data, lot.at, log), 1)
  }
}

/** `count` is data points here. */
export class MetricSlab extends Slab<Family> {
  add(family: Family): void {
    if (!inOtlp(family)) return
    const lot = this.lot(family, metricBound(family))
    this.wrote(lot, putMetric(lot.data, lot.at, family), family.series.length)
  }
}

function lengthPrefix(tag: number, length: number): Uint8Array {
  const b = Buffer.allocUnsafe(1 + varintSize(length))
  b[0] = tag
  putVarint(b, 1, length)
  return b
}

export function totalLength(parts: readonly Uint8Array[]): number {
  let length = 0
  for (let i = 0; i < parts.length; i++) length += parts[i]!.length
  return length
}
