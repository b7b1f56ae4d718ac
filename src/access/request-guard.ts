// The guard of an application's own requests: who asks, for which tenant, and what for. It decides by the same table, the
// same verifier and the same classification as the console does. It promises that nothing of it throws or rejects, that an
// instance which is not running lets nobody in, and that spans, log lines and the request log then show the tenant that was
// resolved, never what a header said.
import { monotonic } from '../base/clock.ts'
import { noticeOnce, thrownText } from '../base/notice.ts'
import { correlationId, currentCorrelationId } from '../context/correlation.ts'
import { current } from '../context/current.ts'
import { ROOT } from '../context/frame.ts'
import type { ApplicationGuard } from './application-guard.ts'
import { type Asked, askedOf } from './asked.ts'
import { type AuthoriseOptions, authorise, type Grant } from './authorise.ts'
import type { AccessEvent, Caller, Denied, Question } from './decision.ts'
import { classify, type Operation } from './operation.ts'
import { type AnswerOptions, answerOf, type ErrorAnswer } from './problem.ts'
import { type RunningAccess, running } from './running.ts'
import { decideTenant, stripTenantPrefix, type TenantRules } from './tenant.ts'
import { decideTier } from './tier.ts'

/** What the application knows of a caller beyond the token; what is left out stays as the token has it. */
export interface Membership {
  /** Where the token names none. A token that names another is refused. */
  readonly tenant?: string
  readonly roles?: readonly string[]
  readonly scopes?: readonly string[]
}

export interface AccessOptions extends AuthoriseOptions {
  /** What every request needs; single ones may be asked for more. Default `tenant`: a caller, whoever it is. */
  readonly tier?: RequestTier
  /** Record types in their own letter case; those of `console.resources` unless given. */
  readonly types?: readonly string[]
  /** What stands before the record types, after the tenant: `/api`. */
  readonly base?: string
  /** Refuse what the SMART scopes of the caller do not permit on the record type of the path. */
  readonly scopes?: boolean
  /** Finds out what the caller is here; null refuses it. Its time is `authz_membership_resolution_duration_seconds`. */
  readonly resolve?: (caller: Caller, request: object) => Membership | null | Promise<Membership | null>
  /** Hears of every decision; for counts and trails of the application. */
  readonly heard?: (access: Access, request: object) => void
}

export type RequestTier = 'tenant' | 'system' | 'admin'

export interface Admitted {
  readonly ok: true
  /** Null on exempt paths, and where no authentication is configured. */
  readonly caller: Caller | null
  /** The resolved tenant. */
  readonly tenant: string
  readonly operation: Operation
  /** With `scopes`: what permits the operation. Null without. */
  readonly grants: readonly Grant[] | null
}

export interface Refused {
  readonly ok: false
  readonly denied: Denied
  /** What to send. */
  readonly answer: ErrorAnswer
}

export type Access = Admitted | Refused

const known = new WeakMap<object, Access>()

/** What was decided about a request: a request of node:http, Express or Fastify, a context of Koa or Hono, a Request of the web. */
export function accessOf(request: object): Access | undefined {
  return known.get(request)
}

/** So that it is found by what a framework hands to handlers too. */
export function keepAccess(request: object, access: Access): void {
  known.set(request, access)
}

export class RequestGuard {
  readonly #options: AccessOptions

  constructor(options: AccessOptions) {
    this.#options = options
  }

  /** Decides about a request of node:http, the web, Express, Fastify, Koa or Hono. Never rejects. */
  readonly authenticate = async (
    request: object,
    { tier = this.#options.tier ?? 'tenant', ...options }: AnswerOptions & { readonly tier?: RequestTier } = {},
  ): Promise<Access> => {
    let access: Access
    let asked: Asked | null = null
    try {
      asked = askedOf(request)
      access = await this.#decide(asked, tier, options)
    } catch (error) {
      noticeOnce('access.request', 'error', 'access.request', `a request could not be judged: ${thrownText(error)}`)
      access = refused(UNAVAILABLE, options)
    }
    const inside = asked?.request ?? request
    if (typeof request === 'object' && request !== null) known.set(request, access)
    if (typeof inside === 'object' && inside !== null) known.set(inside, access)
    if (access.ok) tell(inside, access.tenant)
    try {
      if (asked !== null) running.access?.heard?.(eventOf(access, asked, tier))
      this.#options.heard?.(access, inside)
    } catch (error) {
      noticeOnce('access.heard', 'error', 'access.heard', `a decision could not be heard: ${thrownText(error)}`)
    }
    return access
  }

  async #decide(asked: Asked, tier: RequestTier, options: AnswerOptions): Promise<Access> {
    const { access } = running
    if (access === null) {
      noticeOnce('access.idle', 'error', 'access.idle', 'telltale is not started: its guard lets nobody in')
      return refused(UNAVAILABLE, options)
    }
    const { tenants, exempt } = access
    const { base } = this.#options
    const types = this.#options.types ?? (access.types.length > 0 ? access.types : undefined)
    const rules = types === undefined ? tenants : { ...tenants, reserved: [...(tenants.reserved ?? []), ...types] }
    const operation = classify(asked.method, asked.path, {
      mode: rules.mode,
      exempt,
      ...(rules.reserved && { reserved: rules.reserved }),
      ...(types && { types }),
      ...(base !== undefined && { base }),
    })
    if (operation.kind === 'exempt')
      return { ok: true, caller: null, tenant: tenants.defaultTenant, operation, grants: null }
    const guard = access.guard()
    if (guard === null) return unguarded(asked, tier, { ...access, tenants: rules }, operation, options)
    return this.#judge(await guard, { ...asked, tier }, rules, operation, options)
  }

