// telltale/hono: HonoContext, HonoRequest, HonoRoute, setError, setRoute, setTenant, telltaleHono

// hono
declare function telltaleHono(): (context: HonoContext, next: () => Promise<void>) => Promise<void>;

// surfaces/http/hono
interface HonoContext {
    readonly req: HonoRequest;
    readonly env: unknown;
    readonly error: Error | undefined;
}

interface HonoRequest {
    readonly routeIndex: number;
    readonly matchedRoutes: readonly HonoRoute[];
}

interface HonoRoute {
    readonly method: string;
    readonly path: string;
    readonly handler: object;
}

// surfaces/http/naming
declare function setError(request: unknown, error: unknown): void;

declare function setRoute(request: unknown, template: string): void;

declare function setTenant(request: unknown, tenant: string): void;
