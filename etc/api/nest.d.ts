// telltale/nest: NestApplication, NestFilter, NestFilterClass, NestHost, NestInterceptor, NestOptions, setError, setRoute, setTenant, telltaleNest

// nest
interface NestOptions {
    readonly filter?: NestFilterClass;
}

declare function telltaleNest(app: NestApplication, options?: NestOptions): void;

// surfaces/http/naming
declare function setError(request: unknown, error: unknown): void;

declare function setRoute(request: unknown, template: string): void;

declare function setTenant(request: unknown, tenant: string): void;

// surfaces/http/nest
interface NestApplication {
    getHttpServer(): object;
    getHttpAdapter(): {
        getInstance(): unknown;
        getType(): string;
    };
    useGlobalInterceptors(interceptor: NestInterceptor): unknown;
    useGlobalFilters(filter: NestFilter): unknown;
}

interface NestFilter {
    catch(exception: unknown, host: NestHost): unknown;
}

type NestFilterClass = new (adapter: never) => {
    catch(exception: never, host: never): unknown;
};

interface NestHost {
    getType(): string;
    switchToHttp(): {
        getRequest(): unknown;
    };
}

interface NestInterceptor {
    intercept(context: NestHost, next: {
        handle(): never;
    }): never;
}
