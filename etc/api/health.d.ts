// telltale/health: CheckFunction, CheckOptions, CheckResult, CheckStatus, ConfiguredCheck, Health, HealthReport, Liveness, LivenessCheck, LivenessReport, LivenessResult, Pingable, Uptime, health, uptime

// health/check
type CheckFunction = (signal: AbortSignal) => unknown;

interface CheckOptions {
    timeout?: number;
    critical?: boolean;
}

interface CheckResult {
    readonly name: string;
    readonly status: CheckStatus;
    readonly critical: boolean;
    readonly ms: number;
    readonly reason: string;
}

type CheckStatus = 'ok' | 'fail' | 'unknown';

// health/checks
interface ConfiguredCheck {
    readonly type: 'database' | 'external_service' | 'http' | 'custom';
    readonly name?: string | undefined;
    readonly url?: string | undefined;
    readonly handler?: string | undefined;
    readonly timeout?: number | undefined;
    readonly critical?: boolean | undefined;
}

declare class Health {
    #private;
    readonly liveness: Liveness;
    constructor(clock?: {
        now?: () => number;
        wall?: () => number;
    });
    check(name: string, check: CheckFunction, options?: CheckOptions): () => void;
    database(database: Pingable): () => void;
    configure(checks: readonly ConfiguredCheck[], means?: HealthMeans): void;
    run(): Promise<HealthReport>;
    storage(): Promise<boolean>;
}

interface HealthReport {
    readonly status: 'ok' | 'degraded' | 'unhealthy';
    readonly checks: readonly CheckResult[];
    readonly time: number;
}

interface Pingable {
    readonly name: string;
    ping(signal: AbortSignal): Promise<unknown>;
}

// health/default
declare const health: Health;

// health/liveness
declare class Liveness {
    #private;
    register(name: string, check: LivenessCheck | null): void;
    disable(name: string): boolean;
    enable(name: string): boolean;
    off(): void;
    on(): void;
    run(): LivenessReport;
}

type LivenessCheck = () => unknown;

interface LivenessReport {
    readonly ok: boolean;
    readonly on: boolean;
    readonly checks: readonly LivenessResult[];
}

interface LivenessResult {
    readonly name: string;
    readonly status: 'ok' | 'fail' | 'disabled';
    readonly reason: string;
}

// health/uptime
declare class Uptime {
    #private;
    constructor(clock?: {
        monotonic?: () => number;
        wall?: () => number;
    });
    begin(): void;
    seconds(): number;
    startedAt(): string;
}

declare const uptime: Uptime;

// health/checks
interface HealthMeans {
    fetch?: (url: string, options: {
        signal: AbortSignal;
        timeoutMs: number;
    }) => Promise<{
        status: number;
    }>;
}
