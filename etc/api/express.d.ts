// telltale/express: setRoute, setTenant, telltaleExpress

// express
declare function telltaleExpress(): (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

// surfaces/http/naming
declare function setRoute(request: unknown, template: string): void;

declare function setTenant(request: unknown, tenant: string): void;
