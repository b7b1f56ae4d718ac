// telltale/logs: Level, LinkFields, Logger, log, logger, observePino, observeWinston, pinoMixin

// logs/installed
declare const log: Logger;

declare function logger(name?: string): Logger;

declare function observePino<PinoLogger>(given: PinoLogger): PinoLogger;

declare function observeWinston<WinstonLogger>(given: WinstonLogger): WinstonLogger;

// logs/level
type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

// logs/link
interface LinkFields {
    trace_id?: string;
    span_id?: string;
    trace_flags?: string;
    span?: string;
    correlation_id?: string;
    tenant?: string;
}

// logs/logger
declare class Logger {
    #private;
    readonly name: string;
    constructor(logs: () => Logs, name: string);
    trace(fields: unknown, message?: string): void;
    debug(fields: unknown, message?: string): void;
    info(fields: unknown, message?: string): void;
    warn(fields: unknown, message?: string): void;
    error(fields: unknown, message?: string): void;
    fatal(fields: unknown, message?: string): void;
    named(name: string): Logger;
}

// logs/pino
declare function pinoMixin(options?: {
    span?: boolean;
}): () => object;

// logs/console
declare class ConsoleBridge {
    #private;
    constructor(logs: Logs);
    start(): void;
    stop(): void;
    quietly<T>(work: () => T): T;
}

// logs/logs
interface LogOptions {
    readonly level: Exclude<Level, 'fatal'>;
    readonly format: 'json' | 'pretty';
    readonly selfLevel?: 'none' | 'debug' | 'info' | 'warn' | 'error';
    readonly includeSpans: boolean;
    readonly includeTargets: boolean;
    readonly includeThreadIds: boolean;
    readonly includeLineNumbers: boolean;
    readonly sampling: {
        readonly enabled: boolean;
        readonly rate: number;
    };
    readonly limits?: {
        readonly attributes: number;
        readonly valueLength: number;
    };
    readonly bridges?: {
        readonly pino: boolean;
        readonly winston: boolean;
        readonly console: boolean;
    };
}

declare class Logs {
    #private;
    readonly options: LogOptions;
    readonly pino: PinoBridge;
    readonly winston: WinstonBridge;
    readonly console: ConsoleBridge;
    used: boolean;
    constructor(init: LogsInit);
    get level(): LogOptions['level'];
    hold(level: LogOptions['level'] | null): void;
    get bridges(): NonNullable<LogOptions['bridges']>;
    start(): void;
    stop(): void;
    readonly forward: (record: LogRecord) => void;
    count(severity: number): void;
    wants(severity: number): boolean;
    sampled(severity: number, t3: number): boolean;
    hand(record: LogRecord): void;
    now(): number;
    scope(name: string): Scope;
    text(message: string): string;
    put(record: LogRecord, flat: Flat, key: string, value: Value): void;
    emit(level: Level, message: string, fields: unknown, target?: string, above?: (...args: never[]) => unknown): void;
    say(level: Level, text: string, fields: Readonly<Record<string, Value>>): void;
    facts(record: LogRecord, flat: Flat, above: (...args: never[]) => unknown): void;
    get threadId(): number;
    exception(record: LogRecord, flat: Flat, error: {
        name?: unknown;
        message?: unknown;
        stack?: unknown;
    }): void;
}

interface LogsInit {
    readonly registry: Registry | null;
    readonly sink: ((record: LogRecord) => void) | null;
    readonly options?: LogOptions;
    readonly redact?: (record: LogRecord) => void;
    readonly write?: (line: string) => void;
    readonly service?: string;
    readonly threadId?: number;
    readonly now?: () => number;
    readonly random?: () => number;
}

// logs/pino
type Instance = PinoLike & {
    [key: symbol]: unknown;
};

interface Line {
    readonly instance: Instance;
    readonly arguments: ArrayLike<unknown>;
    result?: string;
}

