// Tenants as numbers: the request log keeps two bytes a sample instead of a string. The table is bounded, since
// without authentication a client may send any name; names beyond it share the overflow tenant.
import { noticeOnce } from '../base/notice.ts'
import { decideTenant, stripTenantPrefix, type TenantRules } from './tenant.ts'

/** The name that stands for all tenants beyond the table's capacity; no tenant can be called so. */
export const OVERFLOW_TENANT = '(other)'

export class Tenants {
  readonly rules: TenantRules
  readonly #names: string[]
  readonly #numbers = new Map<string, number>()
  readonly #capacity: number

  /** `capacity` counts the default tenant and the overflow tenant too; at most 65 536. */
  constructor(rules: TenantRules, capacity = 1000) {
    this.rules = rules
    this.#capacity = Math.min(Math.max(2, capacity), 65_536)
    this.#names = [rules.defaultTenant, OVERFLOW_TENANT]
    this.#numbers.set(rules.defaultTenant, 0)
  }

  /** The resolved tenant of a request that no token speaks for; null is the default, also for what is refused. */
  readonly of = (header: string | null, path: string): string | null => {
    const { rules } = this
    if (rules.authentication === true) return null
    if (header === null && rules.mode === 'header_only') return null
    const query = path.indexOf('?')
    const { tenant: url } = stripTenantPrefix(query < 0 ? path : path.slice(0, query), rules)
    const decision = decideTenant({ principal: false, header, url }, rules)
    return decision.ok && decision.tenant !== rules.defaultTenant ? decision.tenant : null
  }

  /** 0 for the default tenant, 1 for the overflow tenant; a name keeps its number for the life of the process. */
  readonly number = (tenant: string | null): number => {
    if (tenant === null || tenant === '') return 0
    const known = this.#numbers.get(tenant)
    if (known !== undefined) return known
    if (this.#names.length >= this.#capacity) {
      noticeOnce(
        'access.tenants',
        'warn',
        'access.tenants',
        `more than ${this.#capacity - 2} tenants: further ones are counted as ${OVERFLOW_TENANT}`,
      )
      return 1
    }
    this.#numbers.set(tenant, this.#names.length)
    return this.#names.push(tenant) - 1
  }

  /** The number that a name has got; undefined for one that was never seen. */
  known(name: string): number | undefined {
    return name === OVERFLOW_TENANT ? 1 : this.#numbers.get(name)
  }

  readonly name = (number: number): string => this.#names[number] ?? OVERFLOW_TENANT
}
