// Who told us: one Identity per distinct resource of a tenant. It lives as long as something of it is held.
import { attributeOf, type Flat, type Resource } from '../model/attribute.ts'
import { AttributeTrie } from './attribute-trie.ts'
import { resourceSize } from './size.ts'

export const DEFAULT_TENANT = 'default'
export const UNKNOWN_SERVICE = 'unknown_service'

export class Identity {
  readonly tenant: string
  readonly service: string
  readonly namespace: string
  readonly instance: string
  readonly attributes: Flat
  readonly bytes: number
  /** Spans, logs and series that refer to it; at 0 it is forgotten. */
  held = 0
  /** Its bytes are charged to the first record that keeps it. */
  charged = false
  firstSeen: number
  lastSeen: number
  /** When its first metrics came; 0 while none have. */
  measuredSince = 0

  constructor(tenant: string, resource: Resource, seen: number) {
    this.tenant = tenant
    this.service = textOf(resource.attributes, 'service.name') || UNKNOWN_SERVICE
    this.namespace = textOf(resource.attributes, 'service.namespace')
    this.instance = textOf(resource.attributes, 'service.instance.id')
    this.attributes = resource.attributes
    this.bytes = resourceSize(resource)
    this.firstSeen = seen
    this.lastSeen = seen
  }
}

function textOf(attributes: Flat, key: string): string {
  const value = attributeOf(attributes, key)
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value)
}

export class Identities {
  readonly #tenants = new Map<string, AttributeTrie<Identity>>()

  of(tenant: string, resource: Resource, seen: number): Identity {
    let trie = this.#tenants.get(tenant)
    if (trie === undefined) {
      trie = new AttributeTrie<Identity>()
      this.#tenants.set(tenant, trie)
    }
    const identity = trie.of(resource.attributes, () => new Identity(tenant, resource, seen))
    if (seen > identity.lastSeen) identity.lastSeen = seen
    return identity
  }

  *values(tenant: string): Generator<Identity> {
    const trie = this.#tenants.get(tenant)
    if (trie) yield* trie.values()
  }

  release(identity: Identity): void {
    if (--identity.held > 0) return
    const trie = this.#tenants.get(identity.tenant)
    trie?.delete(identity)
    if (trie?.size === 0) this.#tenants.delete(identity.tenant)
  }
}