  async #judge(
    guard: ApplicationGuard,
    question: Question & Asked,
    tenants: TenantRules,
    operation: Operation,
    options: AnswerOptions,
  ): Promise<Access> {
    const found = await guard.identify(question)
    if ('ok' in found) return refused(found, options)
    const caller = await this.#member(found, question.request)
    if (caller === null) return refused({ ...NO_MEMBER, caller: found }, options)
    const decision = guard.admit(question, caller, tenants)
    if (!decision.ok) return refused(decision, options)
    let grants: readonly Grant[] | null = null
    if (this.#options.scopes === true) {
      const permitted = authorise(operation, caller.scopes, this.#options)
      if (!permitted.ok) return refused({ ...NOT_PERMITTED, detail: permitted.detail, caller }, options)
      grants = permitted.grants
    }
    return { ok: true, caller, tenant: decision.tenant, operation, grants }
  }

  async #member(caller: Caller, request: object): Promise<Caller | null> {
    const { resolve } = this.#options
    if (resolve === undefined) return caller
    const begun = monotonic()
    let member: Membership | null
    try {
      member = await resolve(caller, request)
    } finally {
      running.access?.membership((monotonic() - begun) / 1000)
    }
    if (member === null || member === undefined) return null
    const { tenant = '', roles = caller.roles, scopes = caller.scopes } = member
    if (caller.tenant !== '' && tenant !== '' && caller.tenant !== tenant) return null
    return { ...caller, tenant: caller.tenant || tenant, roles, scopes }
  }
}

/** Application authentication is not configured: what nobody can prove is open, the admin tier only under `dev: true`. */
function unguarded(
  { headers, path }: Asked,
  tier: RequestTier,
  { tenants, tenantHeader, dev }: RunningAccess,
  operation: Operation,
  options: AnswerOptions,
): Access {
  const judged = decideTier(tier, { authentication: false, dev, scrapeGuard: 'none' })
  if (!judged.ok) return refused({ ...judged, result: 'scope' }, options)
  const header = headers[tenantHeader]
  const decision = decideTenant(
    {
      principal: false,
      header: Array.isArray(header) ? header.join(', ') : header,
      url: stripTenantPrefix(path, tenants).tenant,
    },
    tenants,
  )
  if (decision.ok) return { ok: true, caller: null, tenant: decision.tenant, operation, grants: null }
  return refused({ ...decision, result: 'invalid' }, options)
}

/** As the audit trail hears of it. The route is the path: what a framework matches is not known yet. */
function eventOf(access: Access, { path, address, headers }: Asked, tier: RequestTier): AccessEvent {
  const agent = headers['user-agent']
  return {
    surface: 'application',
    tier,
    decision: access.ok ? { ok: true, caller: access.caller, tenant: access.tenant } : access.denied,
    route: path.slice(0, 512),
    address,
    userAgent: typeof agent === 'string' ? agent.slice(0, 256) : null,
    correlationId: currentCorrelationId() ?? correlationId(),
  }
}

function tell(request: object, tenant: string): void {
  try {
    const frame = current()
    // What all share is nobody's.
    if (frame !== undefined && frame !== ROOT && !frame.suppressed) {
      frame.tenant = tenant
      frame.span?.setAttribute('tenant', tenant)
    }
    running.access?.setTenant(request, tenant)
  } catch (error) {
    noticeOnce('access.tell', 'error', 'access.tell', `a tenant could not be told: ${thrownText(error)}`)
  }
}

function refused(denied: Denied, { correlationId }: AnswerOptions): Refused {
  const { status, code, detail, headers = {} } = denied
  return { ok: false, denied, answer: answerOf({ status, code, detail, headers }, correlationId) }
}

const UNAVAILABLE: Denied = {
  ok: false,
  status: 503,
  result: 'invalid',
  code: 'guard_unavailable',
  detail: 'Who asks cannot be found out at the moment.',
  headers: { 'retry-after': '5' },
}
const insufficient = { 'www-authenticate': 'Bearer error="insufficient_scope"' }
const NO_MEMBER: Denied = {
  ok: false,
  status: 403,
  result: 'scope',
  code: 'not_a_member',
  detail: 'The caller is no member here.',
}
const NOT_PERMITTED: Denied = {
  ok: false,
  status: 403,
  result: 'scope',
  code: 'scope_missing',
  detail: '',
  headers: insufficient,
}
