// Apache's library has no types; these are the few members that the reader uses.
declare module 'thrift' {
  interface Int64 {
    readonly buffer: Buffer
    readonly offset: number
  }
  class TBinaryProtocol {
    constructor(transport: object)
    readStructBegin(): void
    readStructEnd(): void
    readFieldBegin(): { ftype: number; fid: number }
    readFieldEnd(): void
    readListBegin(): { etype: number; size: number }
    readListEnd(): void
    readBool(): boolean
    readI32(): number
    readI64(): Int64
    readDouble(): number
    readString(): string
    readBinary(): Buffer
  }
  const thrift: {
    Thrift: {
      Type: Readonly<Record<'STOP' | 'BOOL' | 'DOUBLE' | 'I32' | 'I64' | 'STRING' | 'STRUCT' | 'LIST', number>>
    }
    TBinaryProtocol: typeof TBinaryProtocol
    TBufferedTransport: { receiver(take: (transport: object) => void, seqid: number): (data: Buffer) => void }
  }
  export default thrift
}
