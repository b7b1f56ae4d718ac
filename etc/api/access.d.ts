// telltale/access: Access, AccessGuard, AccessOptions, Admitted, AnswerOptions, AuthoriseOptions, Authorised, BadRequest, CLIENT_ERROR_CODES, Caller, Catalogue, ClientError, ClientErrorOptions, Conflict, Denied, EXEMPT_PATHS, ErrorAnswer, ErrorHandlers, FastifyReplyShape, Forbidden, GenerateOptions, Gone, Grant, HonoShape, KeptToken, KeptTokens, KoaShape, Membership, NewToken, NotAcceptable, NotFound, NotImplemented, NotSupported, OVERFLOW_TENANT, Operation, OperationKind, OperationRules, PayloadTooLarge, Permission, PreconditionFailed, Problem, RESERVED_SEGMENTS, Refused, RequestTier, RevokedToken, RotateOptions, RotatedToken, RoutingMode, Scope, ScopeContext, Stripped, TellOptions, TenantDecision, TenantQuestion, TenantRules, Tenants, Tier, TierDecision, TierRules, Timeout, TokenFound, TokenInfo, TokenPlace, Told, TooManyRequests, Unauthorized, Unavailable, Unprocessable, UnsupportedMediaType, access, accessOf, authorise, classify, clientError, decideTenant, decideTier, errorAnswer, errorEntry, errorEvent, errorHandlers, errorLine, errorResponse, hasSystemScope, isExempt, parseScope, sendAnswer, stripTenantPrefix, tokensIn

// access/authorise
interface AuthoriseOptions {
    readonly queries?: boolean;
}

type Authorised = {
    readonly ok: true;
    readonly grants: readonly Grant[];
} | {
    readonly ok: false;
    readonly status: 403;
    readonly code: 'scope_missing';
    readonly detail: string;
};

interface Grant {
    readonly context: ScopeContext;
    readonly query: string | null;
}

declare function authorise({ kind, type }: Pick<Operation, 'kind' | 'type'>, scopes: readonly string[], options?: AuthoriseOptions): Authorised;

// access/client-error
interface Catalogue {
    readonly codes: ReadonlySet<string>;
    codeOf(thrown: unknown): string;
}

interface TellOptions {
    readonly errors?: Catalogue | undefined;
    readonly exposes?: (error: object) => boolean;
    readonly failed?: (error: unknown, told: Told) => void;
}

interface Told {
    readonly status: number;
    readonly code: string;
    readonly detail: string;
    readonly headers: Readonly<Record<string, string>>;
}

declare function clientError(error: unknown, options?: TellOptions): Told;

// access/decision
interface Caller {
    readonly method: 'bearer_token' | 'api_key' | 'jwt';
    readonly tokenId: string | null;
    readonly subject: string | null;
    readonly scopes: readonly string[];
    readonly roles: readonly string[];
    readonly tenant: string;
}

interface Denied {
    readonly ok: false;
    readonly status: 400 | 401 | 403 | 429 | 503;
    readonly result: Exclude<AccessResult, 'ok'>;
    readonly code: string;
    readonly detail: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly caller?: Caller;
    readonly client?: string | null;
}

// access/error-kinds
declare const BadRequest: Made;

declare const CLIENT_ERROR_CODES: readonly string[];

declare class ClientError extends Error {
    readonly [KIND]: Kind;
    readonly status: number;
    readonly code: string;
    readonly retryAfter: number | undefined;
    constructor(of: Kind, text: string | undefined, { code, retryAfter, ...options }?: ClientErrorOptions);
}

interface ClientErrorOptions extends ErrorOptions {
    readonly code?: string;
    readonly retryAfter?: number;
}

declare const Conflict: Made;

declare const Forbidden: Made;

declare const Gone: Made;

declare const NotAcceptable: Made;

declare const NotFound: Made;

declare const NotImplemented: Made;

declare const NotSupported: Made;

declare const PayloadTooLarge: Made;

declare const PreconditionFailed: Made;

declare const Timeout: Made;

declare const TooManyRequests: Made;

declare const Unauthorized: Made;

declare const Unavailable: Made;

declare const Unprocessable: Made;

declare const UnsupportedMediaType: Made;

