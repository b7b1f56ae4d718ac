export { type Authorised, type AuthoriseOptions, authorise, type Grant } from './access/authorise.ts'
export { classify, type Operation, type OperationKind, type OperationRules } from './access/operation.ts'
export { EXEMPT_PATHS, isExempt } from './access/path.ts'
export { hasSystemScope, type Permission, parseScope, type Scope, type ScopeContext } from './access/scope.ts'
export {
  decideTenant,
  RESERVED_SEGMENTS,
  type RoutingMode,
  type Stripped,
  stripTenantPrefix,
  type TenantDecision,
  type TenantQuestion,
  type TenantRules,
} from './access/tenant.ts'
export { OVERFLOW_TENANT, Tenants } from './access/tenants.ts'
export { decideTier, type Tier, type TierDecision, type TierRules } from './access/tier.ts'