declare class PinoBridge {
    #private;
    constructor(logs: Logs);
    start(): void;
    stop(): void;
    say(level: 'debug' | 'info' | 'warn' | 'error', text: string, fields: object): boolean;
    meet(instance: PinoLike): void;
    begin(line: Line, told?: boolean): void;
    end(line: Line): void;
}

interface PinoLike {
    readonly levels?: {
        readonly labels: Readonly<Record<number, string>>;
    };
    debug(fields: object, message: string): void;
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
}

// logs/winston
interface Transport {
    readonly forceConsole?: unknown;
    log?(this: unknown, ...args: unknown[]): unknown;
}

declare class WinstonBridge {
    #private;
    constructor(logs: Logs);
    begin(info: unknown, above: Write): {
        info: unknown;
        undo: readonly string[];
    };
    end(info: unknown, undo: readonly string[]): void;
    record(logger: WinstonLike, info: unknown, above: Write): void;
}

interface WinstonLike {
    readonly transports?: readonly Transport[];
    isLevelEnabled(level: string): boolean;
}

type Write = (this: WinstonLike, info: unknown, ...rest: unknown[]) => unknown;

// metrics/counter
declare class BoundCounter implements Leaf {
    #private;
    series: Series;
    constructor(series: Series, counter: Counter, source: ExemplarSource);
    add(n: number): void;
    addFor(n: number, ids: TraceIds): void;
    attach(series: Series): void;
}

declare class Counter {
    #private;
    readonly trie: SeriesTrie<BoundCounter>;
    constructor(family: Family, dropped: readonly string[], ground: Ground, source: ExemplarSource);
    add(n: number, labels?: Labels): void;
    with(labels?: Labels): BoundCounter;
    refuse(n: unknown): void;
}

// metrics/exemplar
declare class ExemplarSource implements TraceIds {
    #private;
    on: boolean;
    t0: number;
    t1: number;
    t2: number;
    t3: number;
    s0: number;
    s1: number;
    flags: number;
    collected: number;
    use(read: ReadIds | null): void;
    sample(series: Series, slot: number, slots: number, value: number): void;
    sampleFor(series: Series, slot: number, slots: number, value: number, ids: TraceIds): void;
}

type ReadIds = (into: TraceIds) => boolean;

interface TraceIds {
    t0: number;
    t1: number;
    t2: number;
    t3: number;
    s0: number;
    s1: number;
    flags: number;
}

// metrics/gauge
declare class BoundGauge implements Leaf {
    #private;
    series: Series;
    constructor(series: Series, gauge: Gauge, shown: boolean);
    set(value: number): void;
    add(n: number): void;
    attach(series: Series): void;
}

declare class Gauge {
    #private;
    readonly trie: SeriesTrie<BoundGauge>;
    mode: number;
    constructor(family: Family, dropped: readonly string[], ground: Ground, mode: GaugeMode | undefined);
    set(value: number, labels?: Labels): void;
    add(n: number, labels?: Labels): void;
    with(labels?: Labels): BoundGauge;
    remove(labels?: Labels): void;
    clear(): void;
    settle(mode: number): boolean;
    refuse(value: unknown, mode: number): void;
}

type GaugeMode = 'set' | 'add';

// metrics/ground
interface Ground {
    readonly ledger: Ledger;
    limits: Limits;
    total: number;
    redact: RedactValue;
    readonly now: () => number;
}

type Labels = Readonly<Record<string, unknown>>;

interface Limits {
    readonly series: number;
    readonly nodes: number;
    readonly valueLength: number;
    readonly total: number;
}

type RedactValue = (key: string, value: string) => string;

// metrics/histogram
declare class BoundHistogram implements Leaf {
    #private;
    series: Series;
    constructor(series: Series, bounds: Float64Array, histogram: Histogram, source: ExemplarSource);
    observe(value: number): void;
    observeFor(value: number, ids: TraceIds | null): void;
    attach(series: Series): void;
}

