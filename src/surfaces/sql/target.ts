// The database that a client speaks to: what its spans and series have in common.
import { Template } from '../../model/span.ts'

const MAX_TARGETS = 1024

export class Target {
  readonly system: string
  readonly address: string
  readonly port: number | ''
  readonly namespace: string
  readonly template: Template

  constructor(system: string, address: string, port: number | '', namespace: string) {
    this.system = system
    this.address = address
    this.port = port
    this.namespace = namespace
    const flat: (string | number)[] = ['db.system.name', system]
    if (namespace !== '') flat.push('db.namespace', namespace)
    if (address !== '') flat.push('server.address', address)
    if (port !== '') flat.push('server.port', port)
    this.template = new Template(flat)
  }

  /** How its pool is called unless it is given a name. */
  get pool(): string {
    const host = this.port === '' ? this.address : `${this.address}:${this.port}`
    return this.namespace === '' ? host : `${host}/${this.namespace}`
  }
}

const held = new Map<string, Map<string, Target>>()
let count = 0

/** The one Target of these; never throws, whatever a client has in its fields. A socket's path is an address without a port. */
export function targetOf(system: string, address: unknown, port: unknown, namespace: unknown): Target {
  const at = typeof address === 'string' ? address : ''
  const number = typeof port === 'number' ? port : Number.parseInt(String(port ?? ''), 10)
  const where = at.startsWith('/') || !(number > 0) ? '' : number
  const name = typeof namespace === 'string' ? namespace : ''
  const host = `${system}\n${at}\n${where}`
  const names = held.get(host) ?? new Map<string, Target>()
  let target = names.get(name)
  if (target === undefined) {
    target = new Target(system, at, where, name)
    if (count < MAX_TARGETS) {
      count++
      names.set(name, target)
      held.set(host, names)
    }
  }
  return target
}
