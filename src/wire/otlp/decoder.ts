// What the three protobuf decoders share: the frame of resources and scopes, attributes and values, limits.
import { type Flat, Resource, Scope, type Value } from '../../model/attribute.ts'
import { LIMITS, type Limits, MalformedOtlp, within } from './malformed.ts'
import { BYTES, FIXED32, FIXED64, Reader, VARINT } from './read.ts'

type ReadRecord = (decoder: Decoder, scope: Scope, group: number) => void

/** A reader with limits and the parts that all three signals share. */
export class Decoder extends Reader {
  readonly limits: Limits
  #records = 0
  #groups = 0

  constructor(bytes: Uint8Array, limits: Partial<Limits> | undefined) {
    super(bytes)
    this.limits = { ...LIMITS, ...limits }
  }

  request(resources: string, scopes: string, records: string, read: ReadRecord): Resource[] {
    const found: Resource[] = []
    try {
      while (this.next()) {
        if (this.field !== 1) {
          this.skip()
          continue
        }
        this.group()
        const index = found.length
        try {
          found.push(this.#resource(index, scopes, records, read))
        } catch (error) {
          throw within(error, `${resources}[${index}]`)
        }
      }
    } catch (error) {
      throw error instanceof MalformedOtlp ? error : within(error, '')
    }
    return found
  }

  #resource(group: number, scopes: string, records: string, read: ReadRecord): Resource {
    const outer = this.enter()
    let attributes: Flat = []
    let schemaUrl = ''
    let index = 0
    // The resource may stand after the scopes on the wire; records do not need it.
    while (this.next()) {
      if (this.field === 1) attributes = this.#attributesOf('resource', attributes)
      else if (this.field === 2) {
        this.group()
        try {
          this.#scope(group, records, read)
        } catch (error) {
          throw within(error, `${scopes}[${index}]`)
        }
        index++
      } else if (this.field === 3) schemaUrl = this.string()
      else this.skip()
    }
    this.leave(outer)
    return new Resource(attributes, schemaUrl)
  }

