// telltale/koa: KoaContext, setError, setRoute, setTenant, telltaleKoa

// koa
declare function telltaleKoa(): (context: KoaContext, next: () => Promise<unknown>) => Promise<void>;

// surfaces/http/koa
interface KoaContext {
    readonly app: object;
    readonly req: IncomingMessage;
    readonly res: ServerResponse;
}

// surfaces/http/naming
declare function setError(request: unknown, error: unknown): void;

declare function setRoute(request: unknown, template: string): void;

declare function setTenant(request: unknown, tenant: string): void;
