// Reads Thrift with Apache's own library and nothing of ours but the names of jaeger.thrift, written down here.
import thrift from 'thrift'

interface Struct {
  readonly [id: number]: readonly [name: string, of?: Struct]
}

const TAG: Struct = {
  1: ['key'],
  2: ['vType'],
  3: ['vStr'],
  4: ['vDouble'],
  5: ['vBool'],
  6: ['vLong'],
  7: ['vBinary'],
}
const LOG: Struct = { 1: ['timestamp'], 2: ['fields', TAG] }
const REFERENCE: Struct = { 1: ['refType'], 2: ['traceIdLow'], 3: ['traceIdHigh'], 4: ['spanId'] }
const SPAN: Struct = {
  1: ['traceIdLow'],
  2: ['traceIdHigh'],
  3: ['spanId'],
  4: ['parentSpanId'],
  5: ['operationName'],
  6: ['references', REFERENCE],
  7: ['flags'],
  8: ['startTime'],
  9: ['duration'],
  10: ['tags', TAG],
  11: ['logs', LOG],
}
const PROCESS: Struct = { 1: ['serviceName'], 2: ['tags', TAG] }
const BATCH: Struct = { 1: ['process', PROCESS], 2: ['spans', SPAN] }

export interface ReadTag {
  key: string
  vType: number
  [value: string]: unknown
}
export interface ReadSpan {
  traceIdLow: bigint
  traceIdHigh: bigint
  spanId: bigint
  parentSpanId: bigint
  operationName: string
  references?: { refType: number; traceIdLow: bigint; traceIdHigh: bigint; spanId: bigint }[]
  flags: number
  startTime: bigint
  duration: bigint
  tags?: ReadTag[]
  logs?: { timestamp: bigint; fields: ReadTag[] }[]
}
export interface ReadBatch {
  process: { serviceName: string; tags?: ReadTag[] }
  spans: ReadSpan[]
}

type Protocol = InstanceType<typeof thrift.TBinaryProtocol>
const { Type } = thrift.Thrift

export function readBatch(bytes: Uint8Array): { batch: ReadBatch; left: number } {
  let batch: unknown
  let left = -1
  const buffered = thrift.TBufferedTransport.receiver((transport) => {
    batch = readStruct(new thrift.TBinaryProtocol(transport), BATCH)
    const { readCursor, writeCursor } = transport as { readCursor: number; writeCursor: number }
    left = writeCursor - readCursor
  }, 0)
  buffered(Buffer.from(bytes))
  return { batch: batch as ReadBatch, left }
}

function readStruct(from: Protocol, struct: Struct): Record<string, unknown> {
  const read: Record<string, unknown> = {}
  from.readStructBegin()
  for (;;) {
    const { ftype, fid } = from.readFieldBegin()
    if (ftype === Type.STOP) break
    const [name, of] = struct[fid] ?? [`unknown ${fid}`]
    if (name in read) throw new Error(`${name} comes twice`)
    read[name] = readValue(from, ftype, of, name)
    from.readFieldEnd()
  }
  from.readStructEnd()
  return read
}

function readValue(from: Protocol, type: number, of: Struct | undefined, name: string): unknown {
  switch (type) {
    case Type.BOOL:
      return from.readBool()
    case Type.I32:
      return from.readI32()
    case Type.DOUBLE:
      return from.readDouble()
    case Type.I64:
      return integer(from.readI64())
    case Type.STRING:
      return name === 'vBinary' ? from.readBinary() : from.readString()
    case Type.STRUCT:
      return readStruct(from, of!)
    case Type.LIST: {
      const { etype, size } = from.readListBegin()
      const items = Array.from({ length: size }, () => readValue(from, etype, of, name))
      from.readListEnd()
      return items
    }
    default:
      throw new Error(`type ${type} has no place here`)
  }
}

function integer({ buffer, offset }: { buffer: Buffer; offset: number }): bigint {
  return buffer.readBigInt64BE(offset)
}
