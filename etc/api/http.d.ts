// telltale/http: observe, setError, setRoute, setTenant

// surfaces/http/naming
declare function setError(request: unknown, error: unknown): void;

declare function setRoute(request: unknown, template: string): void;

declare function setTenant(request: unknown, tenant: string): void;

// surfaces/http/observe
declare function observe<S extends object>(server: S): S;