// access/middleware
interface AccessGuard extends Pick<RequestGuard, 'authenticate'> {
    express(of?: {
        tier?: RequestTier;
    }): (request: object, response: ServerResponse, next: (error?: unknown) => void) => void;
    fastify(of?: {
        tier?: RequestTier;
    }): (request: object, reply: FastifyReplyShape) => Promise<unknown>;
    koa(of?: {
        tier?: RequestTier;
    }): (context: KoaShape, next: Next) => Promise<void>;
    hono(of?: {
        tier?: RequestTier;
    }): (context: HonoShape, next: Next) => Promise<Response | undefined>;
}

interface ErrorHandlers {
    readonly express: (error: unknown, request: object, response: ServerResponse, next: (error: unknown) => void) => void;
    readonly fastify: (error: unknown, request: object, reply: FastifyReplyShape) => unknown;
    readonly koa: (context: KoaShape, next: Next) => Promise<void>;
    readonly hono: (error: unknown, context: HonoShape) => Response;
}

interface FastifyReplyShape {
    code(status: number): unknown;
    headers(headers: Record<string, string>): unknown;
    send(body: Uint8Array): unknown;
}

interface HonoShape {
    readonly req: {
        readonly raw: Request;
    };
    readonly env: unknown;
}

interface KoaShape {
    readonly req: IncomingMessage;
    status: number;
    body: unknown;
    set(headers: Record<string, string>): void;
}

declare function access(options?: AccessOptions): AccessGuard;

declare function errorHandlers(options?: AnswerOptions): ErrorHandlers;

declare function sendAnswer(response: ServerResponse, { status, headers, problem }: ErrorAnswer): void;

// access/operation
interface Operation {
    readonly kind: OperationKind;
    readonly type: string | null;
    readonly id: string | null;
    readonly tenant: string | null;
}

type OperationKind = 'read' | 'search' | 'create' | 'update' | 'delete' | 'history'
 | 'system'
 | 'console' | 'exempt' | 'unknown';

interface OperationRules extends Pick<TenantRules, 'mode' | 'reserved'> {
    readonly types?: readonly string[];
    readonly exempt?: readonly string[];
    readonly base?: string;
}

declare function classify(method: string, path: string, rules: OperationRules): Operation;

// access/path
declare const EXEMPT_PATHS: readonly string[];

declare function isExempt(path: string, exempt?: readonly string[]): boolean;

// access/problem
interface AnswerOptions extends TellOptions {
    readonly correlationId?: string;
}

interface ErrorAnswer {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly problem: Problem;
}

interface Problem {
    readonly type: string;
    readonly title: string;
    readonly status: number;
    readonly detail: string;
    readonly code: string;
    readonly correlation_id: string;
    readonly trace_id: string | null;
}

declare function errorAnswer(error: unknown, options?: AnswerOptions): ErrorAnswer;

declare function errorEntry(error: unknown, options?: AnswerOptions): {
    status: number;
    problem: Problem;
};

declare function errorEvent(error: unknown, options?: AnswerOptions): string;

declare function errorLine(error: unknown, options?: AnswerOptions): string;

declare function errorResponse(error: unknown, options?: AnswerOptions): Response;

// access/request-guard
type Access = Admitted | Refused;

interface AccessOptions extends AuthoriseOptions {
    readonly tier?: RequestTier;
    readonly types?: readonly string[];
    readonly base?: string;
    readonly scopes?: boolean;
    readonly resolve?: (caller: Caller, request: object) => Membership | null | Promise<Membership | null>;
    readonly heard?: (access: Access, request: object) => void;
}

interface Admitted {
    readonly ok: true;
    readonly caller: Caller | null;
    readonly tenant: string;
    readonly operation: Operation;
    readonly grants: readonly Grant[] | null;
}

interface Membership {
    readonly tenant?: string;
    readonly roles?: readonly string[];
    readonly scopes?: readonly string[];
}

interface Refused {
    readonly ok: false;
    readonly denied: Denied;
    readonly answer: ErrorAnswer;
}

type RequestTier = 'tenant' | 'system' | 'admin';

declare function accessOf(request: object): Access | undefined;

// access/scope
type Permission = 'create' | 'read' | 'update' | 'delete' | 'search';

interface Scope {
    readonly context: ScopeContext;
    readonly resource: string;
    readonly permissions: ReadonlySet<Permission>;
    readonly query: string | null;
}

type ScopeContext = 'patient' | 'user' | 'system';

declare function hasSystemScope(scopes: readonly string[]): boolean;