declare class Histogram {
    #private;
    readonly trie: SeriesTrie<BoundHistogram>;
    constructor(family: Family, dropped: readonly string[], ground: Ground, source: ExemplarSource);
    observe(value: number, labels?: Labels): void;
    with(labels?: Labels): BoundHistogram;
    refuse(value: unknown): void;
}

// metrics/ledger
declare class Ledger {
    #private;
    strict: boolean;
    attach(rejected: Counter, overflowed: Counter, prefix: string): void;
    refuse(metric: string, reason: Refusal, found: string): void;
    overflow(metric: string, series: number): void;
}

type Refusal = 'kind' | 'name' | 'labels' | 'negative' | 'not_finite';

// metrics/observable
declare class Observable {
    #private;
    readonly trie: SeriesTrie<Observed>;
    constructor(family: Family, dropped: readonly string[], ground: Ground);
    add(callback: ObserveCallback): void;
    remove(callback: ObserveCallback): void;
    observe(value: number, labels?: Labels): void;
    begin(): void;
    collect(): void;
    end(hooksFailed: boolean): void;
}

type ObserveCallback = (report: Report) => unknown;

declare class Observed implements Leaf {
    series: Series;
    seen: number;
    constructor(series: Series);
    attach(series: Series): void;
}

type Report = (value: number, labels?: Labels) => void;

// metrics/options
interface GaugeOptions extends InstrumentOptions {
    readonly mode?: GaugeMode | undefined;
}

interface HistogramOptions extends InstrumentOptions {
    readonly buckets?: readonly number[] | undefined;
}

interface InstrumentOptions {
    readonly labels?: readonly string[] | null | undefined;
    readonly help?: string | undefined;
    readonly unit?: string | undefined;
    readonly scope?: Scope | undefined;
    readonly group?: Group | undefined;
    readonly rank?: number | undefined;
}

interface ObservableOptions extends InstrumentOptions {
    readonly type?: 'gauge' | 'counter' | 'updown' | undefined;
}

interface RegistryOptions {
    readonly limits?: Partial<Limits>;
    readonly views?: readonly View[];
    readonly strict?: boolean;
    readonly off?: readonly Group[];
    readonly redact?: RedactValue;
}

// metrics/registry
type Instrument = Counter | Gauge | Histogram | Observable;

declare class Registry {
    #private;
    constructor(options?: RegistryOptions & {
        prefix?: string;
        now?: () => number;
    });
    configure(options: RegistryOptions): void;
    counter(name: string, options?: InstrumentOptions): Counter;
    gauge(name: string, options?: GaugeOptions): Gauge;
    updown(name: string, options?: InstrumentOptions): Gauge;
    histogram(name: string, options?: HistogramOptions): Histogram;
    observable(name: string, options: ObservableOptions, callback?: ObserveCallback): Observable;
    declare(row: Name): Instrument;
    observe(row: Name, callback?: ObserveCallback): Observable;
    onCollect(hook: () => void): () => void;
    exemplars(read: ReadIds | null): void;
    get ledger(): Ledger;
    families(): Family[];
    collectDelta(): Family[];
    find(name: string): {
        readonly family: Family;
        readonly observed: boolean;
    } | undefined;
    exposition(options?: {
        naming?: Naming;
        hide?: readonly Group[];
    }): Family[];
}

// metrics/series
interface Leaf {
    series: Series;
    attach(series: Series): void;
}

declare class SeriesTrie<T extends Leaf> {
    #private;
    family: Family;
    readonly canonical: Map<string, T>;
    constructor(family: Family, dropped: readonly string[], ground: Ground, make: (series: Series, part: boolean) => T, lazy?: boolean);
    find(labels: Labels | undefined): T | null;
    nowhere(): T;
    refuseAll(): void;
    get label(): string;
    get nodes(): number;
    remove(gone: (leaf: T) => boolean): void;
    refine(family: Family, dropped: readonly string[], merge: (into: Series, from: Series) => boolean): number;
}

