export { type Authorised, type AuthoriseOptions, authorise, type Grant } from './access/authorise.ts'
export { type Catalogue, clientError, type TellOptions, type Told } from './access/client-error.ts'
export type { Caller, Denied } from './access/decision.ts'
export {
  BadRequest,
  CLIENT_ERROR_CODES,
  type ClientError,
  type ClientErrorOptions,
  Conflict,
  Forbidden,
  Gone,
  NotAcceptable,
  NotFound,
  NotImplemented,
  NotSupported,
  PayloadTooLarge,
  PreconditionFailed,
  Timeout,
  TooManyRequests,
  Unauthorized,
  Unavailable,
  Unprocessable,
  UnsupportedMediaType,
} from './access/error-kinds.ts'
export {
  type AccessGuard,
  access,
  type ErrorHandlers,
  errorHandlers,
  type FastifyReplyShape,
  type HonoShape,
  type KoaShape,
  sendAnswer,
} from './access/middleware.ts'
export { classify, type Operation, type OperationKind, type OperationRules } from './access/operation.ts'
export { EXEMPT_PATHS, isExempt } from './access/path.ts'
export {
  type AnswerOptions,
  type ErrorAnswer,
  errorAnswer,
  errorEntry,
  errorEvent,
  errorLine,
  errorResponse,
  type Problem,
} from './access/problem.ts'
export {
  type Access,
  type AccessOptions,
  type Admitted,
  accessOf,
  type Membership,
  type Refused,
  type RequestTier,
} from './access/request-guard.ts'
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
export type { TokenFound, TokenInfo } from './access/token.ts'
export { type TokenPlace, tokensIn } from './access/tokens/kept.ts'
export type { KeptToken } from './access/tokens/record.ts'
export type {
  GenerateOptions,
  KeptTokens,
  NewToken,
  RevokedToken,
  RotatedToken,
  RotateOptions,
} from './access/tokens/tokens.ts'