declare function parseScope(text: string): Scope | null;

// access/tenant
declare const RESERVED_SEGMENTS: readonly string[];

type RoutingMode = 'header_only' | 'url_path' | 'both';

interface Stripped {
    readonly tenant: string | null;
    readonly path: string;
}

type TenantDecision = {
    readonly ok: true;
    readonly tenant: string;
} | {
    readonly ok: false;
    readonly status: 400 | 403;
    readonly code: string;
    readonly detail: string;
};

interface TenantQuestion {
    readonly principal: boolean;
    readonly claim?: string | null;
    readonly header?: string | null;
    readonly url?: string | null;
}

interface TenantRules {
    readonly mode: RoutingMode;
    readonly strict: boolean;
    readonly defaultTenant: string;
    readonly authentication?: boolean;
    readonly reserved?: readonly string[];
}

declare function decideTenant(question: TenantQuestion, rules: TenantRules): TenantDecision;

declare function stripTenantPrefix(path: string, rules: Pick<TenantRules, 'mode' | 'reserved'>): Stripped;

// access/tenants
declare const OVERFLOW_TENANT = "(other)";

declare class Tenants {
    #private;
    readonly rules: TenantRules;
    constructor(rules: TenantRules, capacity?: number);
    readonly of: (header: string | null, path: string) => string | null;
    readonly number: (tenant: string | null) => number;
    known(name: string): number | undefined;
    readonly name: (number: number) => string;
}

// access/tier
type Tier = 'public' | 'tenant' | 'system' | 'admin' | 'scrape';

type TierDecision = {
    readonly ok: true;
} | {
    readonly ok: false;
    readonly status: 403 | 503;
    readonly code: string;
    readonly detail: string;
};

interface TierRules {
    readonly authentication: boolean;
    readonly dev: boolean;
    readonly scrapeGuard: 'none' | 'required';
}

declare function decideTier(tier: Tier, rules: TierRules): TierDecision;

// access/token
type TokenFound = {
    readonly ok: true;
    readonly token: TokenInfo;
} | {
    readonly ok: false;
    readonly result: 'invalid' | 'expired';
};

interface TokenInfo {
    readonly id: string;
    readonly scopes: readonly string[];
    readonly expiresAt: number | null;
    readonly createdAt: number;
}

// access/tokens/kept
type TokenPlace = {
    readonly path: string;
} | {
    readonly url: string;
    readonly table?: string;
};

declare function tokensIn(place: TokenPlace): Promise<KeptTokens>;

// access/tokens/record
interface KeptToken extends TokenInfo {
    readonly label: string | null;
    readonly revokedAt: number | null;
    readonly replacedBy: string | null;
    readonly acceptedUntil: number | null;
}

// access/tokens/tokens
interface GenerateOptions {
    readonly scopes: readonly string[];
    readonly lifeMs?: number | null;
    readonly label?: string | null;
}

interface KeptTokens {
    generate(options: GenerateOptions): Promise<NewToken>;
    rotate(id: string, options?: RotateOptions): Promise<RotatedToken>;
    revoke(id: string): Promise<RevokedToken>;
    list(): Promise<readonly KeptToken[]>;
    validate(text: string): Promise<TokenFound>;
    close(): Promise<void>;
}

interface NewToken {
    readonly text: string;
    readonly token: KeptToken;
}

interface RevokedToken {
    readonly token: KeptToken;
    readonly changed: boolean;
}

interface RotateOptions {
    readonly overlapMs?: number;
    readonly lifeMs?: number | null;
}

interface RotatedToken extends NewToken {
    readonly replaced: KeptToken;
}

// access/decision
type AccessResult = 'ok' | 'missing' | 'invalid' | 'expired' | 'scope' | 'rate_limited' | 'ip';

// access/error-kinds
declare const KIND: unique symbol;

interface Kind {
    readonly status: number;
    readonly code: string;
    readonly text: string;
    readonly safe: boolean;
}

type Made = new (text?: string, options?: ClientErrorOptions) => ClientError;

// access/middleware
type Next = () => Promise<unknown>;

// access/request-guard
declare class RequestGuard {
    #private;
    constructor(options: AccessOptions);
    readonly authenticate: (request: object, { tier, ...options }?: AnswerOptions & {
        readonly tier?: RequestTier;
    }) => Promise<Access>;
}
