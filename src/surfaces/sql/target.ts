// The database that a client speaks to, and what operations of one word there have in common: the name and the attributes of
// their spans, made once, and their series, looked up once.
import type { BoundHistogram } from '../../metrics/histogram.ts'
import { Template } from '../../model/span.ts'
import { answersRows } from './statement.ts'
import type { SqlSurface } from './surface.ts'

const MAX_TARGETS = 1024

export class Verb {
  readonly target: Target
  /** The first word of its statements, or `_OTHER`. */
  readonly word: string
  /** Of its spans. */
  readonly name: string
  readonly template: Template
  /** Whether such a statement answers rows, for want of its answer. */
  readonly rows: boolean
  /** Whose series these are. */
  owner: SqlSurface | null = null
  query: BoundHistogram | null = null
  exec: BoundHistogram | null = null

  constructor(target: Target, word: string) {
    this.target = target
    this.word = word
    const { system, namespace } = target
    const title = word === '_OTHER' ? system : word
    this.name = namespace === '' ? title : `${title} ${namespace}`
    this.template = new Template([...target.attributes, 'db.operation.name', word])
    this.rows = answersRows(word)
  }
}

export class Target {
  readonly system: string
  readonly address: string
  readonly port: number | ''
  readonly namespace: string
  readonly attributes: readonly (string | number)[]
  /** By their word: of a closed list. */
  readonly #verbs = new Map<string, Verb>()

  constructor(system: string, address: string, port: number | '', namespace: string) {
    this.system = system
    this.address = address
    this.port = port
    this.namespace = namespace
    const flat: (string | number)[] = ['db.system.name', system]
    if (namespace !== '') flat.push('db.namespace', namespace)
    if (address !== '') flat.push('server.address', address)
    if (port !== '') flat.push('server.port', port)
    this.attributes = flat
  }

  verb(word: string): Verb {
    let verb = this.#verbs.get(word)
    if (verb === undefined) this.#verbs.set(word, (verb = new Verb(this, word)))
    return verb
  }

  /** How its pool is called unless it is given a name. */
  get pool(): string {
    const host = this.port === '' ? this.address : `${this.address}:${this.port}`
    return this.namespace === '' ? host : `${host}/${this.namespace}`
  }
}

const held = new Map<string, Map<string, Target>>()
let count = 0
/** What was asked for last, as it was given. */
let last: Target | null = null
let lastAddress: unknown
let lastPort: unknown
let lastNamespace: unknown

/** The one Target of these; never throws, whatever a client has in its fields. A socket's path is an address without a port. */
export function targetOf(system: string, address: unknown, port: unknown, namespace: unknown): Target {
  if (
    last !== null &&
    last.system === system &&
    lastAddress === address &&
    lastPort === port &&
    lastNamespace === namespace
  ) {
    return last
  }
  last = find(system, address, port, namespace)
  lastAddress = address
  lastPort = port
  lastNamespace = namespace
  return last
}

function find(system: string, address: unknown, port: unknown, namespace: unknown): Target {
  const at = typeof address === 'string' ? address : ''
  const number = typeof port === 'number' ? port : typeof port === 'string' ? Number.parseInt(port, 10) : 0
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
