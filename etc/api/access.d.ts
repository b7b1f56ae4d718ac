// telltale/access: EXEMPT_PATHS, OVERFLOW_TENANT, RESERVED_SEGMENTS, RoutingMode, Stripped, TenantDecision, TenantQuestion, TenantRules, Tenants, Tier, TierDecision, TierRules, decideTenant, decideTier, isExempt, stripTenantPrefix

// access/path
declare const EXEMPT_PATHS: readonly string[];

declare function isExempt(path: string, exempt?: readonly string[]): boolean;

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