  #attributesOf(name: string, attributes: Flat): Flat {
    const outer = this.enter()
    try {
      while (this.next()) {
        if (this.field === 1) this.attribute(attributes)
        else this.skip()
      }
    } catch (error) {
      throw within(error, name)
    }
    this.leave(outer)
    return attributes
  }

  #scope(group: number, records: string, read: ReadRecord): void {
    const outer = this.enter()
    // Records need their scope, which may stand behind them: find it first.
    const scope = this.#findScope()
    let index = 0
    while (this.next()) {
      if (this.field !== 2) {
        this.skip()
        continue
      }
      try {
        read(this, scope, group)
      } catch (error) {
        throw within(error, `${records}[${index}]`)
      }
      index++
    }
    this.leave(outer)
  }

  #findScope(): Scope {
    const start = this.at
    let name = ''
    let version = ''
    let schemaUrl = ''
    let attributes: Flat | null = null
    while (this.next()) {
      if (this.field === 3) schemaUrl = this.string()
      else if (this.field !== 1) this.skip()
      else {
        const outer = this.enter()
        try {
          while (this.next()) {
            if (this.field === 1) name = this.string()
            else if (this.field === 2) version = this.string()
            else if (this.field === 3) this.attribute((attributes ??= []))
            else this.skip()
          }
        } catch (error) {
          throw within(error, 'scope')
        }
        this.leave(outer)
      }
    }
    this.at = start
    return new Scope(name, version, schemaUrl, attributes)
  }

  group(): void {
    if (++this.#groups > this.limits.groups)
      throw new MalformedOtlp(`more than ${this.limits.groups} resources and scopes`)
  }

  record(): void {
    if (++this.#records > this.limits.records) throw new MalformedOtlp(`more than ${this.limits.records} records`)
  }

  /** One KeyValue, appended to `flat`. */
  attribute(flat: Flat): void {
    if (flat.length >= 2 * this.limits.list) throw new MalformedOtlp(`more than ${this.limits.list} attributes`)
    this.#keyValue(flat, 0)
  }

  #keyValue(flat: Flat, depth: number): void {
    const outer = this.enter()
    let key = ''
    let value: Value = null
    try {
      while (this.next()) {
        if (this.field === 1) key = this.string()
        else if (this.field === 2) value = this.any(depth)
        else this.skip()
      }
    } catch (error) {
      throw within(error, `attributes[${flat.length / 2}]`)
    }
    this.leave(outer)
    flat.push(key, value)
  }

  any(depth: number): Value {
    if (depth > this.limits.depth) throw new MalformedOtlp(`values nested deeper than ${this.limits.depth}`)
    const outer = this.enter()
    let value: Value = null
    while (this.next()) {
      switch (this.field) {
        case 1:
          value = this.string()
          break
        case 2:
          this.expect(VARINT)
          value = this.varint() !== 0
          break
        case 3:
          this.expect(VARINT)
          value = this.int64()
          break
        case 4:
          this.expect(FIXED64)
          value = this.double()
          break
        case 5:
          value = this.#array(depth)
          break
        case 6:
          value = this.#object(depth)
          break
        case 7:
          value = this.bytes()
          break
        default:
          this.skip()
      }
    }
    this.leave(outer)
    return value
  }

  #array(depth: number): Value[] {
    const outer = this.enter()
    const values: Value[] = []
    while (this.next()) {
      if (this.field !== 1) this.skip()
      else if (values.length >= this.limits.list) throw new MalformedOtlp(`more than ${this.limits.list} values`)
      else values.push(this.any(depth + 1))
    }
    this.leave(outer)
    return values
  }

  #object(depth: number): { [key: string]: Value } {
    const outer = this.enter()
    const flat: Flat = []
    while (this.next()) {
      if (this.field !== 1) this.skip()
      else if (flat.length >= 2 * this.limits.list) throw new MalformedOtlp(`more than ${this.limits.list} values`)
      else this.#keyValue(flat, depth + 1)
    }
    this.leave(outer)
    return objectOf(flat)
  }

  /** Place of an id of `size` bytes; -1 for an empty one, which means none. */
  idAt(size: number, name: string): number {
    const length = this.length()
    if (length === 0) return -1
    if (length !== size) throw new MalformedOtlp(`has ${length} bytes where ${size} belong`, name)
    return this.need(size)
  }

  u64(): number {
    this.expect(FIXED64)
    return this.fixed64()
  }

  f64(): number {
    this.expect(FIXED64)
    return this.double()
  }

  when(): number {
    this.expect(FIXED64)
    return this.time()
  }

  u32(): number {
    this.expect(VARINT)
    return this.varint() % 4294967296
  }

  bits32(): number {
    this.expect(FIXED32)
    return this.fixed32()
  }

  /** A repeated number, packed or not, appended to `list`. */
  numbers(list: number[], wire: number, read: () => number): void {
    if (this.wire === wire) list.push(read.call(this))
    else {
      this.expect(BYTES)
      const outer = this.enter()
      while (this.at < this.end) {
        if (list.length >= this.limits.list) break
        list.push(read.call(this))
      }
      if (this.at < this.end) throw new MalformedOtlp(`more than ${this.limits.list} numbers`)
      this.leave(outer)
    }
    if (list.length > this.limits.list) throw new MalformedOtlp(`more than ${this.limits.list} numbers`)
  }
}

/** A plain object whose `__proto__` is a key like any other. */
export function objectOf(flat: Flat): { [key: string]: Value } {
  const object: { [key: string]: Value } = {}
  for (let i = 0; i < flat.length; i += 2) {
    const key = flat[i] as string
    if (key === '__proto__') {
      Object.defineProperty(object, key, { value: flat[i + 1], enumerable: true, configurable: true, writable: true })
    } else object[key] = flat[i + 1] as Value
  }
  return object
}

/** An enum value that later versions may add reads as 0, unspecified. */
export function smallEnum(value: number, highest: number): number {
  return value <= highest ? value : 0
}
