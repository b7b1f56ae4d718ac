// telltale/express: setError, setRoute, setTenant, telltaleExpress, telltaleExpressErrors

// express
declare function telltaleExpress(): (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

declare function telltaleExpressErrors(): (error: unknown, request: IncomingMessage, response: ServerResponse, next: (error: unknown) => void) => void;

// surfaces/http/naming
declare function setError(request: unknown, error: unknown): void;

declare function setRoute(request: unknown, template: string): void;

declare function setTenant(request: unknown, tenant: string): void;
