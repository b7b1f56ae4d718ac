// telltale/fastify: setError, setRoute, setTenant, telltaleFastify

// fastify
declare function telltaleFastify(instance: object, _options: object, done: (error?: Error) => void): void;

// surfaces/http/naming
declare function setError(request: unknown, error: unknown): void;

declare function setRoute(request: unknown, template: string): void;

declare function setTenant(request: unknown, tenant: string): void;