// metrics/views
interface View {
    readonly name: string;
    readonly rename?: string | undefined;
    readonly alias?: string | undefined;
    readonly drop_labels?: readonly string[] | undefined;
    readonly buckets?: readonly number[] | undefined;
    readonly bounds?: readonly number[] | undefined;
}

// model/attribute
type Flat = Value[];

type Scalar = string | number | boolean | bigint;

declare class Scope {
    readonly name: string;
    readonly version: string;
    readonly schemaUrl: string;
    readonly attributes: Flat | null;
    bytes: Uint8Array | null;
    constructor(name: string, version?: string, schemaUrl?: string, attributes?: Flat | null);
}

type Value = Scalar | null | Uint8Array | readonly Value[] | {
    readonly [key: string]: Value;
};

// model/log
declare class LogRecord {
    time: number;
    observed: number;
    severity: number;
    severityText: string;
    body: Value;
    attributes: Flat | null;
    t0: number;
    t1: number;
    t2: number;
    t3: number;
    s0: number;
    s1: number;
    flags: number;
    scope: Scope;
    eventName: string;
    dropped: number;
    constructor(scope: Scope, time: number, severity: number, severityText: string, body: Value);
}

// model/metric
interface Exemplar {
    readonly value: number;
    readonly time: number;
    readonly t0: number;
    readonly t1: number;
    readonly t2: number;
    readonly t3: number;
    readonly s0: number;
    readonly s1: number;
    readonly attributes: Flat | null;
}

declare class Family {
    readonly name: string;
    readonly short: string;
    type: MetricType;
    readonly unit: string;
    readonly help: string;
    readonly labels: readonly Label[] | null;
    readonly bounds: Float64Array | null;
    readonly scope: Scope;
    delta: boolean;
    readonly group: string;
    readonly namespaced: boolean;
    readonly only: 'short' | 'semconv' | null;
    readonly reads: 'value' | 'count';
    readonly exact: boolean;
    readonly series: Series[];
    readonly text: {
        key: string;
    };
    constructor(init: {
        name: string;
        short: string;
        type: MetricType;
        unit?: string;
        help?: string;
        labels?: readonly Label[] | null;
        bounds?: Float64Array | null;
        scope: Scope;
        delta?: boolean;
        group?: string;
        namespaced?: boolean;
        only?: 'short' | 'semconv' | null;
        reads?: 'value' | 'count';
        exact?: boolean;
        series?: Series[];
        text?: {
            key: string;
        };
    });
}

interface Label {
    readonly short: string;
    readonly semconv: string;
    readonly int?: boolean;
}

type MetricType = 'counter' | 'updown' | 'gauge' | 'histogram' | 'exponential' | 'summary';

declare class Series {
    readonly attributes: Flat;
    value: number;
    count: number;
    buckets: Float64Array | null;
    exemplars: (Exemplar | null)[] | null;
    start: number;
    time: number;
    last: {
        value: number;
        count: number;
        buckets: Float64Array | null;
        time: number;
    } | null;
    text: string | null;
    bytes: Uint8Array | null;
    constructor(attributes: Flat, buckets: Float64Array | null, start: number);
}

// model/names
type Group = 'http' | 'database' | 'process' | 'runtime' | 'uptime' | 'app' | 'logs' | 'otel.sdk' | 'telltale' | 'custom';

interface Name {
    readonly short: string;
    readonly otel: string;
    readonly type: 'counter' | 'updown' | 'gauge' | 'histogram';
    readonly unit: string;
    readonly help: string;
    readonly labels: readonly Label[];
    readonly group: Group;
    readonly namespaced: boolean;
    readonly bounds?: readonly number[];
    readonly only?: 'short' | 'semconv';
    readonly open?: true;
    readonly countOf?: string;
    readonly exempt?: string;
}

// wire/prometheus/naming
type Naming = 'short' | 'semconv';
