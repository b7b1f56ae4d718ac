// telltale/h3: setError, setRoute, setTenant, telltaleH3

// h3
declare function telltaleH3(app: object): void;

// surfaces/http/naming
declare function setError(request: unknown, error: unknown): void;

declare function setRoute(request: unknown, template: string): void;

declare function setTenant(request: unknown, tenant: string): void;
