// telltale/http: observe, setRoute, setTenant

// surfaces/http/naming
declare function setRoute(request: unknown, template: string): void;

declare function setTenant(request: unknown, tenant: string): void;

// surfaces/http/observe
declare function observe<S extends object>(server: S): S;
