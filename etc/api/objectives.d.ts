// telltale/objectives: BurnRate, ErrorBudget, ObjectiveAnswer, ObjectiveStatus, ObjectivesAnswer, ReadSignal, Severity, Since, WatchAnswer, WatchLevel, WatchlistAnswer, began, currentObjectives, currentWatchlist, ended, watch

// objectives/answer
interface BurnRate {
    readonly window: string;
    readonly window_seconds: number;
    readonly covered_seconds: number;
    readonly rate: number | null;
}

interface ErrorBudget {
    readonly window_seconds: number;
    readonly covered_seconds: number;
    readonly event_count: number;
    readonly bad_count: number;
    readonly total: number;
    readonly consumed: number | null;
    readonly remaining: number | null;
}

interface ObjectiveAnswer {
    readonly name: string;
    readonly description: string;
    readonly kind: 'latency' | 'ratio' | 'event';
    readonly status: ObjectiveStatus;
    readonly reason: string | null;
    readonly value: number | null;
    readonly unit: 'seconds' | 'ratio';
    readonly comparison: '<' | '<=' | '>=';
    readonly threshold: number;
    readonly percentile: number | null;
    readonly method: 'samples' | 'buckets' | 'counts' | null;
    readonly window_seconds: number;
    readonly covered_seconds: number;
    readonly event_count: number;
    readonly objective: number;
    readonly error_budget: ErrorBudget;
    readonly burn_rates: readonly BurnRate[];
    readonly severity: Severity | null;
    readonly since: string | null;
    readonly runbook: string | null;
}

type ObjectiveStatus = 'met' | 'breached' | 'no_data';

interface ObjectivesAnswer {
    readonly generated_at: string;
    readonly scope: 'single-instance';
    readonly instance: string;
    readonly objectives: readonly ObjectiveAnswer[];
}

type Severity = 'warning' | 'critical';

interface WatchAnswer {
    readonly title: string;
    readonly status: 'open' | 'planned' | 'in_progress' | 'done';
    readonly phase: string | null;
    readonly why: string;
    readonly current_baseline: string;
    readonly future_target: string;
    readonly progress: string;
    readonly owners: readonly string[];
    readonly level: WatchLevel;
    readonly reason: string | null;
    readonly value: number | null;
    readonly measured_at: string | null;
    readonly source: 'metric' | 'function' | null;
    readonly metric: string | null;
    readonly direction: 'too_much' | 'too_little' | null;
    readonly levels: {
        readonly watch: number | null;
        readonly warn: number | null;
        readonly breach: number | null;
    };
    readonly since: string | null;
    readonly runbook: string | null;
}

type WatchLevel = 'ok' | 'watch' | 'warn' | 'breach' | 'no_data';

interface WatchlistAnswer {
    readonly generated_at: string;
    readonly scope: 'single-instance';
    readonly instance: string;
    readonly items: readonly WatchAnswer[];
}

// objectives/running
interface Since {
    readonly since: Date | number;
}

declare function began(name: string, key: string | number | bigint): void;

declare function currentObjectives(): Promise<ObjectivesAnswer | null>;

declare function currentWatchlist(): Promise<WatchlistAnswer | null>;

declare function ended(name: string, key: string | number | bigint | Since): void;

declare function watch(title: string, read: ReadSignal): () => void;

// objectives/watchlist
type ReadSignal = () => number | Promise<number>;
